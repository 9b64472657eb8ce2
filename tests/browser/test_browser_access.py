"""Access: axe finds nothing against WCAG A and AA, small windows fit, hints come once."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """(tags) => axe.run(document, { runOnly: tags }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => [id, html, any[0]?.message]))
)"""
ABOVE = """([x, y]) => {
  const found = document.elementFromPoint(x, y);
  return found?.closest("canvas, button, aside, section")?.tagName;
}"""
PASSAGE = 50
WINDOWS = {"laptop": (1280, 720), "phone": (390, 800)}

VIEWS = {  # of the address, and what is there when all has come
    "the map": ({}, "clusters"),
    "filters": ({"left": "filters", "filters": [["year", 1900, 1950]]}, "Reset all filters"),
    "results": ({"left": "results", "query": "help for farmers"}, "the best first"),
    "a passage": ({"selected": PASSAGE, "right": "passage"}, "Nearest in meaning"),
    "why": ({"selected": PASSAGE, "pair": 5, "right": "passage"}, "All pairs add up to"),
    "a selection": ({"region": ["medium", 0], "right": "selection"}, "told apart"),
    "duplicates": ({"right": "duplicates"}, "nearly the same"),
    "oddities": ({"right": "oddities"}, "least like any other"),
    "time": ({"right": "time"}, "per decade"),
    "the table": ({"table": True, "sort": ["year", "down"]}, "All 1,522 passages"),
    "colors": ({"color": ["party"]}, "Republican 659"),
}


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        pytest.fail("axe-core is not there: python scripts/build_explorer.py test installs it")
    return AXE.read_text(encoding="utf-8")


def check(reader):
    assert reader.page.evaluate(CHECK, RULES) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(visit, talks, axe, theme):
    reader = visit(talks, theme=theme)
    reader.page.evaluate(axe)
    found = {}
    for name, (chosen, told) in VIEWS.items():
        reader.go(theme=theme, **chosen)
        expect(reader.page.get_by_text(told).first).to_be_visible()
        found[name] = reader.page.evaluate(CHECK, RULES)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_above_the_page(visit, talks, axe, theme):
    reader = visit(
        talks, theme=theme, selected=PASSAGE, pair=5, right="passage", x=["sad", "happy"]
    )
    reader.page.evaluate(axe)
    reader.button("Axes", exact=True).click()
    check(reader)
    reader.button("Axes", exact=True).click()
    reader.button("Heat map of").click()
    check(reader)
    reader.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    reader.button("Help", exact=True).click()
    check(reader)
    reader.button("Show the hints again").click()
    expect(reader.page.get_by_text("1 of 3")).to_be_visible()
    check(reader)


@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_scrolls_sideways(visit, talks, window):
    width, height = WINDOWS[window]
    reader = visit(talks, options={"viewport": {"width": width, "height": height}})
    for name, (chosen, told) in VIEWS.items():
        reader.go(**chosen)
        expect(reader.page.get_by_text(told).first).to_be_attached()
        wide = reader.page.evaluate(
            "() => [document.documentElement, document.body, document.querySelector('.explorer'),"
            " ...document.querySelectorAll('.body')]"
            ".filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.className || e.tagName)"
        )
        assert wide == [], name
        across = reader.page.locator(".bar button:visible, .bar select:visible, .bar input:visible")
        edges = across.evaluate_all("all => all.map((e) => e.getBoundingClientRect().right)")
        assert max(edges) <= width, name


@pytest.mark.parametrize("window", WINDOWS)
def test_panels_never_cover_the_passage_that_is_read(visit, talks, window):
    width, height = WINDOWS[window]
    reader = visit(talks, options={"viewport": {"width": width, "height": height}})
    places = talks.map().coordinates
    corners = {int(each) for axis in places.T for each in (axis.argmin(), axis.argmax())}
    panels = {"left": "clusters", "right": "passage"}
    for number, table in [(each, table) for each in corners for table in (False, True)]:
        reader.go(**panels, view=[0, 0, 3_000], selected=number, table=table)
        expect(reader.panel.get_by_role("heading", name=f"Passage {number:,}")).to_be_visible()
        x, y = settled_place(reader, number)
        assert reader.page.evaluate(ABOVE, [x, y]) == "CANVAS", (number, table)


def settled_place(reader, number):
    """Return where a passage is, when the map has moved to it and the address says so."""
    last = None
    for _ in range(100):
        reader.settle()
        x, y = reader.place_of(number)
        box = reader.map.bounding_box()
        inside = box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]
        if inside and last is not None and np.allclose(last, (x, y)):
            return x, y
        last = x, y
        reader.page.wait_for_timeout(20)
    return pytest.fail(f"passage {number} is not in the window, but at {last}")


# --- hints ---


def test_three_hints_explain_the_first_use_and_come_once(visit, talks):
    reader = visit(talks, options={"hints": True})
    hint = reader.page.get_by_role("complementary", name="Hints")
    for at, word in enumerate(["Point at a dot", "Type above", "Draw around"]):
        expect(hint).to_contain_text(f"{at + 1} of 3 {word}")
        hint.get_by_role("button", name="Done" if at == 2 else "Next").click()
    expect(hint).to_have_count(0)
    reader.page.reload()
    reader.settle()
    expect(hint).to_have_count(0)


def test_hints_that_are_switched_off_stay_off_until_asked_for(visit, talks):
    reader = visit(talks, options={"hints": True})
    hint = reader.page.get_by_role("complementary", name="Hints")
    hint.get_by_role("button", name="Hide hints").click()
    expect(hint).to_have_count(0)
    reader.page.reload()
    reader.settle()
    expect(hint).to_have_count(0)
    reader.button("Help", exact=True).click()
    reader.button("Show the hints again").click()
    expect(hint).to_contain_text("1 of 3")
