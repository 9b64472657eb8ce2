"""Analogies: ranked by cosine, with and without what went in, and how the command shows them.

References are closed forms for planted vectors. Where a usual mistake would give another answer,
the test computes that too, and sees that it does.
"""

import json
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import semascope as sema
from semascope import data
from semascope.cli import main
from semascope.encoder import weights
from semascope.encoder.words import TokenTable
from semascope.errors import InvalidValue
from semascope.space import Space, vocabulary
from semascope.space.analogy import parse

ROLES = ["person", "monarch", "sibling", "spouse"]
FAMILY = [
    *("uncle", "aunt", "man", "woman", "grandmother", "niece", "king", "queen", "table", "tree"),
    *("paris", "rome", "france", "italy", "walk", "walked", "the", "of", "green", "happy"),
]


def planted(shift):
    """Return a space of roles in two genders: role and gender have an axis each."""
    roles, genders = np.eye(6)[:4], np.eye(6)[4:] * shift
    labels = [f"{gender} {role}" for gender in ("male", "female") for role in ROLES]
    return Space.from_vectors(labels, np.vstack([roles + genders[0], roles + genders[1]]))


# --- a ranking of planted vectors ---


@pytest.mark.parametrize("role", ROLES[1:])
def test_the_planted_answer_is_exact(role):
    found = planted(0.6).analogy([f"male {role}", "female person"], "male person")
    answer = found.answer(f"female {role}")
    # (r + m) − (p + m) + (p + w) = r + w, all of one length
    assert answer.cosine == pytest.approx(1, abs=1e-6)  # float32
    assert found.norm == pytest.approx(1, abs=1e-6)
    assert (answer.rank, answer.rank_without_inputs, answer.is_input) == (1, 1, False)
    assert found.answers[0] == answer


def on_circle(**degrees):
    angles = np.radians(list(degrees.values()))
    return Space.from_vectors(list(degrees), np.column_stack([np.cos(angles), np.sin(angles)]))


def test_the_cosine_is_divided_by_the_length_of_the_sum():
    # Of two unit vectors at a right angle the sum is √2 long; c lies 15° from it.
    space = on_circle(a=0, b=90, c=60)
    found = space.analogy(["a", "b"])
    assert found.norm == pytest.approx(2**0.5, abs=1e-6)  # float32
    assert found.answer("c").cosine == pytest.approx(np.cos(np.radians(15)), abs=1e-6)
    bare = float(found.combined @ space.vector("c"))  # what the workshop's draft computed
    assert bare == pytest.approx(2**0.5 * np.cos(np.radians(15)), abs=1e-6)
    assert bare > 1  # which no cosine is


def test_an_answer_that_went_in_would_come_first():
    # With so small a shift, the nearest to male monarch − male person + female person is the
    # male monarch itself, among near ones of its own.
    space = on_circle(man=0, woman=10, king=60, queen=75)
    found = space.analogy(["king", "woman"], "man")
    assert [(a.label, a.is_input) for a in found.answers[:2]] == [("king", True), ("queen", False)]
    first = next(answer for answer in found.answers if not answer.is_input)
    assert (first.label, first.rank, first.rank_without_inputs) == ("queen", 2, 1)
    assert found.answers[0].rank_without_inputs is None


def test_labels_longer_than_others_gain_nothing():
    raw = np.array([[1, 0, 0], [0, 1, 0], [0.7, 0.7, 0], [0, 5, 5]])
    space = Space.from_vectors(["a", "b", "between", "long"], raw)
    without = [answer for answer in space.analogy(["a", "b"]).answers if not answer.is_input]
    assert [answer.label for answer in without] == ["between", "long"]
    assert raw[3] @ [1, 1, 0] > raw[2] @ [1, 1, 0]  # by a dot product it would be the other way


def test_ranks_are_those_of_a_sort_for_every_label():
    vectors = np.random.default_rng(0).normal(size=(50, 8))
    space = Space.from_vectors([str(i) for i in range(50)], vectors)
    found = space.analogy(["3", "4"], ["5"], k=50)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    combined = unit[3] + unit[4] - unit[5]
    cosines = unit @ combined / np.linalg.norm(combined)
    order = np.argsort(-cosines)
    assert [answer.label for answer in found.answers] == [str(i) for i in order]
    assert [answer.rank for answer in found.answers] == list(range(1, 51))
    others = [i for i in order if i not in (3, 4, 5)]
    for rank, row in enumerate(others, start=1):
        assert found.answer(str(row)).rank_without_inputs == rank
    np.testing.assert_allclose([a.cosine for a in found.answers], cosines[order], atol=1e-6)


def test_ties_rank_in_the_order_of_the_labels():
    space = Space.from_vectors(["q", "c", "b"], [[1, 0], [0, 1], [0, 1]])
    found = space.analogy("q")
    assert [(a.label, a.rank) for a in found.answers] == [("q", 1), ("c", 2), ("b", 3)]


def test_k_beyond_the_labels_gives_them_all():
    assert len(planted(0.6).analogy("male person", k=99).answers) == 8
    assert len(planted(0.6).analogy("male person", k=2).answers) == 2


@pytest.mark.parametrize(
    ("plus", "minus", "message"),
    [
        ([], ["a"], "adds at least one word"),
        (["a"], ["a"], "a less a leaves nothing to look for"),
        (["a", "b"], ["b", "a"], "a, b less b, a leaves nothing"),
        (["uncel"], [], "'uncel' is none of the 3 labels of this space; close to it are uncle"),
    ],
)
def test_what_is_no_analogy_is_refused(plus, minus, message):
    with pytest.raises(InvalidValue, match=message):
        on_circle(a=0, b=40, uncle=90).analogy(plus, minus)


def test_an_answer_must_be_a_label():
    found = on_circle(a=0, b=40, aunt=90).analogy(["a", "b"])
    with pytest.raises(
        InvalidValue, match=r"'aunts' is none of the 3 labels.*close to it are aunt"
    ):
        found.answer("aunts")


def test_a_text_outside_goes_in_but_is_no_candidate(model):
    space = Space(model, FAMILY)
    found = space.analogy(["capital city of Italy", "paris"])
    assert [(a.label, a.is_input) for a in found.answers[:2]] == [("paris", True), ("rome", False)]
    assert len(found.answers) == 10


# --- expressions ---


@pytest.mark.parametrize(
    ("text", "plus", "minus"),
    [
        ("uncle - man + woman", ["uncle", "woman"], ["man"]),
        ("uncle-man+woman", ["uncle", "woman"], ["man"]),
        ("uncle − man + woman", ["uncle", "woman"], ["man"]),
        ("uncle -man +woman", ["uncle", "woman"], ["man"]),
        ("uncle- man+ woman", ["uncle", "woman"], ["man"]),
        ("- man + woman", ["woman"], ["man"]),
        ("+ man + woman", ["man", "woman"], []),
        ("mother-in-law - woman + man", ["mother-in-law", "man"], ["woman"]),
        ("new york - usa + france", ["new york", "france"], ["usa"]),
        ('"new york" - "r + b" + o\'clock', ["new york", "o'clock"], ["r + b"]),
        ('"a - b"+c', ["a - b", "c"], []),
    ],
)
def test_an_expression_is_a_sum_of_words(text, plus, minus):
    assert parse(text) == (plus, minus)


@pytest.mark.parametrize("text", ["", " ", "uncle", "uncle -", "+", "a + + b", '"a + b', "a - - b"])
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(InvalidValue, match="is no sum of words; write it as 'uncle - man"):
        parse(text)


# --- three kinds of vectors ---


@pytest.fixture(scope="module")
def glove():
    return sema.load("glove-6b-50d")


def test_no_collection_is_made_with_word_vectors(glove, tmp_path):
    with pytest.raises(InvalidValue, match="embeds no texts; give a model"):
        sema.index(["a text"], to=tmp_path / "texts.lance", model=glove)
    assert not list(tmp_path.iterdir())


def test_glove_has_the_vectors_of_its_files(glove):
    folder, _ = weights.locate("glove-6b-50d")
    numbers = np.load(folder / "glove_6B_50d_emb.npy")
    words = pq.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    assert (numbers.shape, glove.words[:3]) == ((400_000, 50), ["the", ",", "."])
    for word in ("the", "uncle", "zygote"):
        expected = numbers[words.index(word)]
        found = glove.encode(word)
        # float32 against float32, one division apart
        np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-6)
    assert glove.encode(["Uncle", "AUNT"]).tolist() == glove.encode(["uncle", "aunt"]).tolist()
    assert glove.encode([]).shape == (0, 50)


def test_gloves_published_example_comes_out(glove):
    # king − man + woman = queen, of Mikolov et al. (2013), in all vectors that were published since
    space = Space(glove, [word for word in glove.words[:20_000] if word.isalpha()])
    found = space.analogy(["king", "woman"], "man")
    assert (found.answer("queen").rank, found.answer("queen").rank_without_inputs) == (2, 1)
    assert found.answers[0].label == "king"  # which would be the answer, were inputs left in


def test_glove_names_words_that_are_spelled_alike(glove):
    with pytest.raises(InvalidValue, match="glove-6b-50d has no word 'grandmothr'; close to it"):
        glove.encode(["uncle", "grandmothr"])
    with pytest.raises(InvalidValue, match="has no word 'a b c d e f g'; it knows single words"):
        glove.encode("a b c d e f g")


def test_glove_brings_its_licenses(glove):
    folder, sha256 = weights.locate("glove-6b-50d")
    assert {path.name for path in (folder / "licenses").iterdir()} == {"LICENSE", "THIRD-PARTY.txt"}
    weights._verify(folder, sha256)


def test_altered_glove_is_refused_at_every_read(glove, tmp_path, monkeypatch):
    folder, _ = weights.locate("glove-6b-50d")
    monkeypatch.setenv("SEMASCOPE_CACHE", str(tmp_path))
    copy = weights.KNOWN["glove-6b-50d"].folder
    copy.mkdir(parents=True)
    (copy / "glove_6B_50d_emb.npy").symlink_to(folder / "glove_6B_50d_emb.npy")
    index = bytearray((folder / "glove_6B_index.parquet").read_bytes())
    index[1000] ^= 1
    (copy / "glove_6B_index.parquet").write_bytes(index)
    with pytest.raises(sema.SemascopeError, match=r"index\.parquet has SHA-256 .* altered"):
        sema.load("glove-6b-50d")


def test_glove_has_no_other_precision():
    with pytest.raises(InvalidValue, match="has f32 numbers and computes nothing"):
        sema.load("glove-6b-50d", precision="bf16")


def test_the_token_table_is_that_of_the_reference(model, minilm):
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(minilm)
    table = AutoModel.from_pretrained(minilm).get_input_embeddings()
    words = ["uncle", "grandmother", "semascope", "Uncle"]
    with torch.no_grad():
        rows = [
            table(torch.tensor(tokenizer(w, add_special_tokens=False)["input_ids"])) for w in words
        ]
    means = np.array([row.numpy().mean(axis=0) for row in rows])
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    assert len(rows[2]) > 1  # several tokens
    np.testing.assert_allclose(model.token_vectors(words), expected, atol=1e-6)  # float32
    np.testing.assert_array_equal(TokenTable(model).encode(words), model.token_vectors(words))


def test_a_word_without_tokens_has_no_vector(model):
    with pytest.raises(InvalidValue, match="'' has no token; leave it out"):
        model.token_vectors(["uncle", ""])


# --- the common words ---


def test_the_common_words_are_words_in_order_of_frequency(glove):
    words = pq.read_table(data.path("words"))["text"].to_pylist()
    assert len(set(words)) == len(words) == 20_000
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    place = {word: row for row, word in enumerate(glove.words)}
    rows = [place[word] for word in words]
    assert rows == sorted(rows)
    wanted = {*FAMILY, "nephew", "tokyo", "french", "monday", "january", "fastest", "nurse"}
    assert wanted <= set(words)
    assert not {"johnson", "microsoft", "http", "2004", "nbsp"} & set(words)


@pytest.fixture
def few_words(monkeypatch, tmp_path):
    """Put 20 words in the place of 20,000, and their vectors into an empty folder."""
    monkeypatch.setattr(vocabulary, "common_words", lambda: tuple(FAMILY))
    monkeypatch.setattr(vocabulary, "cache_folder", lambda: tmp_path)
    return tmp_path / "spaces"


class Counting:
    """A model that counts what it embeds."""

    revision, precision = "r1", "f32"

    def __init__(self, model):
        self.model = model
        self.encoded = 0

    def encode(self, texts, *, on_progress):
        self.encoded += len(texts)
        return self.model.encode(texts, on_progress=on_progress)


def test_the_words_are_embedded_once(few_words, model):
    counting = Counting(model)
    first = vocabulary.common_space(counting)
    second = vocabulary.common_space(counting)
    assert counting.encoded == 20
    assert (first.labels, first.vectors.tobytes()) == (second.labels, second.vectors.tobytes())
    assert [path.suffix for path in few_words.iterdir()] == [".npy"]


def test_another_model_or_other_words_are_embedded_anew(few_words, model, monkeypatch):
    counting = Counting(model)
    vocabulary.common_space(counting)
    counting.revision = "r2"
    vocabulary.common_space(counting)
    counting.precision = "bf16"
    vocabulary.common_space(counting)
    monkeypatch.setattr(vocabulary, "common_words", lambda: tuple(FAMILY[:19]))
    vocabulary.common_space(counting)
    assert counting.encoded == 20 * 3 + 19
    assert len(list(few_words.iterdir())) == 4


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense" * 100])
def test_damaged_vectors_are_made_again(few_words, model, damage):
    counting = Counting(model)
    expected = vocabulary.common_space(counting).vectors
    (path,) = few_words.iterdir()
    path.write_bytes(damage)
    np.testing.assert_array_equal(vocabulary.common_space(counting).vectors, expected)
    assert counting.encoded == 40
    vocabulary.common_space(counting)
    assert counting.encoded == 40


def test_a_cache_that_cannot_be_written_costs_only_time(few_words, model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    assert len(vocabulary.common_space(Counting(model))) == 20
    assert list(few_words.iterdir()) == []
    few_words.rmdir()
    few_words.write_text("a file where the folder should be")
    assert len(vocabulary.common_space(Counting(model))) == 20


# --- the command ---


@pytest.fixture
def run(few_words):
    """Return a function that runs ``semascope analogy`` over twenty words."""

    def run(*arguments):
        return CliRunner().invoke(main, ["analogy", *arguments], prog_name="semascope")

    return run


def test_three_kinds_stand_side_by_side(run, glove):
    found = run("uncle - man + woman", "-k", "3")
    assert (found.exit_code, found.stderr) == (0, "")
    question, _, heading, *rows = found.stdout.splitlines()
    assert question == "uncle - man + woman, among 20 common English words"
    assert re.split(" {2,}", heading) == ["rank", "sentence embeddings", "token table", "GloVe 50d"]
    assert [row.split()[0] for row in rows[:3]] == ["1", "2", "3"]
    assert rows[3].split()[::2] == ["length"] * 3
    words = [row.split()[2::3] for row in rows[:3]]
    assert {"aunt", "grandmother"} & set(words[0] + words[1])
    assert "· uncle" in found.stdout  # it went in
    assert max(map(len, found.stdout.splitlines())) <= 80


def test_the_drafts_own_attempt_is_shown_and_explained(run, model, glove):
    found = run("uncle - man + woman", "--expect", "aunt")
    uncle, man, woman, aunt = model.encode(["uncle", "man", "woman", "aunt"])
    dot = float(np.dot(uncle - man + woman, aunt))
    norm = float(np.linalg.norm(uncle - man + woman))
    printed = " ".join(found.stdout.split())
    assert f"np.dot(uncle - man + woman, aunt) is {dot:.2f}, but that is no cosine" in printed
    assert f"the combined vector is {norm:.2f} long, not 1" in printed
    assert f"the cosine is {dot / norm:.2f}" in printed
    assert "of 20 words, the inputs left out" in printed
    assert max(map(len, found.stdout.splitlines())) <= 80


def test_an_expected_word_that_went_in_is_no_answer(run, glove):
    printed = " ".join(run("uncle - man + woman", "--expect", "uncle").stdout.split())
    assert "uncle is an input itself, so it is no answer." in printed


def test_json_gives_the_same_and_more(run, glove):
    found = run("Uncle - man + woman", "--expect", "Aunt", "-k", "2", "--json")
    (line,) = found.stdout.splitlines()
    fields = json.loads(line)
    assert (fields["plus"], fields["minus"]) == (["uncle", "woman"], ["man"])
    assert [kind["vectors"] for kind in fields["kinds"]] == ["sentence", "tokens", "glove"]
    for kind in fields["kinds"]:
        assert kind["labels"] == 20
        assert [answer["rank"] for answer in kind["answers"]] == [1, 2]
        aunt = kind["expected"]
        assert aunt["label"] == "aunt"
        assert aunt["dot"] == pytest.approx(aunt["cosine"] * kind["norm"])
        assert aunt["rank_without_inputs"] <= aunt["rank"]


def test_one_kind_alone(run):
    found = run("uncle - man + woman", "--vectors", "tokens")
    assert "token table" in found.stdout
    assert "GloVe" not in found.output
    assert "sentence" not in found.output


def test_glove_that_is_not_here_is_left_out_and_not_fetched(run, monkeypatch):
    monkeypatch.setattr(weights, "is_cached", lambda _: False)
    monkeypatch.setattr(weights, "_unzip", None)  # fetching would be a TypeError
    found = run("uncle - man + woman")
    assert found.exit_code == 0
    assert found.stderr == (
        "GloVe is left out: it is not here yet; --vectors glove fetches it (76 MB).\n"
    )
    assert "GloVe" not in found.stdout


def test_a_word_that_only_glove_does_not_know_leaves_out_glove(run, glove):
    found = run("unclee - man + woman", "-k", "1")
    assert found.exit_code == 0
    assert "'unclee' is none of the 20 labels of this space; close to it are uncle" in found.stderr
    assert "It is taken as it stands." in found.stderr
    assert "GloVe is left out: glove-6b-50d has no word 'unclee'" in found.stderr
    asked = run("unclee - man + woman", "--vectors", "glove")
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "glove-6b-50d has no word 'unclee'; close to it are uncle" in asked.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["uncle"], "semascope: 'uncle' is no sum of words"),
        (["uncle - uncle"], "semascope: uncle less uncle leaves nothing"),
        (["uncle - man", "-k", "0"], "semascope: k must be at least 1, got 0"),
        (["uncle - man", "--expect", "aunty"], "'aunty' is none of the 20 labels"),
    ],
)
def test_mistakes_are_reported_with_exit_code_2(run, arguments, message):
    found = run(*arguments, "--vectors", "sentence")
    assert (found.exit_code, found.stdout) == (2, "")
    assert message in found.stderr
