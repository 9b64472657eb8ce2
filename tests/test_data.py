"""The data sets that come with the package are whole, clean, and readable by the model."""

import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from semascope import data
from semascope.errors import InvalidValue

# Control characters, replacement characters, HTML, and UTF-8 that was read as Latin-1.
DAMAGE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]|&#?\w+;|<[^>]+>|[ÂÃâ][\x80-\xbf€™œ]")


@pytest.fixture(scope="module")
def speeches() -> pa.Table:
    return pq.read_table(data.path("speeches"))


@pytest.fixture(scope="module")
def emoji() -> pa.Table:
    return pq.read_table(data.path("emoji"))


def test_an_unknown_data_set_is_refused_with_the_names_of_the_known():
    with pytest.raises(InvalidValue, match=r"'emojis'; choose one of speeches, emoji"):
        data.path("emojis")


def test_speeches_have_the_documented_columns(speeches):
    assert speeches.num_rows == 18_230
    assert {field.name: str(field.type) for field in speeches.schema} == {
        "text": "string",
        "year": "int32",
        "president": "string",
        "party": "string",
        "speech": "string",
        "passage": "int32",
    }
    assert all(column.null_count == 0 for column in speeches.columns)


def test_speeches_reach_from_1790_to_2021(speeches):
    years = set(speeches["year"].to_pylist())
    assert set(range(1790, 2022)) - years == {1933}  # Roosevelt first spoke in 1934
    assert len(set(speeches["speech"].to_pylist())) == 233


def test_passages_of_a_speech_are_numbered_from_one_in_order(speeches):
    last = Counter[str]()
    for speech, passage in zip(speeches["speech"], speeches["passage"], strict=True):
        last[speech.as_py()] += 1
        assert passage.as_py() == last[speech.as_py()]


def test_a_year_with_two_speeches_has_two_presidents(speeches):
    speakers = pc.filter(speeches["speech"], pc.equal(speeches["year"], 1953))
    assert set(speakers.to_pylist()) == {"1953 Dwight D. Eisenhower", "1953 Harry S. Truman"}


def test_roosevelt_spoke_in_1936(speeches):
    of_1936 = speeches.filter(pc.equal(speeches["year"], 1936))
    assert set(of_1936["president"].to_pylist()) == {"Franklin D. Roosevelt"}
    assert set(of_1936["party"].to_pylist()) == {"Democratic"}


def test_passages_begin_and_end_with_sentences(speeches):
    texts = speeches["text"].to_pylist()
    begun_within = sum(text[0].islower() for text in texts)
    ended_within = sum(not re.search(r"[.?!:][\"”’')\]]*$", text) for text in texts)
    assert max(begun_within, ended_within) < len(texts) / 100  # sentences too long to stay whole


def test_passages_hold_the_presidents_words_alone(speeches):
    heard = re.compile(r"(?i)[\[(](applause|laugh)|\[Footnote|\[p\.|\bTHE PRESIDENT:")
    assert [text for text in speeches["text"].to_pylist() if heard.search(text)] == []


@pytest.mark.parametrize("name", data.NAMES)
def test_texts_are_clean(name):
    texts = pq.read_table(data.path(name))["text"].to_pylist()
    assert all(text == " ".join(text.split()) != "" for text in texts)
    assert [text for text in texts if DAMAGE.search(text)] == []


@pytest.mark.parametrize("name", data.NAMES)
def test_the_model_reads_every_text_to_its_end(name, model):
    texts = pq.read_table(data.path(name))["text"].to_pylist()
    assert max(len(model.tokens(text)) for text in texts) <= 254  # [CLS] and [SEP] make it 256


def test_emoji_have_the_documented_columns(emoji):
    assert emoji.num_rows == 1_914
    assert emoji.column_names == ["emoji", "label", "tags", "group", "subgroup", "text"]
    assert {str(field.type) for field in emoji.schema} == {"string"}
    assert all(column.null_count == 0 for column in emoji.columns)
    assert len(set(emoji["group"].to_pylist())) == 9
    assert len(set(emoji["subgroup"].to_pylist())) == 98


def test_each_emoji_comes_once_and_without_its_parts(emoji):
    characters = emoji["emoji"].to_pylist()
    assert len(set(characters)) == len(characters)
    assert "🇦" not in characters
    assert "🏽" not in characters


def test_the_pizza_is_labelled_pizza(emoji):
    pizza = emoji.filter(pc.equal(emoji["emoji"], "🍕")).to_pylist()
    assert pizza == [
        {
            "emoji": "🍕",
            "label": "pizza",
            "tags": "cheese, food, hungry, pepperoni, slice",
            "group": "food & drink",
            "subgroup": "cooked / prepared",
            "text": "pizza; cheese, food, hungry, pepperoni, slice",
        }
    ]
