"""Axes, lassos, clusters that are picked; contrast; files and lines of Python to take along."""

import io
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect
from reader import circle

import semascope as sema
from semascope.page.words import percent

GROUND = circle(0.5, 0.45, 0.08)
BESIDE = circle(0.52, 0.72, 0.07)


# --- axes ---


def set_axis(reader, label, low, high):
    form = reader.page.get_by_role("form", name=label)
    form.get_by_label(f"{label}: from").fill(low)
    form.get_by_label(f"{label}: to").fill(high)
    form.get_by_role("button", name="Set").click()


def along(talks, low, high):
    """Return how far each passage lies from one text towards another."""
    ends = talks.encoder.encode([low, high])
    return talks.project(ends[1] - ends[0])


def ask_axis(reader, low, high):
    """Return what the page is told of an axis: the answer's table, asked for by the page."""
    import pyarrow as pa

    content = reader.page.evaluate(
        """async ([low, high]) => {
          const answer = await fetch("/api/axis", {
            method: "POST", headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ low, high }),
          });
          return Array.from(new Uint8Array(await answer.arrayBuffer()));
        }""",
        [low, high],
    )
    return pa.ipc.open_stream(bytes(content)).read_all()["value"].to_numpy()


def test_an_axis_of_the_readers_own_lays_passages_out(visit, talks):
    reader = visit(talks, left=None)
    before = reader.pixels()
    reader.button("Axes").click()
    with reader.page.expect_response(lambda answer: answer.url.endswith("/api/axis")):
        set_axis(reader, "Left to right", "sad", "happy")
    reader.expect_chosen(x=["sad", "happy"])
    expect(reader.page.get_by_text("happy →")).to_be_visible()
    expect(reader.page.get_by_text("← sad")).to_be_visible()
    assert (reader.pixels() != before).any(axis=-1).mean() > 0.02
    np.testing.assert_allclose(
        ask_axis(reader, "sad", "happy"), along(talks, "sad", "happy"), atol=1e-5
    )
    # The passage furthest to the right is the happiest: it is where its dot must be
    values = along(talks, "sad", "happy")
    x = 2 * (values - values.min()) / np.ptp(values) - 1
    happiest = int(values.argmax())
    assert x[happiest] == pytest.approx(1)
    reader.button("Axes").click()
    reader.go(
        left=None, x=["sad", "happy"], view=[1, float(talks.map().coordinates[happiest, 1]), 9_000]
    )
    box = reader.map.bounding_box()
    reader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(reader.card).to_contain_text(talks.texts[happiest][:200])


def test_points_are_colored_along_an_axis(visit, talks):
    reader = visit(talks, x=["war", "peace"])
    reader.color_by("war … peace")
    low, high = np.percentile(along(talks, "war", "peace"), [1, 99])
    text = reader.key.locator(".scale").inner_text().split()
    assert [float(each) for each in text] == pytest.approx([low, high], abs=0.02)


def test_two_axes_make_a_plane_and_the_map_comes_back(visit, talks):
    reader = visit(talks, left=None)
    before = reader.pixels()
    names = reader.page.locator(".names span")
    assert names.count() > 0
    reader.button("Axes").click()
    set_axis(reader, "Left to right", "war", "peace")
    set_axis(reader, "Below to above", "poor", "rich")
    reader.expect_chosen(x=["war", "peace"], y=["poor", "rich"])
    for end in ("← war", "peace →", "↓ poor", "↑ rich"):
        expect(reader.page.get_by_text(end)).to_be_visible()
    expect(names).to_have_count(0)  # they belong to the map
    for label in ("Left to right", "Below to above"):
        reader.page.get_by_role("form", name=label).get_by_role(
            "button", name="Back to the map"
        ).click()
    reader.expect_chosen(x=None, y=None)
    reader.button("Axes").click()
    reader.page.mouse.move(640, 20)
    assert (reader.pixels() == before).mean() > 0.99


# --- selections ---


@pytest.mark.parametrize("size", ["talks", "large"])
def test_a_lasso_selects_what_lies_within_it(visit, size, request):
    collection = request.getfixturevalue(size)
    reader = visit(collection, view=[0, 0, 300])
    reader.lasso(GROUND)
    within = reader.passages_in(reader.choice("region"))
    assert len(within) > 10
    heading = f"{len(within):,} passages within the line drawn"
    expect(reader.panel.get_by_role("heading", name=heading)).to_be_visible()
    labels = collection.clusters("medium").labels[within]
    names = collection.clusters("medium").names
    at = np.bincount(labels).argmax()
    share = reader.panel.locator(".shares li").first
    expect(share).to_contain_text(names[at])
    expect(share).to_contain_text(f"{(labels == at).sum():,} · ")


def test_a_lasso_and_a_filter_select_what_is_in_both_in_every_view(visit, talks):
    reader = visit(talks, view=[0, 0, 300], table=True, filters=[["party", ["Republican"]]])
    reader.lasso(circle(0.5, 0.3, 0.08))
    parties = np.array(talks.column("party").to_pylist())
    within = reader.passages_in(reader.choice("region"))
    both = within[parties[within] == "Republican"]
    assert 3 < len(both) < len(within)
    expect(
        reader.page.get_by_role("heading", name=f"{len(both)} passages selected")
    ).to_be_visible()
    expect(reader.panel.get_by_role("heading", name=f"{len(both)} passages within")).to_be_visible()
    reader.button("Select nothing").click()
    reader.expect_chosen(region=None)


def test_clusters_are_picked(visit, talks):
    reader = visit(talks)
    names, labels = talks.clusters("medium").names, talks.clusters("medium").labels
    for at in (0, 2):
        reader.finder.get_by_role("checkbox", name=names[at], exact=True).check()
    size = int(np.isin(labels, [0, 2]).sum())
    expect(
        reader.panel.get_by_role("heading", name=f"{size:,} passages in 2 clusters")
    ).to_be_visible()
    reader.expect_chosen(region=["medium", 0, 2])
    reader.finder.get_by_role("checkbox", name=names[0], exact=True).uncheck()
    reader.expect_chosen(region=["medium", 2])


def test_all_that_is_in_view_is_selected(visit, talks):
    reader = visit(talks, view=[0, 0, 900])
    reader.button("Select all that is in view").click()
    within = reader.passages_in(reader.choice("region"))
    expect(
        reader.panel.get_by_role("heading", name=f"{len(within):,} passages within")
    ).to_be_visible()


# --- contrast ---


def expect_contrast(reader, found):
    section = reader.panel.get_by_role("region", name="Comparison")
    expect(section).to_have_attribute("aria-busy", "false")
    if found.told_apart:
        expect(section).to_contain_text(f"told apart {percent(found.accuracy)} of the time")
    else:
        expect(section).to_contain_text("They cannot be told apart")
    expect(section).to_contain_text(f"{found.a.size:,} passages")
    for side, table in zip((found.a, found.b), section.get_by_role("table").all(), strict=False):
        words = table.get_by_role("rowheader").all_inner_texts()
        assert words == [word.word for word in side.words[:12]]
        shares = table.locator("td:nth-of-type(2)").all_inner_texts()
        told = [float(re.search(r"([\d.]+)%", share)[1]) / 100 for share in shares]
        assert told == pytest.approx([word.here for word in side.words[:12]], abs=0.0051)
    if found.told_apart and found.a.clearest:
        least = section.get_by_role("list", name="Least like").first.locator("button")
        expect(least).to_have_count(len(found.a.clearest))


def test_a_cluster_is_compared_with_the_rest(visit, talks):
    reader = visit(talks)
    cluster = talks.clusters("medium")
    reader.finder.get_by_role("checkbox", name=cluster.names[1], exact=True).check()
    inside = np.flatnonzero(cluster.labels == 1)
    rest = np.flatnonzero(cluster.labels != 1)
    expect_contrast(reader, talks.contrast(inside.tolist(), rest.tolist()))


def test_a_lasso_is_compared_with_a_second(visit, talks):
    reader = visit(talks, view=[0, 0, 300])
    reader.lasso(GROUND)
    reader.lasso(BESIDE, second=True)
    reader.choice("against")
    chosen = reader.chosen
    first, second = (reader.passages_in(chosen[name]) for name in ("region", "against"))
    assert len(first) > 10
    assert len(second) > 10
    expect(reader.page.get_by_label("Compare with")).to_have_value("as it is")
    expect_contrast(reader, talks.contrast(first.tolist(), second.tolist()))


def test_a_cluster_is_compared_with_another(visit, talks):
    reader = visit(talks, region=["medium", 0], right="selection")
    names, labels = talks.clusters("medium").names, talks.clusters("medium").labels
    reader.page.get_by_label("Compare with").select_option(label=names[3])
    reader.expect_chosen(against=["medium", 3])
    sides = [np.flatnonzero(labels == at).tolist() for at in (0, 3)]
    expect_contrast(reader, talks.contrast(*sides))


# --- to take along ---


@pytest.fixture
def selected(visit, talks):
    """Return a reader with a cluster and a filter, and the passages that this selects."""
    chosen = {"region": ["medium", 0], "filters": [["party", ["Republican"]]]}
    reader = visit(talks, right="selection", **chosen, options={"accept_downloads": True})
    parties = np.array(talks.column("party").to_pylist())
    numbers = np.flatnonzero((talks.clusters("medium").labels == 0) & (parties == "Republican"))
    assert len(numbers) > 5
    return reader, numbers


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
def test_the_selection_is_saved_as_a_file(selected, talks, kind, tmp_path):
    import pandas

    reader, numbers = selected
    with reader.page.expect_download() as download:
        reader.button(kind, exact=True).click()
    assert download.value.suggested_filename == f"speeches.{kind.lower()}"
    content = download.value.path().read_bytes()
    if kind == "CSV":
        texts = pandas.read_csv(io.BytesIO(content))["text"].tolist()
    else:
        texts = pq.read_table(io.BytesIO(content))["text"].to_pylist()
    assert texts == [talks.texts[number] for number in numbers]


def test_a_line_of_python_gives_the_same_rows(selected, talks):
    reader, numbers = selected
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.button("Copy as Python").click()
    expect(reader.page.get_by_role("status").filter(has_text="Copied:")).to_be_visible()
    line = reader.page.evaluate("navigator.clipboard.readText()")
    same = eval(line, {"talks": sema.open(talks.path), "np": np})  # noqa: S307
    assert same == talks.rows(numbers)


def test_a_line_of_python_gives_the_rows_of_a_lasso(visit, talks):
    reader = visit(talks, view=[0, 0, 300])
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.lasso(GROUND)
    reader.button("Copy as Python").click()
    expect(reader.page.get_by_role("status").filter(has_text="Copied:")).to_be_visible()
    line = reader.page.evaluate("navigator.clipboard.readText()")
    same = eval(line, {"talks": talks, "np": np})  # noqa: S307
    assert same == talks.rows(reader.passages_in(reader.choice("region")))
