"""The map: colors, labels, card, marks, density, lines."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from reader import near

from semascope import explorer

LEVELS = ("coarse", "medium", "fine")
CLOSE = 20_000  # pixels a unit of the map: so near, few dots are in the window


@pytest.fixture(scope="module")
def about(talks):
    return explorer.about(talks)


@pytest.fixture(scope="module")
def alone(talks):
    """Return a passage with torn neighbors, far from any other on the map."""
    return lonely(talks, lambda number: len(talks.map().torn(number)) > 2)


def lonely(talks, test=None):
    """Return a passage that lies alone, the first that passes the test."""
    places = talks.map().coordinates
    for number in range(0, len(talks), 7):
        distances = np.hypot(*(places - places[number]).T)
        if np.sort(distances)[1] * CLOSE > 30 and (test is None or test(number)):
            return number
    return pytest.fail("no passage lies alone")


def at(talks, number, scale=CLOSE):
    x, y = talks.map().coordinates[number].tolist()
    return [x, y, scale]


def on_white(color):
    """Return a color as a dot has it, through which 15% of the ground shows."""
    rgb = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)])
    return 255 + 0.85 * (rgb - 255)


def test_points_have_the_color_of_their_cluster_on_each_level(visit, talks, about, alone):
    reader = visit(talks, view=at(talks, alone))
    for level in LEVELS:
        reader.page.get_by_role("radio", name=level).click()
        cluster = about.clusters[level][talks.clusters(level).labels[alone]]
        assert near(on_white(about.palette[cluster.color]), reader.color_at(alone))


def test_points_are_colored_by_columns_of_each_kind(visit, talks, about, alone):
    reader = visit(talks, view=at(talks, alone))
    row = talks.rows([alone])[0]
    for column in ("year", "day", "mark"):  # a number, a date, a text
        reader.color_by(column)
        expect(reader.page.get_by_role("note", name=f"Colors show {column}")).to_be_visible()
        values = np.array(sorted(str(v) for v in talks.column(column).to_pylist() if v))
        share = np.searchsorted(values, str(row[column])) / len(values)
        if column == "year":
            low, high = np.percentile(talks.column("year").to_numpy(), [1, 99])
            share = (row["year"] - low) / (high - low)
        shades = np.array([on_white(shade) for shade in about.shades["light"]])
        shade = np.abs(shades - reader.color_at(alone)).sum(axis=1).argmin()
        assert shade / len(shades) == pytest.approx(share, abs=0.15)
    reader.color_by("president")
    named = reader.key.locator(".entry").first
    president = max(set(column := talks.column("president").to_pylist()), key=column.count)
    expect(named).to_have_text(f"{president} {column.count(president)}")


def test_points_are_colored_by_honesty_with_its_mean_in_the_key(visit, talks, about, alone):
    reader = visit(talks, view=at(talks, alone))
    reader.color_by("honesty of the map")
    expect(reader.key).to_contain_text(f"{talks.map().kept:.0%} on average")
    shades = about.shades["light"]
    place = min(int(talks.map().honesty[alone] * len(shades)), len(shades) - 1)
    assert near(on_white(shades[place]), reader.color_at(alone))


def test_a_category_colors_points_as_its_key_says(visit, talks):
    parties = talks.column("party").to_pylist()
    alone = lonely(talks, lambda number: parties[number] == "Republican")
    reader = visit(talks, view=at(talks, alone))
    reader.color_by("party")
    entry = reader.key.locator(".entry", has_text=re.compile("^Republican ")).locator(".dot")
    shown = entry.evaluate("dot => getComputedStyle(dot).backgroundColor")
    rgb = [int(part) for part in shown[4:-1].split(",")]
    assert near(on_white("#" + bytes(rgb).hex()), reader.color_at(alone))


@pytest.mark.parametrize("size", ["talks", "large"])
def test_finer_names_appear_as_one_zooms_in_and_never_on_one_another(visit, size, request):
    collection = request.getfixturevalue(size)
    reader = visit(collection, left=None)
    known = {level: set(collection.clusters(level).names) for level in LEVELS}
    levels = []
    for _ in range(7):
        found = reader.labels()
        levels.append({level for level, _ in found})
        assert all(name in known[level] for level, name in found)
        boxes = reader.label_boxes()
        for one in range(len(boxes)):
            left, top, right, bottom = boxes[one]
            others = boxes[one + 1 :]
            apart = (others[:, 0] >= right) | (others[:, 2] <= left)
            apart |= (others[:, 1] >= bottom) | (others[:, 3] <= top)
            assert apart.all()
        reader.button("Zoom in").click()
        reader.settle()
    assert levels[0] == {"coarse"}
    assert "fine" not in levels[2]  # 1.5² times as near
    assert set.union(*levels) == set(LEVELS)


@pytest.mark.parametrize("size", ["talks", "large"])
def test_a_card_says_what_is_under_the_pointer(visit, size, request):
    collection = request.getfixturevalue(size)
    number = lonely(collection)
    reader = visit(collection, view=at(collection, number))
    reader.point_at(number)
    row = collection.rows([number])[0]
    expect(reader.card).to_contain_text(row["text"][:400].strip())
    expect(reader.card).to_contain_text(str(row["year"]))
    expect(reader.card).to_contain_text(row["president"])
    reader.page.mouse.move(5, 5)
    expect(reader.card).to_have_count(0)


def test_emoji_are_drawn_as_the_points(visit, emoji):
    number = lonely(emoji)
    reader = visit(emoji, view=at(emoji, number, 4_000))
    before = reader.pixels()
    color = reader.color_at(number)
    reader.draw_as("emoji")
    after = reader.pixels()
    reader.expect_chosen(mark=["emoji"])
    assert near(color, before, 2).sum() > 3 * near(color, after, 2).sum()
    assert (before != after).any(axis=-1).mean() > 0.002


def test_density_is_darkest_where_most_passages_lie(visit, large):
    x, y = large.map().coordinates.T
    reader = visit(large, left=None, view=[0, 0, 300])
    reader.draw_as("density")
    expect(reader.key).to_have_text("densitythe darker, the more passages")
    shown = 255 - reader.pixels().mean(axis=-1)
    height, width = shown.shape
    cell = 16
    rows, columns = height // cell, width // cell
    shown = shown[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    down, across = height / 2 - y * 300, width / 2 + x * 300
    counts, *_ = np.histogram2d(
        down, across, bins=(rows, columns), range=((0, rows * cell), (0, columns * cell))
    )
    together = np.corrcoef(np.sqrt(counts).ravel(), shown.mean(axis=(1, 3)).ravel())[0, 1]
    assert together > 0.8


def test_lines_lead_to_the_neighbors_and_torn_ones_are_marked(visit, talks, alone):
    reader = visit(talks, left=None, view=at(talks, alone, 300))
    before = reader.pixels()
    # So many dots are there that the passage is chosen from near by, and then seen from afar
    reader.go(left=None, view=at(talks, alone))
    reader.click_at(alone)
    reader.go(**reader.chosen | {"view": at(talks, alone, 300)})
    expect(reader.panel.get_by_role("listitem").first).to_be_visible()
    reader.page.mouse.move(640, 30)
    after = reader.pixels()
    lines = (before != after).any(axis=-1)
    box, (x, y) = reader.map.bounding_box(), reader.place_of(alone)
    drawn = []
    for neighbor in talks.neighbors()[alone]:
        other = reader.place_of(neighbor)
        for share in np.linspace(0.2, 0.8, 13):
            px, py = x + share * (other[0] - x), y + share * (other[1] - y) - box["y"]
            if 20 < px < 820 and 20 < py < box["height"] - 20:
                window = lines[int(py) - 2 : int(py) + 3, int(px) - 2 : int(px) + 3]
                drawn.append(window.any())
    assert np.mean(drawn) > 0.7  # some lie between dashes
    assert near("#b34700", after, 30).sum() > near("#b34700", before, 30).sum() + 50
    torn = len(talks.map().torn(alone))
    expect(reader.panel.get_by_text("far on the map")).to_have_count(torn)
    expect(reader.panel).to_contain_text(f"{torn} lie far away on the map.")


def test_a_hundred_thousand_passages_are_drawn_and_moved(visit, large):
    reader = visit(large)
    expect(reader.page.get_by_text("100,000 passages", exact=True)).to_be_visible()
    first = reader.pixels()
    assert (first != 255).any(axis=-1).mean() > 0.05
    box = reader.map.bounding_box()
    reader.page.mouse.move(box["x"] + 700, box["y"] + 300)
    reader.page.mouse.wheel(0, -600)
    reader.page.mouse.down()
    reader.page.mouse.move(box["x"] + 800, box["y"] + 350, steps=4)
    reader.page.mouse.up()
    moved = reader.pixels()
    assert (moved != first).any(axis=-1).mean() > 0.05
    reader.button("Show all").click()
    assert (reader.pixels() == first).mean() > 0.99  # but for what is hovered
