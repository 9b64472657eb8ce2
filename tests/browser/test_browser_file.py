"""The explorer without a server: in one file, and in a notebook's frame."""

import re

import pytest
from playwright.sync_api import Error, expect
from reader import Reader


@pytest.fixture
def file(talks, new_context, tmp_path):
    """Return a reader of the exported page, who has no network."""
    talks.draw(tmp_path / "page.html")
    context = new_context()
    context.set_offline(True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    reader = Reader(page, talks)
    reader.settle()
    return reader


def test_a_file_makes_not_one_request(file, watch):
    file.search_box.fill("farmers")
    file.wait_for_results()
    assert [url for url in watch.requests if not url.startswith("data:")] == [
        file.page.url.partition("#")[0]
    ]


def test_a_file_finds_words_and_says_that_no_model_runs_in_it(file, talks):
    expect(file.search_box).to_have_attribute(
        "placeholder", "Search by words ( / ); no model runs in this page"
    )
    file.search_box.fill("farmers")
    file.wait_for_results()
    expect(file.finder).to_contain_text("semascope open speeches.lance")
    found = file.finder.get_by_role("list", name="Results").locator("li")
    having = [text for text in talks.texts if "farmers" in text.lower()]
    expect(found).to_have_count(min(len(having), 50))
    for text in file.texts(file.finder):
        assert "farmers" in text.lower()


def test_a_file_shows_stored_neighbors_with_their_similarity(file, talks):
    file.go(selected=7, right="passage")
    expect(file.panel.locator(".text")).to_have_text(talks.texts[7])
    near = talks.neighbors()[7]
    notes = file.panel.get_by_role("list", name="Nearest in meaning").locator(".note")
    expect(notes).to_have_count(len(near))
    shown = [float(note.split()[0]) for note in notes.all_inner_texts()]
    assert shown == pytest.approx(
        (talks.embeddings[near] @ talks.embeddings[7]).tolist(), abs=0.0051
    )
    assert "semascope open" in file.panel.inner_text()


def test_a_file_filters_and_lists_what_passes(file, talks):
    file.go(filters=[["year", 1900, 1950]], left="filters", table=True)
    passing = talks.passing("year >= 1900 AND year <= 1950")
    expect(file.finder).to_contain_text(f"{len(passing):,} of {len(talks):,} passages pass")
    expect(file.page.get_by_label("Table", exact=True)).to_contain_text(
        f"{len(passing):,} passages selected"
    )


def test_a_passage_that_the_report_names_is_shown_on_the_map(file):
    link = file.page.locator("[data-passage]").first
    number = int(link.get_attribute("data-passage"))
    link.evaluate("link => link.click()")
    file.expect_chosen(selected=number)
    expect(file.panel.get_by_role("heading", name=f"Passage {number:,}")).to_be_visible()


def test_a_file_opens_as_it_was_asked_to(talks, new_context, tmp_path):
    talks.draw(tmp_path / "page.html", color="year", dark=True)
    page = new_context().new_page()
    page.goto((tmp_path / "page.html").as_uri())
    reader = Reader(page, talks)
    reader.settle()
    expect(reader.key).to_contain_text("year")
    assert page.locator("#explorer").get_attribute("data-theme") == "dark"


def test_the_wheel_scrolls_the_page_around_and_with_ctrl_zooms_the_map(file):
    file.page.mouse.move(640, 400)
    file.page.mouse.wheel(0, 200)
    expect(file.page.get_by_role("status").filter(has_text="hold Ctrl")).to_be_visible()
    assert "view" not in file.chosen
    file.page.keyboard.down("Control")
    file.page.mouse.move(640, 300)
    file.page.mouse.wheel(0, -200)
    file.page.keyboard.up("Control")
    expect(file.page).to_have_url(re.compile("view="))


def test_a_notebooks_frame_shows_the_map(talks, new_context, tmp_path):
    """A notebook puts the HTML into its own page, which has no hold on the frame, nor it on it."""
    shown = talks.explore(height=600)._repr_html_()
    (tmp_path / "notebook.html").write_text(f"<!doctype html><title>notebook</title>{shown}")
    page = new_context().new_page()
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("canvas[data-drawn]").wait_for()
    frame.get_by_role("searchbox").fill("farmers")
    expect(frame.get_by_role("list", name="Results").locator("li").first).to_be_visible()
    expect(page.locator("code")).to_have_text("semascope open speeches.lance")
    with pytest.raises(Error, match="cross-origin"):
        page.evaluate("frames[0].document")
