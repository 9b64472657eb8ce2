"""Search as typed: what the library finds, lit up on the map, with filters and without."""

import pytest
from playwright.sync_api import expect
from reader import near

MODES = {"hybrid": "meaning and words", "vector": "meaning", "keyword": "words"}
QUERY = "help for farmers hit by drought"


def expect_hits(reader, hits):
    results = reader.finder.get_by_role("list", name="Results").locator("li > button")
    expect(results).to_have_count(len(hits))
    notes = results.locator(".note").all_inner_texts()
    shown = [float(note.replace("−", "-")) for note in notes]
    assert shown == pytest.approx([hit.similarity for hit in hits], abs=0.0051)
    marked = results.locator(".words").all_text_contents()
    for text, hit in zip(marked, hits, strict=True):
        quoted = text.removeprefix("… ").removesuffix(" …")
        assert quoted in hit.text


@pytest.mark.parametrize("mode", MODES)
def test_what_is_typed_is_answered_as_by_the_library(visit, talks, mode):
    reader = visit(talks)
    reader.search(QUERY, MODES[mode])
    expect_hits(reader, talks.search(QUERY, k=50, mode=mode))


@pytest.mark.parametrize("mode", MODES)
def test_a_hundred_thousand_passages_are_searched(visit, large, mode):
    reader = visit(large)
    reader.search(QUERY, MODES[mode])
    expect_hits(reader, large.search(QUERY, k=50, mode=mode))


@pytest.mark.parametrize("mode", ["hybrid", "vector"])
def test_a_filter_that_few_pass_keeps_as_many_results(visit, large, mode):
    filters = [
        ["president", ["James A. Garfield", "Zachary Taylor", "John Adams"]],
        ["year", 1790, 1860],
    ]
    where = "president IN ('Zachary Taylor', 'John Adams') AND year <= 1860"
    passing = large.passing(where)
    assert 50 < len(passing) < 0.05 * len(large)
    reader = visit(large, filters=filters)
    reader.search(QUERY, MODES[mode])
    hits = large.search(QUERY, k=50, mode=mode, where=where)
    assert len(hits) == 50
    expect_hits(reader, hits)
    expect(reader.finder).to_contain_text(f"of the {len(passing):,} passages that pass the filters")


def test_the_words_that_match_are_marked(visit, talks):
    reader = visit(talks)
    reader.search("farmers", "words")
    marked = reader.finder.locator("mark").all_inner_texts()
    assert marked
    assert all(word.lower().startswith("farm") for word in marked)


def test_hits_light_up_on_the_map_and_all_else_is_grey(visit, talks):
    reader = visit(talks, left="results")
    before = reader.pixels()
    reader.search(QUERY)
    lit = reader.pixels()
    assert near("#c3c8cf", lit, 30).sum() > 3 * near("#c3c8cf", before, 30).sum()
    lively = colorfulness(lit) > 60
    assert 50 < lively.sum() < 0.5 * (colorfulness(before) > 60).sum()
    reader.search_box.fill("")
    expect(reader.finder).to_contain_text("Type above what you look for")
    reader.page.mouse.move(640, 20)
    assert (reader.pixels() == before).mean() > 0.99


def colorfulness(pixels):
    """Return how far each pixel is from grey."""
    return pixels.max(axis=-1).astype(int) - pixels.min(axis=-1)


def test_a_hit_is_read_by_a_click(visit, talks):
    reader = visit(talks)
    reader.search(QUERY)
    hit = talks.search(QUERY, k=3)[2]
    reader.finder.get_by_role("list", name="Results").locator("li > button").nth(2).click()
    reader.expect_chosen(selected=hit.number, query=QUERY)
    expect(reader.panel.locator(".text")).to_have_text(hit.text)


def test_words_that_occur_nowhere_are_named(visit, talks):
    reader = visit(talks)
    reader.search("xylophone quartet")
    told = [f"“{word}”" for word in talks.unknown_words("xylophone quartet")]
    for word in told:
        expect(reader.finder).to_contain_text(word)
    expect(reader.finder).to_contain_text("nowhere in this collection")


def test_nothing_found_by_words_offers_meaning(visit, talks):
    reader = visit(talks)
    reader.search("xylophone", "words")
    expect(reader.finder).to_contain_text("No passage has these words.")
    reader.button("Search by meaning and words").click()
    expect(reader.finder.get_by_role("list", name="Results").locator("li")).to_have_count(50)
    reader.expect_chosen(mode=None)
