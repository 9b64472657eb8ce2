"""A passage is clicked: what it says, what is near it, and why."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import semascope as sema

QUERY = "help for farmers hit by drought"


def number_in(text):
    """Return the number that a text ends in; the page writes a minus as a minus."""
    return float(re.search(r"([−-]?[\d.]+)$", text.strip())[1].replace("−", "-"))


@pytest.fixture
def read(visit, talks):
    """Return a function that opens the page where a passage is read."""
    return lambda number, **chosen: visit(talks, selected=number, right="passage", **chosen)


def test_a_click_on_the_map_shows_text_and_columns(visit, talks):
    x, y = talks.map().coordinates[300].tolist()
    reader = visit(talks, view=[x, y, 60_000])
    reader.click_at(300)
    row = talks.rows([300])[0]
    expect(reader.panel.locator(".text")).to_have_text(row["text"], use_inner_text=False)
    facts = reader.panel.locator(".facts div")
    shown = dict(
        zip(
            facts.locator("dt").all_inner_texts(),
            facts.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    columns = {name: value for name, value in row.items() if name in talks.columns}
    assert shown == {
        name: str(value) for name, value in columns.items() if name != "text" and value is not None
    }


def test_the_nearest_passages_have_the_similarity_and_percentile_of_the_library(read, talks):
    reader = read(300)
    listed = reader.panel.get_by_role("list", name="Nearest in meaning").get_by_role("listitem")
    near = talks.neighbors()[300]
    expect(listed).to_have_count(len(near))
    torn = set(talks.map().torn(300))
    for entry, number in zip(listed.all(), near, strict=True):
        similarity = float(talks.embeddings[300] @ talks.embeddings[number])
        beginning = " ".join(talks.texts[number].split()[:8])
        expect(entry.locator(".words")).to_contain_text(beginning)
        assert number_in(entry.locator(".note").inner_text()) == pytest.approx(
            similarity, abs=0.0051
        )
        below = entry.locator(".below").inner_text()
        percentile = float(re.search(r"closer than ([\d.]+)% of pairs", below)[1])
        assert percentile == pytest.approx(talks.percentile(similarity), abs=0.011)
        assert ("far on the map" in below) == (number in torn)


def test_a_click_on_a_neighbor_reads_it(read, talks):
    reader = read(300)
    first = int(talks.neighbors()[300][0])
    reader.panel.get_by_role("list", name="Nearest in meaning").locator("li > button").first.click()
    expect(reader.panel.get_by_role("heading", name=f"Passage {first:,}")).to_be_focused()
    reader.expect_chosen(selected=first)


def test_why_shows_what_each_word_adds_as_the_library_has_it(read, talks, model):
    reader = read(300)
    other = int(talks.neighbors()[300][0])
    reader.button("Why are these similar?").first.click()
    expect(reader.panel.get_by_role("heading", name="Why these are similar")).to_be_visible()
    found = sema.explain(talks.texts[300], talks.texts[other], model=talks.encoder)
    said = reader.panel.get_by_text("All pairs add up to").inner_text()
    cosine, special = (
        float(each.replace("−", "-")) for each in re.findall(r"(−?\d\.\d{3})(?=[,;]| of it)", said)
    )
    assert cosine == pytest.approx(found.contributions.sum(), abs=0.0006)
    # What the words add, and what the special tokens do, is all there is
    for name, words, adds in (
        ("Passage", found.words_a, found.of_a),
        ("Neighbor", found.words_b, found.of_b),
    ):
        side = reader.panel.get_by_role("region", name=name, exact=True)
        spans = side.locator(".word").evaluate_all(
            "all => all.map((w) => [w.textContent, w.title])"
        )
        expected = [
            (word.text, amount)
            for word, amount in zip(words, adds, strict=True)
            if word.kind == "text"
        ]
        assert [text for text, _ in spans] == [text for text, _ in expected]
        amounts = np.array([number_in(title) for _, title in spans])
        np.testing.assert_allclose(amounts, [amount for _, amount in expected], atol=6e-4)
    assert -1 < special < 1


def test_a_word_that_is_pointed_at_names_its_partners(read):
    reader = read(300)
    reader.button("Why are these similar?").first.click()
    side = reader.panel.get_by_role("region", name="Passage", exact=True)
    side.locator(".strongest button").first.hover()
    expect(reader.panel.locator(".partners")).to_contain_text("goes with")
    assert reader.panel.locator(".word.lit").count() >= 2


def test_the_heat_map_opens_and_closes(read, talks):
    reader = read(300)
    reader.button("Why are these similar?").first.click()
    reader.button("Heat map of").click()
    window = reader.page.get_by_role("dialog", name="What each pair of tokens adds")
    expect(window).to_be_visible()
    cell = window.locator("td[data-i]").nth(5)
    cell.hover()
    told = window.locator(".pointed").inner_text()
    assert told == cell.get_attribute("title")
    reader.page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(reader.panel.get_by_role("heading", name="Why these are similar")).to_be_visible()
    reader.button("Back to neighbors").click()
    expect(reader.button("Why are these similar?").first).to_be_focused()


def test_why_a_passage_answers_the_query(visit, talks):
    reader = visit(talks)
    reader.search(QUERY, "meaning")
    reader.finder.get_by_role("list", name="Results").locator("button").first.click()
    reader.button("Why does this answer").click()
    expect(reader.panel.get_by_role("region", name="Query").locator(".shaded")).to_have_text(QUERY)
    hit = talks.search(QUERY, mode="vector", k=1)[0]
    said = reader.panel.get_by_text("All pairs add up to").inner_text()
    assert float(re.search(r"add up to (\d\.\d+)", said)[1]) == pytest.approx(
        hit.similarity, abs=0.01
    )


def test_a_shift_click_on_the_map_compares_two_passages(visit, talks):
    x, y = talks.map().coordinates[300].tolist()
    reader = visit(talks, view=[x, y, 60_000])
    reader.click_at(300)
    other = int(np.hypot(*(talks.map().coordinates - [x, y]).T).argsort()[1])
    x, y = talks.map().coordinates[other].tolist()
    reader.go(**reader.chosen | {"view": [x, y, 60_000]})
    reader.page.keyboard.down("Shift")
    reader.page.mouse.click(*reader.place_of(other))
    reader.page.keyboard.up("Shift")
    reader.expect_chosen(selected=300, pair=other)
    expect(reader.panel.get_by_role("heading", name="Why these are similar")).to_be_visible()
