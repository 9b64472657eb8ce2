"""Sentences that say something else, and how little their similarity moves."""

import json
import random
import re

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import semascope as sema
from semascope import data
from semascope.cli import main
from semascope.errors import InvalidText, InvalidValue
from semascope.reasons.negation import negate
from semascope.reasons.variants import CHANGES, change_numbers, shuffle_words, swap_names

JOHN = "John did not give Mary 3 apples."


@pytest.fixture(scope="module")
def passages():
    """Return 260 passages of the speeches."""
    return pq.read_table(data.path("speeches"))["text"].to_pylist()[::70]


@pytest.fixture(scope="module")
def speeches(tmp_path_factory, model, passages):
    path = tmp_path_factory.mktemp("speeches") / "speeches.lance"
    return sema.index(passages, to=path, model=model)


def seeded(seed=0):
    return random.Random(seed)  # noqa: S311


def changed(change, text, seed=0):
    return change(text, seeded(seed)).text


# The rules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was the will of the people.", "It was not the will of the people."),
        ("He didn't go.", "He did go."),
        ("They can’t win them all.", "They can win them all."),
        ("We won't go there.", "We will go there."),
        ("We cannot go there.", "We can go there."),
        ("Don't go there again.", "Do go there again."),
        ("I have never seen it.", "I have seen it."),
        ("Not one of them came.", "one of them came."),
        ("I have a dog.", "I do not have a dog."),
        ("She had the time of her life.", "She did not have the time of her life."),
        ("They have gone home.", "They have not gone home."),
        ("The will is strong here.", "The will is not strong here."),
        ("He likes the old house.", "He does not like the old house."),
        ("We went to the river.", "We did not go to the river."),
        ("They say that it rains.", "They do not say that it rains."),
        ("He put it there.", "He did not put it there."),
        ("It seems to be late.", "It does not seem to be late."),
        ("He gave it away.", "He did not give it away."),
        ("Is he here now?", "Is he not here now?"),
        ("They're on the way.", "They're not on the way."),
        ("The kitten sat on the mat.", "It is not true that the kitten sat on the mat."),
        ("John loves Mary.", "It is not true that John loves Mary."),
    ],
)
def test_a_sentence_is_negated(text, expected):
    assert changed(negate, text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("uncle", "it is too short for a sentence"),
        ("Das ist nicht mein Haus, sagte er.", "the rules are for English"),
        ("今天 天气 很好", "the rules are for English"),
        ("Which kitten sat there?", "no rule fits this question"),
    ],
)
def test_what_cannot_be_negated_comes_with_the_reason(text, reason):
    assert negate(text, seeded()) == (None, reason)


def test_real_sentences_are_negated_by_every_rule(passages):
    sentences = [passage.partition(". ")[0] + "." for passage in passages]
    made = [negate(sentence, seeded()) for sentence in sentences]
    rules = ["taken out", "made", "put behind", "put before it"]
    counts = [sum(rule in change.what for change in made) for rule in rules]
    assert min(counts) >= 5
    assert sum(change.text is None for change in made) <= 0.03 * len(made)  # headings, mostly
    for sentence, change in zip(sentences, made, strict=True):
        if change.text is not None:
            assert change.text != sentence
            assert abs(len(change.text.split()) - len(sentence.split())) in (0, 1, 2, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("John loves Mary.", "Mary loves John."),
        ("Farmers in Ohio and Kansas sold it.", "Farmers in Kansas and Ohio sold it."),
        ("The Senate of New York met York.", "The York met Senate of New York."),
        (
            "Mr. Smith's dog bit Ann, and Ann hit it.",
            "Ann's dog bit Mr. Smith, and Mr. Smith hit it.",
        ),
        ("The U.S. left France to it.", "The France left U.S. to it."),
        (
            "President Franklin D. Roosevelt met Winston Churchill.",
            "Winston Churchill met President Franklin D. Roosevelt.",
        ),
    ],
)
def test_two_names_are_swapped(text, expected):
    assert changed(swap_names, text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a cat sat", "fewer than two names"),
        ("Unfortunately Mary went.", "fewer than two names"),
        ("I think that Mary and Mary went.", "fewer than two names"),
        ("The Rights and Wrongs of the Long War", "all its words are in capitals"),
    ],
)
def test_where_there_are_no_two_names_the_reason_is_given(text, reason):
    change = swap_names(text, seeded())
    assert change.text is None
    assert reason in change.what


def test_numbers_become_others_of_as_many_digits(passages):
    number = re.compile(r"\d[\d,.]*\d|\d")
    seen = 0
    for text in [*passages, "in 1990, 12,500.25 men, 0, 10 and 7"]:
        new = changed(change_numbers, text)
        for old, other in zip(number.findall(text), number.findall(new or ""), strict=True):
            assert len(old) == len(other)
            assert all((a == b) != a.isdigit() for a, b in zip(old, other, strict=True))
            assert len(other) == 1 or other[0] != "0"
            seen += 1
    assert seen > 100


def test_number_words_become_others():
    new = changed(change_numbers, "Two of the twelve told no one, but one man told one another.")
    assert re.fullmatch(r"[A-Z]\w+ of the \w+ told no one, but \w+ man told one another\.", new)
    assert not re.search(r"Two|twelve|but one", new)
    assert change_numbers("no one, everyone, often", seeded()).text is None


def test_changed_numbers_are_named_up_to_three():
    assert change_numbers("1 2", seeded()).what.count("→") == 2
    assert change_numbers("1 2 3 4 5", seeded()).what.endswith(" and 2 more")


def test_shuffled_words_are_the_same_words_in_another_order(passages):
    for text in [*passages[::10], "a b", "a a a b"]:
        for seed in range(5):
            new = changed(shuffle_words, text, seed)
            assert new.split() != text.split()
            assert sorted(new.split()) == sorted(text.split())
    for text in ("uncle", "uncle uncle", ""):
        assert shuffle_words(text, seeded()).text is None


# The similarities


def test_every_kind_is_there_with_its_similarity(model):
    variants = sema.probe(JOHN, model=model)
    assert [variant.kind for variant in variants] == list(CHANGES)
    for variant in variants:
        expected = sema.cosine_similarity(*model.encode([JOHN, variant.text]))
        assert variant.similarity == expected
        assert 0.8 < variant.similarity < 1  # it hardly moves
        assert variant.percentile is None
    assert variants[0].text == "John did give Mary 3 apples."
    assert variants[1].text == "Mary did not give John 3 apples."


def test_what_does_not_apply_is_listed_with_the_reason(model):
    variants = sema.probe("uncle", model=model)
    assert [variant.kind for variant in variants] == list(CHANGES)
    for variant in variants:
        assert (variant.text, variant.similarity, variant.percentile) == (None, None, None)
        assert variant.what


def test_the_seed_decides_about_numbers_and_order(model):
    texts = [[v.text for v in sema.probe(JOHN, model=model, seed=seed)] for seed in (0, 0, 1)]
    assert texts[0] == texts[1]
    assert texts[0][:2] == texts[2][:2]
    assert texts[0][3] != texts[2][3]


def test_similarities_are_compared_with_the_pairs_of_a_collection(speeches, passages):
    variants = sema.probe(passages[3], collection=speeches)
    for variant in variants:
        if variant.similarity is not None:
            assert variant.percentile == speeches.percentile(variant.similarity) > 99


def test_no_text_is_refused(model):
    with pytest.raises(InvalidValue, match="the text is empty"):
        sema.probe(" \n", model=model)
    with pytest.raises(InvalidText):
        sema.probe(None, model=model)


# The command


@pytest.fixture
def run(model, monkeypatch):
    """Return a function that runs the command in this process, with a model that is loaded."""
    monkeypatch.setattr(sema, "load", lambda **_: model, raising=False)

    def run(*arguments, **environment):
        environment = {"COLUMNS": "80"} | environment
        return CliRunner(env=environment).invoke(main, ["probe", *map(str, arguments)])

    return run


def test_the_command_says_what_was_done_and_how_near_it_is(run, model):
    found = run(JOHN)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].startswith("negated: 0.8")
    assert lines[0].endswith("% of random pairs of English sentences")
    assert lines[1:3] == ["    John did give Mary 3 apples.", '    ("not" taken out)']
    assert '    ("John" and "Mary" swapped)' in lines


def test_the_command_compares_with_a_collection(run, speeches, passages):
    found = " ".join(run(JOHN, "--in", speeches.path).stdout.split())
    assert "negated: 0.88, closer than all random pairs in speeches.lance" in found
    assert "4 of 4 changed texts are nearer to yours than any other passage of" in found
    [hit] = speeches.search(JOHN, k=1, mode="vector")
    assert f"The nearest of these is at {hit.similarity:.2f}, closer than" in found
    stored = " ".join(run(passages[3], "--in", speeches.path).stdout.split())
    second = speeches.search(passages[3], k=2, mode="vector")[1]
    assert f"The nearest of these is at {second.similarity:.2f}," in stored  # not itself


def test_the_command_names_what_does_not_apply(run):
    found = run("uncle").stdout
    assert "negated: not possible\n    it is too short for a sentence\n" in found
    assert found.count("not possible") == 4


def test_the_command_says_what_was_not_read(run):
    found = " ".join(run("He did it. " + "word " * 300).stdout.split())
    assert re.search(r"did not read the text from character \d,\d{3} on: a change there", found)


def test_the_command_for_machines(run, model):
    found = [json.loads(line) for line in run(JOHN, "--json").stdout.splitlines()]
    assert found == [vars(variant) for variant in sema.probe(JOHN, model=model)]


@pytest.mark.parametrize("width", [30, 80])
def test_no_line_is_wider_than_the_terminal(run, speeches, passages, width):
    for text in (JOHN, passages[3], "你好，世界。今天天气很好 " * 9):
        lines = run(text, "--in", speeches.path, COLUMNS=str(width)).stdout.splitlines()
        assert len(lines) > 8
        assert max(map(cell_len, lines)) <= width


def test_what_a_terminal_obeys_does_not_reach_it(run):
    found = run("Did \x1b[31mJohn give Mary\x9b2J 3 \x07 apples\u202e\x1b]0;title\x07").stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", found)


def test_an_empty_text_is_refused(run):
    found = run(" ")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith("semascope: the text is empty")
