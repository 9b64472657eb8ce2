"""Hostile texts, values, names: nothing of them runs, loads or leaves its place, anywhere."""

import hostile
import pytest
from playwright.sync_api import expect
from reader import Reader

import semascope as sema

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A folder's name has neither slashes nor more than 255 bytes.
NAME = "<img src=x onerror=window.__pwned=1>{{7*7}}\"'`&\u202eevil"
OUT_OF_PLACE = "iframe, object, embed, [onerror], [onclick], #explorer :is(img, style, script)"


@pytest.fixture(scope="module")
def rows():
    """Return 600 rows: each string is a text, a value, and part of a column's name."""
    strings = hostile.strings()
    assert len(strings) == 200
    column = {"<b onclick=window['__pwned']=1>": 0, 'it\'s "=1+1"': 1, "</script>{{x}}": 2}
    return [
        {"text": f"{string} {about}", "kind": string, "group": strings[at % 7]}
        | {name: strings[(at + shift) % 200] for name, shift in column.items()}
        for about in ("farmers and crops", "ships of the navy", "taxes and money")
        for at, string in enumerate(strings)
    ]


@pytest.fixture(scope="module")
def attacked(folder, rows):
    talks = sema.index(rows, text="text", to=folder / f"{NAME}.lance", passages=False)
    talks.clusters()
    talks.map()
    return talks


def look_everywhere(reader, *, live):
    """Open all that shows text of the collection."""
    page = reader.page
    reader.settle()
    page.mouse.move(640, 360)
    reader.tab("Clusters")
    for _ in range(5):
        reader.finder.locator("[aria-expanded=false]").first.click()
    reader.tab("Filters")
    expect(reader.finder).to_contain_text("passages pass")
    for label in page.get_by_label("Color by").locator("option").all_inner_texts():
        reader.color_by(label)
    reader.button("Table").click()
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    page.get_by_role("row").nth(3).click()
    expect(reader.panel).to_contain_text("Passage")
    if live:
        for tab in ("Duplicates", "Oddities", "Selection"):
            reader.tab(tab)
        reader.tab("Passage")
        reader.button("Why are these similar?").first.click()
        expect(reader.panel).to_contain_text("add up")
    reader.search_box.fill("<img src=x onerror=window.__pwned=1> ships {{7*7}}")
    reader.wait_for_results()


def expect_unharmed(page, watch, own):
    assert page.evaluate("window.__pwned") is None
    assert page.locator(OUT_OF_PLACE).count() == 0
    assert all(url.startswith((own, "data:", "blob:")) for url in watch.requests)


def test_nothing_of_200_strings_runs_in_the_page_that_is_served(visit, attacked, serve, watch):
    reader = visit(attacked)
    expect(reader.page.get_by_role("heading", level=1)).to_have_text(NAME)
    look_everywhere(reader, live=True)
    expect_unharmed(reader.page, watch, serve(attacked).partition("?")[0])


def test_nor_in_the_page_that_is_one_file(attacked, new_context, watch, tmp_path):
    attacked.draw(tmp_path / "page.html")
    page = new_context().new_page()
    page.goto((tmp_path / "page.html").as_uri())
    look_everywhere(Reader(page, attacked), live=False)
    expect_unharmed(page, watch, "file://")
    assert len([url for url in watch.requests if not url.startswith("data:")]) == 1


def test_the_page_is_sent_with_the_whole_policy(visit, talks, serve):
    reader = visit(talks)
    answer = reader.page.request.get(serve(talks).partition("?")[0])
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_token_is_gone_from_the_address_and_scripts_cannot_read_the_cookie(visit, talks):
    reader = visit(talks)
    assert "token" not in reader.page.url
    assert reader.page.evaluate("document.cookie") == ""
    (cookie,) = reader.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_without_the_link_there_is_a_page_that_says_how_to_get_in(new_context, serve, talks, watch):
    watch.expected.append("401")
    page = new_context().new_page()
    assert page.goto(serve(talks).partition("?")[0]).status == 401
    expect(page.locator("body")).to_contain_text("link")
