"""Passages: nothing cut off, nothing lost, nothing too long for the model."""

import csv
import random
import sys
import textwrap
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import semascope as sema
from semascope import data
from semascope.errors import InvalidText, InvalidValue
from semascope.passages import Splitter, _most_tokens, not_english

BANKING = Path(__file__).parents[2] / "shared/data/banking77-train.csv"

HOSTILE = {
    "no spaces": "abc,;" * 1000,
    "one enormous word": "a" * 20_000,
    "no sentence": "the river banks of governments walked " * 500,
    "white space": " \t\n\u3000" * 5000,
    "emoji": "👩🏽‍🚀👨‍👩‍👧‍👦🇩🇪🏴󠁧󠁢󠁷󠁬󠁳󠁿 " * 500,
    "Chinese": "你好，世界。今天天气很好" * 200,
    "Chinese without a stop": "你" * 3000,
    "Korean": "각각의한국어" * 200,
    "Arabic": "مرحبا بالعالم " * 500,
    "a ligature of 18 letters": "ﷺ " * 500,
    "NUL bytes": "a\0b \0" * 2000,
    "nothing but NUL bytes": "\0" * 5000,
    "accents": "e\u0301\u0302" * 3000,
    "zero width": "a\u200b\u200d\ufeff b" * 2000,
    "dots": "." * 3000,
    "special tokens": "[CLS] [PAD] [SEP] " * 500,
    "Windows lines": "One line.\r\nAnd another\r\n\r\n" * 300,
    "old line ends": "one\rtwo\u2028three\x85four\x0c" * 300,
    "short behind long": "word " * 260 + "你" * 300 + "\n\n.",
}


@pytest.fixture(scope="module")
def splitter(model) -> Splitter:
    return Splitter(model)


@pytest.fixture(scope="module")
def speech() -> str:
    """Return three pages of a speech, as one paragraph."""
    return " ".join(pq.read_table(data.path("speeches"))["text"].to_pylist()[:25])


def count(model: sema.Encoder, text: str) -> int:
    """Return how many tokens the model would have to read."""
    return len(model.tokenizer.encode(text))


def black(text: str) -> str:
    """Return what is not white space."""
    return "".join(text.split())


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_model_reads_every_passage_whole_and_no_letter_is_lost(model, splitter, kind):
    text = HOSTILE[kind]
    (passages,) = splitter.split([text])
    assert max(count(model, passage.text) for passage in passages) <= model.max_tokens
    assert black("".join(passage.text for passage in passages)) == black(text)
    assert all(text.startswith(passage.text, passage.start) for passage in passages)


def test_any_mix_of_characters_is_split_without_loss(model, splitter):
    draw = random.Random(0)  # noqa: S311
    pieces = [piece for text in HOSTILE.values() for piece in (text[:7], text[:40], "\n\n", ". ")]
    texts = ["".join(draw.choices(pieces, k=200)) for _ in range(20)]
    for text, passages in zip(texts, splitter.split(texts), strict=True):
        assert max(count(model, passage.text) for passage in passages) <= model.max_tokens
        assert black("".join(passage.text for passage in passages)) == black(text)


def test_a_text_that_fits_stays_as_it_is(model, splitter, texts):
    fitting = [text for text in texts if count(model, text) <= model.max_tokens]
    fitting += ["", "  blank around \n", "a" * 100_000, "word " * 254]  # 254 and [CLS], [SEP]
    assert [[(text, 0)] for text in fitting] == splitter.split(fitting)
    assert len(splitter.split(["word " * 255])[0]) == 2


def test_passages_end_where_sentences_do(splitter, speech):
    (passages,) = splitter.split([speech])
    assert len(passages) > 5
    assert all(passage.text.endswith((".", "?", "!")) for passage in passages)


def test_lines_that_an_editor_broke_are_no_ends(splitter, speech):
    for end in ("\n", "\r\n"):
        (wrapped,) = splitter.split([textwrap.fill(speech, 72).replace("\n", end)])
        assert [" ".join(passage.text.split()) for passage in wrapped] == [
            passage.text for passage in splitter.split([speech])[0]
        ]


def test_lines_that_stand_for_themselves_stay_whole(splitter):
    lines = [f"Item {n} of a list without full stops" for n in range(200)]
    (passages,) = splitter.split(["\n".join(lines)])
    assert [line for passage in passages for line in passage.text.split("\n")] == lines


def test_passages_of_one_text_are_of_like_size(model, splitter):
    (passages,) = splitter.split(["It never ends, you see. " * 40])  # 280 tokens
    first, last = (count(model, passage.text) for passage in passages)
    assert 0.8 < first / last < 1.25  # filling up the first would leave 28 to the last


def test_where_a_window_ends_no_passage_does(splitter, speech, monkeypatch):
    expected = splitter.split([speech])
    monkeypatch.setattr("semascope.passages.WINDOW", 10**9)
    assert splitter.split([speech]) == expected


def test_a_text_is_split_alike_in_any_company(splitter, texts, speech):
    together = splitter.split([*texts, speech])
    assert together == [splitter.split([text])[0] for text in [*texts, speech]]


def test_a_prompt_takes_its_room(save_model):
    from sentence_transformers.sentence_transformer.modules import Pooling

    prompt = "represent this for searching: "
    folder = save_model(Pooling(32), prompts={"document": prompt})
    encoder = sema.load(str(folder))  # reads 101 tokens
    texts = ["many words follow " * 100, "word " * 98]
    for passages in Splitter(encoder, prompt="document").split(texts):
        lengths = [count(encoder, prompt + passage.text) for passage in passages]
        assert len(lengths) > 1
        assert max(lengths) <= encoder.max_tokens
    assert len(Splitter(encoder).split(texts)[1]) == 1
    with pytest.raises(InvalidValue, match="no prompt 'query'"):
        Splitter(encoder, prompt="query")


def test_a_model_that_sentence_transformers_runs_has_passages_too(save_model):
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling

    encoder = sema.load(str(save_model(Pooling(32), Dense(32, 20))))  # reads 101 tokens
    (passages,) = Splitter(encoder).split(["word " * 150])
    assert [count(encoder, passage.text) for passage in passages] == [79, 75]
    assert len(encoder.tokens("word " * 150)) == 101  # it still cuts what it is given itself


def test_unread_is_what_the_tokenizer_cuts_off(model, splitter, texts):
    texts = [*texts, *HOSTILE.values()]
    tokens = np.array([count(model, text) - 2 for text in texts])  # without [CLS], [SEP]
    read = np.array([len(model.tokens(text)) - 2 for text in texts])
    expected = 1 - read / np.maximum(tokens, 1)
    expected[tokens == 0] = 0
    assert (expected > 0.5).any()
    unread = splitter.unread(texts)
    assert unread.dtype == np.float32
    np.testing.assert_allclose(unread, expected, atol=1e-7)  # float32 rounding


def test_no_texts(splitter):
    assert splitter.split([]) == []
    assert splitter.unread([]).shape == (0,)
    assert not_english([]) == 0


def test_what_is_no_text_is_refused(splitter):
    for method in (splitter.split, splitter.unread, not_english):
        with pytest.raises(InvalidText, match="item 1"):
            method(["a", None])


def test_no_character_makes_more_tokens_than_are_allowed_for():
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) != "Cs":
            normal = unicodedata.normalize("NFKD", character.lower())
            assert max(len(normal), len(normal.encode()) - 1) < _most_tokens(character)


@pytest.mark.skipif(not BANKING.exists(), reason="../shared/data is not here")
def test_questions_to_a_bank_are_english():
    with BANKING.open() as file:
        assert not_english([row["text"] for row in csv.DictReader(file)]) < 0.01


@pytest.mark.parametrize("name", ["speeches", "emoji"])
def test_our_own_data_are_english(name):
    # Of the emoji, which are labels, one in a hundred is a name or a sign.
    assert not_english(pq.read_table(data.path(name))["text"]) < 0.02


def test_other_languages_are_not_english():
    foreign = [
        "Wie kann ich meine Karte sperren?",
        "¿Puedo cambiar mi número secreto?",
        "Où est ma nouvelle carte bancaire ?",
        "Quando arriva la mia nuova carta?",
        "Где моя новая карта?",
        "我的新卡在哪里？",
        "新しいカードはどこですか",
        "أين بطاقتي الجديدة؟",
    ]
    assert not_english(foreign) == 1
    assert not_english([*foreign, *["Where is my new card?"] * 8]) == 0.5
    assert not_english([*foreign, "🍕", "", "1984"]) == 1  # these are in no language
