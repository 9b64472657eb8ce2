"""What lies beside the notebooks: pages, words, the handout and the kit, with true numbers."""

import ast
import re
from html.parser import HTMLParser

import jupytext
import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.text import Text

import semascope as sema
from semascope import data
from semascope.background import background
from semascope.course import contents, doctor, handout, papers, plain, start
from semascope.course.notebooks import KINDS

NUMBERS = [entry.number for entry in contents.entries()]
TEXTS = ("instructor.md", "glossary.md", "errors.md", "rehearsal_log.md")
DECIMAL = re.compile(r"(?<![\d.])[−-]?\d+\.\d+(?![\d.])")
each_chapter = pytest.mark.parametrize("number", NUMBERS)


class Outline(HTMLParser):
    """What a page is made of: its tags in order, those left open, and its words."""

    VOID = ("meta", "br", "hr", "img", "circle", "rect", "path")

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, words):
        self.words.append(words)

    @property
    def headings(self):
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]


@pytest.fixture(scope="module")
def facts(model):
    """Return every number that handout and texts state, computed."""
    encode = model.encode
    drug, dangerous, safe = encode(
        [
            "Kids can take this drug without risk.",
            "The medicine is dangerous for children.",
            "The medicine is safe for children.",
        ]
    )
    uncle, aunt, man, woman = encode(["uncle", "aunt", "man", "woman"])
    q = uncle - man + woman
    emoji = pq.read_table(data.path("emoji")).to_pydict()
    vectors = encode(emoji["text"])
    spread = np.linalg.svd(vectors - vectors.mean(axis=0), compute_uv=False) ** 2
    speeches = pq.read_table(data.path("speeches")).to_pydict()

    def nearest(query):
        at = int(np.argmax(vectors @ encode(query)))
        return emoji["label"][at], vectors[at] @ encode(query)

    def speech(query, year, words):
        """Return the cosine with the passage of a year that has these words."""
        (text,) = [
            text
            for text, of in zip(speeches["text"], speeches["year"], strict=True)
            if of == year and words in text
        ]
        return encode(query) @ encode(text)

    bacon, taco = nearest("vegetarian food"), nearest("te quiero")
    assert (bacon[0], taco[0]) == ("bacon", "taco")
    ten = [set(np.argsort(-(vectors @ encode(q)))[:10]) for q in ("a flower", "not a flower")]
    assert ten[0] == ten[1]
    return {
        "0.23": background("word").mean,
        "0.07": background("a sentence").mean,
        "0.5": 0.5,  # a threshold that is advised against
        "0.7": 0.7,  # asked for in chapter 2
        "0.803": drug @ dangerous,
        "0.766": drug @ safe,
        "1.505": np.linalg.norm(q),
        "0.985": q @ aunt,
        "0.654": sema.cosine_similarity(q, aunt),
        "0.734": uncle @ aunt,
        "0.605": bacon[1],
        "0.48": taco[1],
        "0.96": sema.cosine_similarity([3.0, 4.0], [8.0, 6.0]),
        "9.6": 48 / 5,
        "4.8": 48 / 10,
        "0.25": speech("dinosaurs", 1829, "some of the tribes have become extinct"),
        "0.32": speech("Bitcoin", 1962, "Thus, we in the free world are moving steadily toward"),
        "0.24": speech("pizza", 2014, "no one who works full-time should ever have to raise"),
        "11%": spread[:2].sum() / spread.sum(),
        "384": vectors.shape[1],
        "48": np.dot([3, 4], [8, 6]),
    }


# --- numbers ---


def test_numbers_are_true(facts):
    for stated, computed in facts.items():
        places = len(stated.rstrip("%").partition(".")[2])
        percent = 100 if stated.endswith("%") else 1
        found = f"{float(computed) * percent:.{places}f}"
        assert found == stated.rstrip("%"), f"stated is {stated}, computed is {computed}"


def test_every_decimal_number_that_is_stated_is_computed(facts):
    said = "\n".join([handout.words(), *(re.sub("`[^`]*`", "", papers.source(t)) for t in TEXTS)])
    assert set(DECIMAL.findall(said)) <= facts.keys()
    for stated in facts:
        assert stated in said, stated


def test_the_code_that_the_kit_tells_to_look_for_is_the_doctors():
    assert f"**{doctor.code()}**" in papers.source("instructor.md")


# --- the handout ---


def test_the_handout_is_one_page_and_everything_lies_on_it():
    picture = handout.draw()
    width, height = picture.get_size_inches()
    assert height / width == pytest.approx(2**0.5)  # as A4
    page = picture.axes[0].get_window_extent()
    boxes = [text.get_window_extent() for text in picture.findobj(Text) if text.get_text().strip()]
    assert len(boxes) > 40
    margin = 20 * picture.dpi / 72
    for box in boxes:
        assert box.x0 >= margin
        assert box.x1 <= page.x1 - margin
        assert box.y0 >= margin
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert not one.padded(-3).overlaps(other.padded(-3)), (one, other)


def test_the_handout_says_in_words_what_it_shows():
    picture = handout.draw()
    said = " ".join(re.findall(r"\w+", picture.get_label()))
    assert len(handout.IDEAS) == 4
    assert len(handout.COMMANDS) == len(handout.RULES) == 5
    for text in picture.findobj(Text):
        words = re.findall(r"\w+", text.get_text())
        if len(words) > 2:  # shorter ones label the drawing
            assert f" {' '.join(words)} " in f" {said} ", words


def test_commands_on_the_handout_are_commands():
    from semascope.cli import main

    for command, _ in handout.COMMANDS:
        program, verb, *_ = command.split()
        assert program == "semascope"
        assert verb in main.list_commands(None)


# --- pages and scripts ---


@each_chapter
def test_a_plain_page_can_be_read_aloud(number):
    outline = Outline(plain.make_page(number))
    assert outline.open == []
    assert ("html", {"lang": "en"}) in outline.tags
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert max(np.diff(outline.headings), default=0) <= 1
    tags = [tag for tag, _ in outline.tags]
    assert tags.count("figure") == tags.count("figcaption") == tags.count("pre")
    assert not {"script", "link", "img"} & set(tags)  # nothing is fetched, nothing without words
    assert "$$" not in "".join(outline.words)


@each_chapter
def test_a_plain_script_is_the_students_notebook(number):
    text = plain.make_script(number)
    ast.parse(text)
    cells = jupytext.reads(text, fmt="py:percent").cells
    expected = plain.read(number).seen_by("student")
    assert [cell.cell_type for cell in cells] == [cell.kind for cell in expected]
    assert [cell.source.strip() for cell in cells] == [cell.text.strip() for cell in expected]


def test_a_page_that_was_run_shows_what_came_out_with_words(tmp_path):
    text = plain.run_page(2, tmp_path)
    outline = Outline(text)
    said = "".join(outline.words)
    assert "Ben 1.590" in said
    assert text.count("<samp>Right.") == 3
    pictures = [attributes for tag, attributes in outline.tags if tag == "img"]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture["src"].startswith("data:image/png;base64,")
        assert f"In words: {picture['alt'][:20]}" in said
    assert "Error" not in said


def test_a_formula_can_be_said():
    assert (
        plain.spoken(r"\cos(a, b) = \frac{a \cdot b}{|a|\,|b|}")
        == "cos(a, b) = (a · b) / (|a| |b|)"
    )
    assert "cos(a, b) = (a · b) / (|a| |b|)" in plain.make_page(2)


@pytest.mark.parametrize("name", TEXTS)
def test_texts_have_headings_in_order_and_tables_that_are_whole(name):
    text = papers.source(name)
    outline = Outline(plain.rendered(text))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert max(np.diff(outline.headings), default=0) <= 1
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line[:1] == "|"]
    assert all(width > 2 for width in widths)


def test_vote_cards_are_told_apart_by_letter_and_shape():
    outline = Outline(papers.cards())
    labels = [attributes["aria-label"] for tag, attributes in outline.tags if tag == "svg"]
    assert labels == ["Card A", "Card B", "Card C"]
    assert {"circle", "rect", "path"} <= {tag for tag, _ in outline.tags}


# --- what is written ---


@pytest.mark.parametrize("kind", KINDS)
def test_beside_the_notebooks_lies_what_belongs_to_them(kind, tmp_path):
    start.write(tmp_path, kind)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert papers.made(kind).keys() <= found
    assert ("instructor.html" in found) == (kind == "instructor")
    assert (tmp_path / "handout.pdf").read_bytes().startswith(b"%PDF")
    assert papers.write(tmp_path, kind) == []


def test_what_is_there_is_not_touched(tmp_path):
    (tmp_path / "glossary.md").write_text("my notes")
    written = papers.write(tmp_path)
    assert tmp_path / "errors.md" in written
    assert (tmp_path / "glossary.md").read_text() == "my notes"


def test_everything_the_kit_names_is_there():
    named = set(re.findall(r"`([\w/]+\.(?:md|pdf|html))`", papers.source("instructor.md")))
    assert named
    assert named <= papers.made("instructor").keys()
