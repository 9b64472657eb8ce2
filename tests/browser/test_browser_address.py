"""The address: all that was chosen is in it, and whatever stands in it opens."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from reader import Reader, circle


def parts(reader):
    """Return what is compared; of the table what is read, as scrolling is in no address."""
    return (
        reader.finder,
        reader.panel,
        reader.table.locator(".head"),
        reader.table.locator("[aria-selected=true]"),
    )


def seen(reader):
    """Return what a reader sees: the map, the panels and the table, when all is loaded."""
    reader.page.mouse.move(3, 3)
    expect(reader.page.get_by_text(re.compile("^(…|Comparing …|Looking for .*)$"))).to_have_count(0)
    expect(reader.page.locator("[aria-busy=true]")).to_have_count(0)
    told = None
    while told != (told := [part.inner_text() if part.count() else "" for part in parts(reader)]):
        reader.settle()
    return reader.pixels(), told


def assert_same(reader, before):
    pixels, told = before
    for wanted, part in zip(told, parts(reader), strict=True):
        if wanted:
            expect(part).to_have_text(wanted, use_inner_text=True)
        else:
            expect(part).to_have_count(0)
    reader.page.mouse.move(3, 3)
    now = reader.pixels()
    assert now.shape == pixels.shape
    assert (now == pixels).all(
        axis=-1
    ).mean() > 0.99  # a view of five digits moves by a part of a pixel


def change_everything(reader):
    """Choose other than at first wherever there is something to choose."""
    page = reader.page
    page.get_by_role("radio", name="fine").click()
    reader.color_by("year")
    reader.draw_as("mark")
    reader.search("peace and war", "meaning")
    reader.tab("Filters")
    reader.brush("year", 0.2, 0.9)
    reader.button("Table", exact=True).click()
    reader.button("Columns", exact=True).click()
    page.get_by_role("group", name="Columns").get_by_label("party").uncheck()
    reader.button("Columns", exact=True).click()
    reader.table.get_by_role("button", name="president").click()
    reader.table.get_by_role("button", name="president").click()
    reader.tab("Over time")
    reader.panel.get_by_label("by").select_option(label="day")
    reader.button("Axes", exact=True).click()
    form = page.get_by_role("form", name="Left to right")
    form.get_by_label("Left to right: from").fill("sad")
    form.get_by_label("Left to right: to", exact=True).fill("happy")
    form.get_by_role("button", name="Set").click()
    expect(page.get_by_text("← sad")).to_be_visible()
    reader.button("Axes", exact=True).click()
    reader.lasso(circle(0.45, 0.3, 0.1))
    reader.panel.get_by_label("Compare with").select_option(index=1)
    reader.table.get_by_role("row").nth(2).click()
    expect(reader.panel.get_by_role("heading", name="Passage")).to_be_visible()
    reader.button("Why are these similar?").first.click()
    expect(reader.panel.get_by_text("All pairs add up to")).to_be_visible()
    reader.tab("Results")
    reader.button("Zoom in").click()
    reader.button("Theme: system").click()
    reader.button("Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()


def test_after_a_reload_and_by_the_same_link_all_is_as_it_was(visit, talks):
    reader = visit(talks)
    change_everything(reader)
    reader.expect_chosen(theme="dark", level="fine", mark=["mark"], x=["sad", "happy"], table=True)
    named = set(reader.chosen)
    assert named == {
        "level", "color", "mark", "x", "view", "query", "mode", "filters", "region", "against",
        "selected", "pair", "left", "right", "table", "shown", "sort", "time", "theme",
    }  # fmt: skip
    before, address = seen(reader), reader.page.url
    assert "token" not in address
    reader.page.reload()
    reader.settle()
    assert_same(reader, before)
    assert reader.page.url == address
    other = Reader(reader.page.context.new_page(), talks)
    other.page.goto(address)
    other.settle()
    assert_same(other, before)


@pytest.mark.parametrize(
    ("left", "right", "first"),
    [
        ("results", "selection", "All 1,522 passages"),
        ("clusters", "duplicates", "groups; nearly the same"),
        ("filters", "oddities", "least like any other"),
    ],
)
def test_panels_are_there_again_after_a_reload(visit, talks, left, right, first):
    reader = visit(talks, left=left, right=right, query="farmers", mode="keyword")
    expect(reader.panel).to_contain_text(first)
    before = seen(reader)
    reader.page.reload()
    reader.settle()
    assert_same(reader, before)


def test_another_address_in_the_same_page_is_followed(visit, talks):
    reader = visit(talks)
    reader.go(selected=7, right="passage", theme="dark")
    expect(reader.panel.get_by_role("heading", name="Passage 7")).to_be_visible()
    reader.go(left="filters")
    expect(reader.panel).to_have_count(0)
    expect(reader.page.get_by_role("button", name="Theme: system")).to_be_visible()


GARBLED = [
    "%", "=", "&&&", "x", "selected", "selected=", "selected=-1", "selected=1e9", "selected=%22a",
    "selected=1.5", "view=[1,2]", "view=[0,0,0]", "view=[null,0,1]", "view=[1e308,1e308,1e308]",
    "filters=[[%22year%22,%22a%22,2]]", "filters=[[%22year%22,[null]]]", "filters={}",
    "filters=[[%22gone%22,1,2]]", "region=[1,2,3]", "region=[%22fine%22,-1]", "level=%22all%22",
    "region=[%22coarse%22,99999]", "color=[%22gone%22]", "color=%22y%22", "mark=[%22year%22]",
    "sort=[%22gone%22,%22up%22]", "x=[%22%22,%22%22]", "x=[1,2]", "shown=[%22gone%22]",
    "theme=%22pink%22", "table=1", "right=%22__proto__%22", "left=%22constructor%22",
    "time=%22text%22", "pair=3", "mode=%22sql%22", "query=3", "__proto__=1", "constructor=%22a%22",
    "selected=%E0%A4%A", "view=" + quote("[" * 5_000), "query=" + quote(json.dumps("a\x00\u202e")),
]  # fmt: skip


def test_a_garbled_address_opens_the_page(visit, talks):
    reader = visit(talks)
    page = reader.page.url.partition("#")[0]
    for at in range(5):  # as a link that is followed, all kinds in a few
        reader.page.goto("about:blank")
        reader.page.goto(f"{page}#{'&'.join(GARBLED[at::5])}")
        reader.settle()
        expect(reader.page.get_by_role("heading", level=1)).to_have_text("speeches")
        expect(reader.page.get_by_role("alert")).to_have_count(0)
    for garbled in GARBLED:  # and one by one, where one has the page open
        reader.page.evaluate("hash => { location.hash = hash }", garbled)
        reader.settle()
        reader.page.evaluate("() => { location.hash = 'selected=5&right=\"passage\"' }")
        expect(reader.panel.get_by_role("heading", name="Passage 5", exact=True)).to_be_visible()
