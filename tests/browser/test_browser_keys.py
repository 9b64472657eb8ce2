"""Keys: each does what the help says, and Tab leads to all that can be used."""

import numpy as np
import pytest
from playwright.sync_api import expect
from reader import circle

TRIED = {  # by a test below; what the help lists is no more and no less
    "/", "c", "f", "t", "l", "1 2 3", "n p", "+ − 0", "arrows", "Enter", "Esc", "?",
}  # fmt: skip


@pytest.fixture
def reader(visit, talks):
    return visit(talks)


def is_open(reader, name):
    tab = reader.page.get_by_role("tab", name=name, exact=True)
    expect(tab).to_have_attribute("aria-selected", "true")


def press(reader, *keys):
    for key in keys:
        reader.page.keyboard.press(key)


def test_the_help_lists_the_keys_that_there_are(reader):
    reader.map.focus()
    press(reader, "?")
    help_ = reader.page.get_by_role("dialog", name="What this map can tell")
    listed = help_.locator("dt").evaluate_all(
        "all => all.map((dt) => [...dt.children].map((key) => key.textContent).join(' '))"
    )
    assert set(listed) == TRIED
    press(reader, "Escape")
    expect(help_).to_have_count(0)
    expect(reader.map).to_be_focused()


def test_a_slash_leads_to_the_search_and_escape_out_of_it(reader):
    press(reader, "/")
    expect(reader.search_box).to_be_focused()
    reader.page.keyboard.type("ct/1?")  # what is typed is no key
    expect(reader.search_box).to_have_value("ct/1?")
    expect(reader.page.get_by_role("region", name="Table")).to_have_count(0)
    press(reader, "Escape")
    expect(reader.search_box).not_to_be_focused()


def test_letters_open_panels_and_the_table(reader):
    press(reader, "f")
    is_open(reader, "Filters")
    press(reader, "c")
    is_open(reader, "Clusters")
    press(reader, "t")
    expect(reader.table).to_be_visible()
    press(reader, "t")
    expect(reader.table).to_have_count(0)


def test_l_begins_a_line_around_passages(reader):
    press(reader, "l")
    lasso = reader.button("Draw around passages to select them")
    expect(lasso).to_have_attribute("aria-pressed", "true")
    box = reader.map.bounding_box()
    corners = [(box["x"] + 600, box["y"] + 200), (box["x"] + 800, box["y"] + 200)]
    corners.append((box["x"] + 700, box["y"] + 400))
    reader.page.mouse.move(*corners[0])
    reader.page.mouse.down()
    for corner in corners[1:]:
        reader.page.mouse.move(*corner, steps=5)
    reader.page.mouse.up()
    expect(reader.panel.get_by_role("heading", name="within the line drawn")).to_be_visible()
    press(reader, "l", "l")
    expect(lasso).to_have_attribute("aria-pressed", "false")


def test_digits_choose_the_level(reader):
    for key, level in {"1": "coarse", "3": "fine", "2": "medium"}.items():
        press(reader, key)
        expect(reader.page.get_by_role("radio", name=level)).to_be_checked()


def test_n_and_p_go_through_the_neighbors(visit, talks):
    reader = visit(talks, selected=50, right="passage")
    near = talks.neighbors()[50]
    expect(reader.panel.get_by_role("list", name="Nearest in meaning")).to_be_visible()
    for key, number in [("n", near[0]), ("n", near[1]), ("p", near[0]), ("p", 50), ("p", near[-1])]:
        press(reader, key)
        expect(reader.panel.get_by_role("heading", name=f"Passage {number:,}")).to_be_visible()


def test_the_map_is_moved_by_keys(reader):
    reader.map.focus()
    press(reader, "+")
    reader.settle()
    eventually(reader, lambda: True)
    x, y, scale = reader.chosen["view"]
    for key, dx, dy in [("ArrowRight", 1, 0), ("ArrowLeft", 0, 0), ("ArrowUp", 0, 1)]:
        press(reader, key)
        expected = [x + dx * 64 / scale, y + dy * 64 / scale, scale]
        eventually(reader, lambda e=expected: np.allclose(reader.chosen["view"], e, 1e-3, 1e-3))
    press(reader, "ArrowDown", "-")
    eventually(reader, lambda: np.isclose(reader.chosen["view"][2], scale / 1.5, rtol=1e-3))
    press(reader, "0")
    reader.expect_chosen(view=None)


def eventually(reader, holds):
    """Wait until something holds of the address, which follows within a moment."""
    for _ in range(200):
        if "view" in reader.chosen and holds():
            return
        reader.page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    pytest.fail(f"the address came to {reader.chosen}")


def test_enter_reads_the_passage_in_the_middle_of_the_map(visit, talks):
    x, y = talks.map().coordinates[321].tolist()
    reader = visit(talks, left=None, view=[x, y, 100_000])
    reader.map.focus()
    press(reader, "Enter")
    expect(reader.panel.get_by_role("heading", name="Passage")).to_be_visible()
    places = talks.map().coordinates
    number = reader.chosen.get("selected", 321)
    assert np.hypot(*(places[number] - [x, y])) * 100_000 < 400


def test_escape_goes_one_step_back(visit, talks):
    pair = int(talks.neighbors()[50][0])
    reader = visit(
        talks, selected=50, pair=pair, right="passage", query="peace", left="results",
        region=["coarse", 0],
    )  # fmt: skip
    expect(reader.panel.get_by_role("heading", name="Why these are similar")).to_be_visible()
    for gone in ("pair", "selected", "region", "query"):
        assert gone in reader.chosen
        press(reader, "Escape")
        reader.expect_chosen(**{gone: None})
    reader.lasso(circle(0.5, 0.4, 0.05))
    press(reader, "l", "Escape")
    expect(reader.button("Draw around passages to select them")).to_have_attribute(
        "aria-pressed", "false"
    )


WHAT = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const name = e.ariaLabel || e.labels?.[0]?.textContent || e.textContent || e.tagName;
  return [e.tagName, name.trim().slice(0, 40), seen];
}"""


def test_tab_leads_to_every_control_and_shows_where_one_is(visit, talks):
    reader = visit(talks, selected=50, right="passage", table=True)
    expect(reader.panel.get_by_role("list", name="Nearest in meaning")).to_be_visible()
    reader.page.get_by_role("heading", level=1).click()
    names = []
    for _ in range(200):
        press(reader, "Tab")
        tag, name, is_seen = reader.page.evaluate(WHAT)
        if tag == "BODY":
            break
        assert is_seen, f"nothing shows that {name} has the focus"
        names.append(name)
    for control in (
        "Search", "Search by", "Color by", "Draw passages as", "Axes", "Table", "Theme: system",
        "Help", "Map of 1,522 passages.", "Zoom in", "Zoom out", "Show all",
        "Draw around passages to select them", "Select all that is in view", "Clusters", "Passage",
        "Why are these similar?", "Passages; arrow keys go through them", "Close the table",
    ):  # fmt: skip
        assert any(name.startswith(control[:40]) for name in names), f"{control} not in {names}"


def test_arrows_go_from_tab_to_tab(reader):
    reader.page.get_by_role("tab", name="Clusters").focus()
    press(reader, "ArrowRight")
    expect(reader.page.get_by_role("tab", name="Filters")).to_be_focused()
    is_open(reader, "Filters")
