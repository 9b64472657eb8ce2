"""Filters: histograms that are brushed, values that are checked, and all counts that follow."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest
from playwright.sync_api import expect

DAY = 86_400_000  # ms


@pytest.fixture
def filtering(visit, talks):
    """Return a function that opens the page with its filters, and something chosen."""
    return lambda **chosen: visit(talks, left="filters", **chosen)


def expect_passing(reader, count):
    total = f"{len(reader.collection):,}"
    expect(reader.finder.get_by_role("status").first).to_have_text(
        f"{count:,} of {total} passages pass"
    )


def years_of(talks):
    return talks.column("year").to_numpy()


def test_a_brush_over_the_years_filters_by_them(filtering, talks):
    reader = filtering()
    reader.brush("year", 0.5, 0.8)
    reader.expect_chosen(left="filters")
    (name, low, high) = brushed(reader)
    assert name == "year"
    years = years_of(talks)
    span = years.max() - years.min()
    assert low == pytest.approx(years.min() + 0.5 * span, abs=0.04 * span)
    assert high == pytest.approx(years.min() + 0.8 * span, abs=0.04 * span)
    expect_passing(reader, int(((years >= low) & (years <= high)).sum()))


def brushed(reader):
    """Return the one filter of the address, once it is there."""
    (only,) = reader.choice("filters")
    return only


def test_a_brush_over_dates_leaves_out_what_has_none(filtering, talks):
    reader = filtering()
    reader.brush("day", 0.2, 0.6)
    _, low, high = brushed(reader)
    days = talks.column("day").to_pylist()
    times = [
        day and datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000
        for day in days
    ]
    expect_passing(reader, sum(t is not None and low <= t <= high for t in times))
    missing = sum(day is None for day in days)
    expect(reader.filter_of("day")).to_contain_text(f"{missing} without a value do not pass")


def test_a_brush_is_moved_and_its_ends_are_typed(filtering, talks):
    reader = filtering()
    reader.brush("year", 0.3, 0.5)
    _, low, high = brushed(reader)
    reader.brush("year", 0.4, 0.6)  # within it: it moves as a whole
    reader.expect_changed("filters", [["year", low, high]])
    _, moved_low, moved_high = brushed(reader)
    assert moved_low > low
    assert moved_high - moved_low == pytest.approx(high - low, abs=12)
    start = reader.page.get_by_label("year from")
    start.fill("1900")
    start.press("Enter")
    end = reader.page.get_by_label("year to")
    end.fill("1909")
    end.press("Enter")
    years = years_of(talks)
    expect_passing(reader, int(((years >= 1900) & (years <= 1909)).sum()))
    reader.button("Reset year").click()
    expect_passing(reader, len(talks))


def test_a_value_is_checked_and_every_other_count_follows(filtering, talks):
    reader = filtering(table=True)
    party = reader.filter_of("party")
    party.get_by_role("checkbox", name=re.compile(r"^Republican \d")).check()
    parties = np.array(talks.column("party").to_pylist())
    passes = parties == "Republican"
    expect_passing(reader, int(passes.sum()))
    expect(
        reader.page.get_by_role("heading", name=f"{passes.sum():,} passages selected")
    ).to_be_visible()
    expect(reader.table).to_have_attribute("aria-rowcount", str(passes.sum() + 1))
    # the other filters count what passes this one
    presidents = np.array(talks.column("president").to_pylist())
    most = max(set(presidents[passes]), key=lambda name: (presidents[passes] == name).sum())
    row = reader.filter_of("president").get_by_role("listitem").filter(has_text=most)
    expect(row.locator("b")).to_have_text(f"{(presidents[passes] == most).sum():,}")
    # its own counts are those of all
    own = party.get_by_role("listitem").filter(has_text="Democratic").locator("b").first
    assert int(own.inner_text().replace(",", "")) in {
        int((parties == name).sum()) for name in set(parties)
    }
    # clusters
    reader.tab("Clusters")
    labels = talks.clusters("medium").labels
    sizes = reader.finder.locator(".item").evaluate_all(
        "all => all.map((item) => ['.name', '.muted']"
        ".map((part) => item.querySelector(part).textContent))"
    )
    names = talks.clusters("medium").names
    assert dict(sizes) == {
        name: f"{(labels[passes] == at).sum():,} of {(labels == at).sum():,}"
        for at, name in enumerate(names)
    }
    # the timeline
    reader.tab("Over time")
    found = talks.timeline("year")
    counts = reader.panel.locator("table.visually-hidden tbody tr")
    expect(counts).to_have_count(len(found.bins))
    shown = counts.evaluate_all(
        "all => all.map((row) => [...row.children].map((c) => c.textContent))"
    )
    assert shown == [
        [name, str((passes & (found.bin == at)).sum()), str((found.bin == at).sum())]
        for at, name in enumerate(found.bins)
    ]


def test_several_filters_must_all_be_passed_and_are_reset_together(filtering, talks):
    reader = filtering()
    before = reader.pixels()
    for name in ("Republican", "Whig"):
        reader.filter_of("party").get_by_role("checkbox", name=re.compile(rf"^{name} \d")).check()
    years = reader.page.get_by_label("year from")
    years.fill("1850")
    years.press("Enter")
    parties = np.array(talks.column("party").to_pylist())
    passes = np.isin(parties, ["Republican", "Whig"]) & (years_of(talks) >= 1850)
    expect_passing(reader, int(passes.sum()))
    assert (reader.pixels() != before).any(axis=-1).mean() > 0.005  # what does not pass is dim
    reader.button("Reset all filters").click()
    expect_passing(reader, len(talks))
    expect(reader.button("Reset all filters")).to_be_disabled()
    reader.expect_chosen(filters=None)
    reader.page.mouse.move(700, 20)
    assert (reader.pixels() == before).mean() > 0.99


def test_a_value_is_found_among_many(filtering, talks):
    reader = filtering()
    presidents = reader.filter_of("president")
    presidents.get_by_role("searchbox").fill("lincoln")
    expect(presidents.get_by_role("listitem")).to_have_count(1)
    presidents.get_by_role("checkbox").check()
    expect_passing(reader, talks.column("president").to_pylist().count("Abraham Lincoln"))


def test_a_hundred_thousand_passages_are_filtered(visit, large):
    reader = visit(large, left="filters")
    reader.brush("year", 0.25, 0.5)
    _, low, high = brushed(reader)
    years = large.column("year").to_numpy()
    expect_passing(reader, int(((years >= low) & (years <= high)).sum()))
