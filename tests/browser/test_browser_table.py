"""The table: any number of rows, sorted, in columns of the reader's choice, one with the map."""

import numpy as np
import pytest
from playwright.sync_api import expect


def rows(reader):
    """Return what the rows that are seen say: place, text, and the other cells."""
    return reader.table.locator('[role="row"]:not(.head)').evaluate_all(
        "all => all.map((row) => [Number(row.getAttribute('aria-rowindex')) - 2,"
        " ...[...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent)])"
    )


def loaded(reader):
    expect(reader.table.get_by_text("…", exact=True)).to_have_count(0)
    return rows(reader)


def expect_rows(reader, order):
    """The rows that are seen are those of an order of passages."""
    places = [place for place, *_ in loaded(reader)]
    assert len(places) > 3
    wanted = reader.collection.rows([int(order[place]) for place in places])
    for place, row in zip(places, wanted, strict=True):
        cell = reader.table.locator(f'[aria-rowindex="{place + 2}"] [role=gridcell]').first
        expect(cell).to_have_text(row["text"][:400])


def by(collection, column, descending=False):
    """Return the passages in the order of a column, those without a value last."""
    values = collection.column(column).to_pylist()
    there = [at for at, value in enumerate(values) if value is not None]
    missing = [at for at, value in enumerate(values) if value is None]
    return sorted(there, key=values.__getitem__, reverse=descending) + missing


@pytest.mark.parametrize("column", ["year", "president", "day"])
def test_a_column_sorts_both_ways_and_back(visit, talks, column):
    shown = ["year", "president", "day"]
    reader = visit(talks, table=True, shown=shown)
    head = reader.table.get_by_role("columnheader", name=column)
    for state, order in (
        ("ascending", by(talks, column)),
        ("descending", stable(talks, column)),
        ("none", range(len(talks))),
    ):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", state)
        expect_rows(reader, order)


def stable(collection, column):
    """Return the passages by a column, the greatest first, ties in their own order."""
    values = collection.column(column).to_pylist()
    there = [at for at, value in enumerate(values) if value is not None]
    missing = [at for at, value in enumerate(values) if value is None]
    there.sort(key=values.__getitem__, reverse=True)  # Python keeps ties in order here too
    return there + missing


def test_the_end_of_a_sorted_column_is_reached_by_its_key(visit, talks):
    reader = visit(talks, table=True)
    reader.table.get_by_role("columnheader", name="year").get_by_role("button").click()
    reader.table.focus()
    reader.page.keyboard.press("End")
    expect(reader.table.locator(f'[aria-rowindex="{len(talks) + 1}"]')).to_be_visible()
    expect_rows(reader, by(talks, "year"))


def test_the_middle_of_a_hundred_thousand_rows_is_scrolled_to(visit, large):
    reader = visit(large, table=True)
    reader.table.evaluate("grid => grid.scrollTo(0, grid.scrollHeight / 2)")
    middle = len(large) // 2
    expect(reader.table.locator(f'[aria-rowindex="{middle + 2}"]')).to_be_attached()
    expect_rows(reader, range(len(large)))
    reader.table.get_by_role("columnheader", name="president").get_by_role("button").click()
    expect_rows(reader, by(large, "president"))
    assert reader.table.get_by_role("row").count() < 60  # only what is seen is in the page


def test_a_row_that_is_chosen_is_read_and_ringed_on_the_map(visit, talks):
    reader = visit(talks, table=True, view=[0, 0, 250])
    row = reader.table.locator('[role="row"]:not(.head)').nth(4)
    row.click()
    expect(row).to_have_attribute("aria-selected", "true")
    expect(reader.panel.get_by_role("heading", name="Passage 4")).to_be_visible()
    reader.expect_chosen(selected=4)
    expect(reader.panel.get_by_role("list", name="Nearest in meaning")).to_be_visible()
    after = reader.pixels()
    x, y = reader.place_of(4)
    y -= reader.map.bounding_box()["y"]
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    drawn = ring_radius(talks)
    ring = [
        after[int(y + drawn * np.sin(t) + 0.5), int(x + drawn * np.cos(t) + 0.5)].sum()
        for t in turns
    ]
    assert np.mean(np.array(ring) < 250) > 0.7  # ink


def ring_radius(talks):
    """Return the radius of the ring around a passage in a view of 250 pixels a unit."""
    places = talks.map().coordinates
    spans = places.max(axis=0) - places.min(axis=0)
    return 4 + radius(len(talks), 250 / whole_scale(spans))


def whole_scale(spans):
    """Return about how many pixels a unit has where all of the map is shown beside the panels."""
    return min(472 / spans[0], 300 / spans[1])


def radius(count, zoom):
    base = min(max(130 / np.sqrt(count), 0.7), 5)
    return min(base * max(zoom, 0.2) ** 0.4, 7)


def test_a_passage_chosen_on_the_map_is_highlighted_in_the_table(visit, talks):
    x, y = talks.map().coordinates[900].tolist()
    reader = visit(talks, table=True, view=[x, y - 0.002, 40_000])
    reader.click_at(900)
    row = reader.table.locator('[role="row"][aria-selected="true"]')
    expect(row).to_have_attribute("aria-rowindex", "902")
    expect(row).to_be_in_viewport()


def test_columns_are_chosen(visit, talks):
    reader = visit(talks, table=True)
    reader.button("Columns").click()
    for name, wanted in (("year", False), ("mark", True)):
        reader.page.get_by_role("checkbox", name=name, exact=True).set_checked(wanted)
    heads = reader.table.get_by_role("columnheader")
    shown = [name for name in talks.columns if name not in ("year", "passage", "day")]
    expect(heads).to_have_text([shown[0], *shown[1:]])
    (place, _, *cells), *_ = loaded(reader)
    row = talks.rows([place])[0]
    assert cells == [str(row[name]) for name in shown[1:]]


def test_rows_are_gone_through_by_keys(visit, talks):
    reader = visit(talks, table=True)
    loaded(reader)
    reader.table.focus()
    for _ in range(3):
        reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("Enter")
    reader.expect_chosen(selected=3)
