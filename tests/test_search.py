"""Search: by meaning, by word and by both, against brute force and formulas written out here.

Most collections here are made of random words and random vectors, without a model, so that what
is right can be computed.
"""

import json
import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import semascope as sema
from semascope.cli import main
from semascope.collection import guard, indexes, table, usual, words
from semascope.collection.collection import Collection
from semascope.collection.nearest import OnDisk
from semascope.collection.snapshot import Snapshot
from semascope.errors import InvalidValue
from semascope.excerpt import excerpt_around

MODES = ["hybrid", "vector", "keyword"]
DIM = 256
# Words that are their own stems
NOUNS = ["cat", "dog", "sun", "moon", "tree", "river", "stone", "bird", "fish", "star", "wind"]


class FakeEncoder:
    """Gives each text a random vector of its own, always the same."""

    name, revision, prompts, precision = "fake", "0", {}, "f32"

    def encode(self, texts, *, prompt=None):  # noqa: ARG002
        if isinstance(texts, str):
            return self.encode([texts])[0]
        return np.stack([unit_vectors(1, seed=list(text.encode()))[0] for text in texts])


def unit_vectors(n, *, seed):
    """Return random vectors that, like real embeddings, vary in fewer directions than they have."""
    inside = np.random.default_rng(0).standard_normal((16, DIM))
    vectors = np.random.default_rng(seed).standard_normal((n, 16)) @ inside
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def commit(path, change):
    about = {"text": "text", "columns": ["text"], "model": {"name": "fake", "revision": "0"}}
    with guard.writing(path) as head:
        guard.commit(path, replace(head, about=about | dict(head.about)), change)


def add(path, rows, *, start=0, indexed=True):
    """Commit rows of the columns of a collection; embeddings that are not given are random."""
    N = rows.num_rows
    numbers = np.arange(start, start + N)
    added = {
        "_hash": pa.array([int(n).to_bytes(16, "big") for n in numbers], pa.binary(16)),
        "_row": pa.array(numbers),
        "_start": pa.array(np.zeros(N, np.int32)),
        "_embedding": to_column(unit_vectors(N, seed=start)),
    }
    for name, column in added.items():
        if name not in rows.column_names:
            rows = rows.append_column(name, column)
    commit(path, lambda: guard.append(path, rows))
    if indexed:
        commit(path, lambda: indexes.update(path, "text"))
    return Collection(path, encoder=FakeEncoder())


def to_column(vectors):
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])


def random_rows(n, *, seed=0):
    """Return passages of 3 to 12 words, some of them equal, one to three of each row."""
    random = np.random.default_rng(seed)
    texts = [" ".join(random.choice(NOUNS, random.integers(3, 13))) for _ in range(n)]
    texts[n // 2] = texts[n // 3] = texts[1]
    return pa.table(
        {
            "text": texts,
            "year": random.integers(1900, 2000, n),
            "my col": random.choice(["a", "b"], n),
            "_row": np.repeat(np.arange(n), random.integers(1, 4, n))[:n],
        }
    )


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    return add(tmp_path_factory.mktemp("search") / "talks.lance", random_rows(400))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return a collection that is taken to be too large to be searched in memory."""
    path = tmp_path_factory.mktemp("many") / "many.lance"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "LIMIT", 1000)
        many = add(path, random_rows(3000))
        assert isinstance(many._search._nearest, OnDisk)
    many._snapshot.__dict__["embeddings"] = "must never be read"
    return many


def stored(talks):
    """Return all passages as a data frame of plain lists, and the embeddings."""
    columns = talks.to_arrow().to_pydict()
    return columns, np.array(columns["_embedding"], np.float32)


def rank(scores, rows=None, allowed=None):
    """Return the numbers with a score, highest first, the first of each row alone."""
    order = np.lexsort((np.arange(len(scores)), -np.asarray(scores))).tolist()
    best = {}
    for n in order:
        if allowed is None or allowed[n]:
            best.setdefault(n if rows is None else rows[n], n)
    return list(best.values())


def numbers(hits):
    return [hit.number for hit in hits]


# --- by meaning ---


@pytest.mark.parametrize("k", [1, 10, 400, 1000])
@pytest.mark.parametrize("passages", [False, True])
@pytest.mark.parametrize("where", [None, "year > 1950", "`my col` = 'a' and year < 1910"])
def test_vector_search_is_brute_force(talks, k, passages, where):
    columns, embeddings = stored(talks)
    similarity = embeddings @ FakeEncoder().encode("a query")
    passing = {
        None: np.full(400, True),
        "year > 1950": np.array(columns["year"]) > 1950,
        "`my col` = 'a' and year < 1910": (np.array(columns["my col"]) == "a")
        & (np.array(columns["year"]) < 1910),
    }[where]
    expected = rank(similarity, None if passages else columns["_row"], passing)[:k]
    hits = talks.search("a query", k=k, mode="vector", where=where, passages=passages)
    assert numbers(hits) == expected
    np.testing.assert_allclose(
        [hit.similarity for hit in hits], similarity[expected], atol=1e-6
    )  # float32 sums in two orders


def test_equal_passages_come_in_the_order_of_their_numbers(tmp_path):
    embeddings = np.repeat(unit_vectors(7, seed=0), 61, axis=0)  # no multiple of a block of any sum
    rows = pa.table({"text": ["same words"] * 427, "_embedding": to_column(embeddings)})
    talks = add(tmp_path / "equal.lance", rows)
    for mode in MODES:
        for hits in (talks.search("same", k=k, mode=mode) for k in (5, 100)):
            of_text = [numbers(hits)] if mode == "keyword" else np.split(numbers(hits), [61])
            assert all(list(some) == sorted(some) for some in of_text[:1])
    assert numbers(talks.search("words", k=30, mode="keyword")) == list(range(30))


# --- by word ---


def bm25(texts, query, k1=1.2, b=0.75):
    """Return the BM25 score of each text (Robertson & Zaragoza 2009, equation 3.15)."""
    counts = [Counter(text.split()) for text in texts]
    lengths = np.array([count.total() for count in counts])
    scores = np.zeros(len(texts))
    for word in query.split():
        frequency = np.array([count[word] for count in counts])
        n = (frequency > 0).sum()
        idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
        scores += (
            idf * frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * lengths / lengths.mean()))
        )
    return scores


@pytest.mark.parametrize("query", ["cat", "moon river", "fish bird stone wind"])
@pytest.mark.parametrize("passages", [False, True])
def test_keyword_search_is_bm25(talks, query, passages):
    columns, _ = stored(talks)
    scores = np.round(bm25(columns["text"], query), 5)  # Lance computes in float32
    expected = rank(scores, None if passages else columns["_row"], scores > 0)
    hits = talks.search(query, k=400, mode="keyword", passages=passages)
    found = numbers(hits)
    assert len(found) == len(expected)
    np.testing.assert_allclose(scores[found], scores[expected], atol=2e-5)
    assert numbers(talks.search(query, k=5, mode="keyword", passages=passages)) == found[:5]


def test_keyword_hits_have_their_cosine_and_their_words(talks):
    columns, embeddings = stored(talks)
    similarity = embeddings @ FakeEncoder().encode("moons")
    for hit in talks.search("moons", mode="keyword"):
        assert hit.words == ["moon"]
        assert hit.similarity == pytest.approx(similarity[hit.number], abs=1e-6)
        assert hit.text == hit.row["text"] == columns["text"][hit.number]


@pytest.mark.parametrize("query", ["helicopter", "the", "?!", "🍕"])
def test_keyword_search_finds_nothing_where_no_word_occurs(talks, query):
    assert talks.search(query, mode="keyword") == []
    assert len(talks.search(query, mode="hybrid")) == 10


TEXTS = [
    "The C++ language isn't naïve",
    "今天天气很好，我们去公园",
    "🍕 pizza 🍕",
    "Farmers' drought; a well-known e-mail",
    "running, runs and ran",
    "U.S. policy 3.14 foo_bar",
]


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    return add(tmp_path_factory.mktemp("odd") / "odd.lance", pa.table({"text": TEXTS}))


@pytest.mark.parametrize(
    ("query", "found", "marked"),
    [
        ("C++", [0], ["C"]),
        ("naive", [0], ["naïve"]),
        ("NAÏVE", [0], ["naïve"]),
        ("天气", [1], ["天气"]),
        ("公园", [1], ["公园"]),
        ("the farmer's", [3], ["Farmers"]),
        ('"mail" AND (', [3], ["mail"]),
        ("run", [4], ["running", "runs"]),
        ("foo", [5], ["foo"]),
        ("policies", [5], ["policy"]),
        ("-- or 1=1; drop", [], []),
    ],
)
def test_words_are_found_whatever_their_form(odd, query, found, marked):
    hits = odd.search(query, mode="keyword")
    assert numbers(hits) == found
    assert [word for hit in hits for word in hit.words] == marked


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("Bitcoin and pizza", ["Bitcoin"]),
        ("the farmers who run", []),
        ("Satoshi's bitcoins, Satoshi", ["Satoshi's", "bitcoins", "Satoshi"]),
        ("isn't it", []),
        ("天气 冰淇淋", ["冰淇淋"]),
        ("🍕 ?!", []),  # no words
        ("x" * 50, []),  # longer than what the index keeps: it cannot tell
    ],
)
def test_unknown_words_are_those_that_occur_nowhere(odd, query, unknown):
    assert odd.unknown_words(query) == unknown


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        "\\",
        "\0",
        "(a OR",
        "a:b^2~",
        "*",
        "🍕👩🏽‍🚀",
        "你好，世界",
        "x" * 10_000,
        "moon " * 3000,
    ],
)
def test_a_query_may_be_any_text(odd, query, mode):
    assert len(odd.search(query, k=3, mode=mode)) == (3 if mode != "keyword" else 0)
    odd.unknown_words(query)


def test_a_query_may_be_longer_than_the_model_reads(tmp_path, model):
    talks = sema.index(["a cat", "a dog"], to=tmp_path / "pets.lance", model=model)
    query = "dog " * 600
    assert numbers(talks.search(query)) == numbers(talks.search(query, mode="vector")) == [1, 0]


@pytest.mark.parametrize("name", ["my text", "Text", 'a"b', "a'b", "select", "count(*)", "ünï"])
def test_the_text_column_may_have_any_name(tmp_path, model, name):
    rows = [{name: "a cat"}, {name: "a dog"}]
    talks = sema.index(rows, text=name, to=tmp_path / "pets.lance", model=model)
    assert numbers(talks.search("dogs", mode="keyword")) == [1]
    assert talks.unknown_words("cats, dogs and birds") == ["birds"]


# --- by both ---


@pytest.mark.parametrize("passages", [False, True])
@pytest.mark.parametrize("where", [None, "year > 1990"])
def test_hybrid_search_is_reciprocal_rank_fusion(talks, passages, where):
    rows = None if passages else stored(talks)[0]["_row"]
    score, best = Counter(), {}
    for mode in ("vector", "keyword"):
        ranking = talks.search("river", k=100, mode=mode, where=where, passages=passages)
        for place, number in enumerate(numbers(ranking), start=1):
            row = number if passages else rows[number]
            score[row] += 1 / (60 + place)
            best[row] = min(best.get(row, (place, number)), (place, number))
    expected = sorted(score, key=lambda row: (-score[row], best[row][1]))
    found = numbers(talks.search("river", k=20, mode="hybrid", where=where, passages=passages))
    assert found == [best[row][1] for row in expected[:20]]


# --- never fewer than there are ---


@pytest.mark.parametrize("collection", ["talks", "many"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("passages", [False, True])
@pytest.mark.parametrize("where", ["year = 1950", "year > 1910", "year = 1800", "_row < 7"])
def test_no_fewer_are_found_than_pass(request, collection, mode, passages, where):
    talks = request.getfixturevalue(collection)
    passing = talks.to_arrow().to_pylist()
    name, sign, value = where.split()
    passing = [
        passage
        for passage in passing
        if {"=": passage[name] == int(value), ">": passage[name] > int(value)}.get(
            sign, passage[name] < int(value)
        )
        and (mode != "keyword" or "moon" in passage["text"].split())
    ]
    there = len(passing) if passages else len({passage["_row"] for passage in passing})
    for k in (1, 25, 5000):
        hits = talks.search("moon", k=k, mode=mode, where=where, passages=passages)
        assert len(hits) == min(k, there)


@pytest.mark.parametrize("limit", [indexes.LIMIT, 100])
def test_what_was_deleted_is_not_found(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(indexes, "LIMIT", limit)
    path = tmp_path / "talks.lance"
    add(path, random_rows(400))
    commit(path, lambda: table.delete(path, range(0, 200, 2)))
    talks = Collection(path, encoder=FakeEncoder())
    columns = talks.to_arrow().to_pydict()
    assert set(columns["_row"]).isdisjoint(range(0, 200, 2))
    for mode in MODES:
        hits = talks.search("moon", k=1000, mode=mode, where="year > 1920", passages=True)
        expected = {
            number
            for number, (year, text) in enumerate(
                zip(columns["year"], columns["text"], strict=True)
            )
            if year > 1920 and (mode != "keyword" or "moon" in text.split())
        }
        assert set(numbers(hits)) == expected
        assert all(hit.text == columns["text"][hit.number] for hit in hits)


# --- too many for memory ---


def test_many_passages_are_searched_through_an_index_and_nearly_as_well(many):
    _, embeddings = stored(many)
    assert any(name.startswith("vectors") for name in names_of_indexes(many.path))
    right = 0
    for query in NOUNS:
        similarity = embeddings @ FakeEncoder().encode(query)
        expected = rank(similarity)[:10]
        hits = many.search(query, mode="vector", passages=True)
        right += len(set(numbers(hits)) & set(expected))
        np.testing.assert_allclose(
            [hit.similarity for hit in hits], similarity[numbers(hits)], atol=1e-6
        )
        assert [hit.similarity for hit in hits] == sorted(
            (hit.similarity for hit in hits), reverse=True
        )
    assert right >= 0.95 * 10 * len(NOUNS)


def test_a_filter_that_leaves_few_is_searched_exactly(many):
    columns, embeddings = stored(many)
    passing = np.array(columns["year"]) == 1950
    similarity = embeddings @ FakeEncoder().encode("moon")
    hits = many.search("moon", k=5, mode="vector", where="year = 1950", passages=True)
    assert numbers(hits) == rank(similarity, None, passing)[:5]


def names_of_indexes(path):
    return {index.name for index in Snapshot(path).table.describe_indices()}


# --- indexes ---


def test_indexes_brought_up_to_date_answer_as_those_made_at_once(tmp_path):
    rows = random_rows(900)
    at_once = add(tmp_path / "once.lance", rows)
    path = tmp_path / "parts.lance"
    for start in range(0, 900, 300):
        embeddings = unit_vectors(900, seed=0)[start : start + 300]
        part = rows.slice(start, 300).append_column("_embedding", to_column(embeddings))
        assert start == 0 or indexes.is_current(Snapshot(path).table, "text")
        add(path, part, start=start, indexed=False)
        assert not indexes.is_current(Snapshot(path).table, "text")
        commit(path, lambda: indexes.update(path, "text"))
    in_parts = Collection(path, encoder=FakeEncoder())
    for query in (*NOUNS, "moon river", " ".join(NOUNS)):
        one, other = (talks._search._scores(query, limit=1000) for talks in (at_once, in_parts))
        assert dict(zip(*map(np.ndarray.tolist, one), strict=True)) == dict(
            zip(*map(np.ndarray.tolist, other), strict=True)
        )
        for mode in MODES:
            assert at_once.search(query, mode=mode) == in_parts.search(query, mode=mode)


def test_an_index_of_embeddings_is_there_while_they_are_many(tmp_path, monkeypatch):
    monkeypatch.setattr(indexes, "LIMIT", 500)
    path = tmp_path / "talks.lance"
    add(path, random_rows(400))
    assert names_of_indexes(path) == {"words"}
    add(path, random_rows(400, seed=1), start=400)
    assert names_of_indexes(path) == {"words", "vectors-10"}
    add(path, random_rows(100, seed=2), start=800)
    assert names_of_indexes(path) == {"words", "vectors-10"}
    add(path, random_rows(200, seed=3), start=900)
    assert names_of_indexes(path) == {"words", "vectors-11"}
    assert indexes.is_current(Snapshot(path).table, "text")
    commit(path, lambda: table.delete(path, range(700)))
    commit(path, lambda: indexes.update(path, "text"))
    assert names_of_indexes(path) == {"words"}


@pytest.mark.parametrize("limit", [indexes.LIMIT, 100])
def test_search_works_without_indexes(tmp_path, monkeypatch, talks, limit):
    monkeypatch.setattr(indexes, "LIMIT", limit)
    bare = add(tmp_path / "bare.lance", random_rows(400), indexed=False)
    assert not indexes.is_current(Snapshot(bare.path).table, "text")
    for mode in MODES:
        for where in (None, "year > 1950"):
            found, expected = (
                numbers(some.search("moon river", k=20, mode=mode, where=where))
                for some in (bare, talks)
            )
            assert len(found) == len(expected)
            if mode == "vector":
                assert found == expected
    assert bare.unknown_words("moon helicopter") == ["helicopter"]


def test_the_index_has_the_words_that_a_query_is_taken_apart_into(tmp_path):
    text = "The Farmers' naïve e-mails: running, 今天天气很好 (Straße, 3.14)!"
    talks = add(tmp_path / "a.lance", pa.table({"text": [text]}))
    for word in words.words(text).values():
        (hit,) = talks.search(word, mode="keyword")
        assert hit.words, word


# --- what is usual ---


def test_a_hit_is_compared_with_pairs_and_with_nearest_neighbors(talks):
    _, embeddings = stored(talks)
    similarity = embeddings @ embeddings.T
    similarity[similarity > 1 - 1e-5] = -1
    nearest = similarity.max(axis=1)
    for hit in talks.search("moon", k=100)[::9]:
        assert hit.percentile == talks.percentile(hit.similarity)
        assert hit.neighbor_percentile == pytest.approx(100 * (nearest < hit.similarity).mean())


def test_what_is_usual_does_not_depend_on_the_blocks_it_is_read_in(talks, monkeypatch):
    whole = usual._measure(Snapshot(talks.path))
    monkeypatch.setattr(usual, "BLOCK", 7)
    parts = usual._measure(Snapshot(talks.path))
    np.testing.assert_array_equal(parts.pairs, whole.pairs)
    np.testing.assert_allclose(parts.neighbors, whole.neighbors, atol=1e-6)  # sums in two orders


def test_of_many_passages_a_sample_is_compared(talks, monkeypatch):
    whole = usual._measure(Snapshot(talks.path))
    monkeypatch.setattr(usual, "PAIRED", 200)
    monkeypatch.setattr(usual, "NEIGHBORS", 100)
    sample = usual._measure(Snapshot(talks.path))
    assert (len(sample.pairs), len(sample.neighbors)) == (100_000, 100)
    for share in (0.1, 0.5, 0.9):
        # 200 of 400 passages, 100 of 400: standard errors below 0.01 and 0.05
        low, high = np.quantile(whole.pairs, [share - 0.03, share + 0.03])
        assert low < np.quantile(sample.pairs, share) < high
        low, high = np.quantile(whole.neighbors, np.clip([share - 0.15, share + 0.15], 0, 1))
        assert low <= np.quantile(sample.neighbors, share) <= high


def test_what_is_usual_is_measured_once(talks, monkeypatch):
    first = usual.prepare(Snapshot(talks.path))
    monkeypatch.setattr(usual, "_measure", lambda _: pytest.fail("measured again"))
    again = usual.prepare(Snapshot(talks.path))
    np.testing.assert_array_equal(again.pairs, first.pairs)
    np.testing.assert_array_equal(again.neighbors, first.neighbors)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("mode", MODES)
def test_a_collection_of_one_text_has_nothing_to_compare_with(tmp_path, n, mode):
    embeddings = to_column(np.repeat(unit_vectors(1, seed=0), n, axis=0))
    rows = pa.table({"text": ["a cat"] * n, "_embedding": embeddings})
    hits = add(tmp_path / "one.lance", rows).search("cats", k=5, mode=mode)
    assert numbers(hits) == list(range(n))
    assert {hit.neighbor_percentile for hit in hits} == {None}
    assert (hits[0].percentile is None) == (n == 1)


# --- mistakes ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "fuzzy"}, "mode is one of hybrid, vector, keyword, not 'fuzzy'"),
        ({"k": 0}, "k must be at least 1, got 0"),
        ({"where": "yeer > 3"}, "'yeer > 3' .*: No field named yeer. Did you mean 'year'"),
        ({"where": "year >"}, "'year >' is no condition .*: Expected: an expression, found: EOF"),
        ({"where": " "}, "' ' is no condition on this collection"),
        ({"where": "year"}, "The filter year does not return a boolean"),
        ({"where": "year > 'x'"}, "could not convert to literal of type 'Int64'"),
        ({"where": "1 / 0 = year"}, "Divide by zero"),
        ({"where": "\"my col\" = 'a'"}, '"my col" is a text; .* `my col`, in backticks'),
        ({"where": 'text = "YEAR"'}, '"year" is a text; write the column as `year`'),
        ({"where": "`my cal` = 'a'"}, "No field named .my cal."),
        ({"where": "sum(year) > 3"}, "is no condition"),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_mistake_is_named(talks, options, message, mode):
    with pytest.raises(InvalidValue, match=message) as raised:
        talks.search("moon", **{"mode": mode} | options)
    if "where" in options:
        assert str(raised.value).endswith("its columns are text, year, my col")
        assert len(str(raised.value)) < 400


def test_double_quotes_within_a_text_are_no_mistake(talks):
    assert talks.search("moon", where="text != 'said \"year\"'")
    assert talks.search("moon", where='`my col` = "a"')


# --- excerpts ---


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("One cat. Two dogs and a cat. End.", "dog cat", "… Two dogs and a cat. End."),
        ("One cat. Two dogs.", "bird", "One cat. Two dogs."),
        ("今天很好。我们去公园。", "公园", "… 我们去公园。"),
        ("Yes. " + "and so on " * 20 + "the moon", "moon", "… on and so on and so on the moon"),
        ("on" * 100 + "moon", "moon", "on" * 100 + "moon"),
    ],
)
def test_an_excerpt_begins_where_the_words_are(text, query, expected):
    assert excerpt_around(text, words.find(text, query)) == expected


# --- the command line ---


@pytest.fixture(scope="module")
def shown(tmp_path_factory, model):
    """Return the path of a collection of texts that are hard to show."""
    path = tmp_path_factory.mktemp("shown") / "notes.lance"
    rows = [
        {"text": "今天天气很好，我们去公园散步。" * 12, "note": "天气" * 40, "n": 1},
        {"text": "🍕" * 70 + " pizza and 👩🏽‍🚀", "note": "🍕 " * 50, "n": 2},
        {"text": "A word " + "without" * 60 + " end", "note": None, "n": 3},
        {"text": "A naïve farmer's drought.\n\nThe farmers\twait.", "note": "short", "n": 4},
        {"text": "Nothing but rain, " * 30, "note": "a\nb", "n": 5},
    ]
    return sema.index(rows, text="text", to=path, model=model).path


def run(*arguments, color=False, **environment):
    return CliRunner(env=environment).invoke(main, ["search", *map(str, arguments)], color=color)


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("options", [(), ("--full",), ("--mode", "keyword")])
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_the_terminal(shown, width, options, color):
    found = run(shown, "天气 pizza farmers rain", *options, color=color, COLUMNS=str(width))
    assert found.exit_code == 0, found.output
    lines = plain(found.stdout).splitlines()
    assert len(lines) > 8
    assert max(map(cell_len, lines)) <= width
    assert ("\x1b" in found.stdout) == color


def test_full_shows_all_of_a_passage(shown):
    found = run(shown, "pizza", "--full").stdout
    for row in sema.open(shown).rows():
        assert "".join(row["text"].split()) in "".join(found.split())


def test_words_that_match_are_bold(shown):
    found = run(shown, "farmer 天气", "--mode", "keyword", "--full", color=True).stdout
    bold = set(re.findall(r"\x1b\[1m(.*?)\x1b\[0m", found))
    assert bold == {"farmer's", "farmers", "天气"}


def test_search_says_what_it_searched_and_which_words_are_nowhere(shown):
    *_, nowhere, last = run(shown, "rain, Bitcoin or blockchain").stdout.splitlines()
    assert nowhere == '"Bitcoin" and "blockchain" occur nowhere in the collection.'
    assert last == "of 5 passages · hybrid"
    *_, last = run(shown, "the rain", "--mode", "vector").stdout.splitlines()
    assert last == "of 5 passages · vector"


def test_search_says_why_nothing_is_found(shown):
    assert run(shown, "Bitcoin", "--mode", "keyword").stdout.splitlines() == [
        "Nothing found: no passage has its words.",
        '"Bitcoin" occurs nowhere in the collection.',
        "of 5 passages · keyword",
    ]
    assert run(shown, "rain", "--where", "n > 5").stdout.splitlines() == [
        "Nothing found: no passage passes --where.",
        "of 5 passages · hybrid",
    ]


def test_where_and_k_and_mode_are_heeded(shown):
    lines = run(shown, "rain", "--where", "n <= 3", "-k", "2", "--json").stdout.splitlines()
    assert len(lines) == 2
    assert all(json.loads(line)["row"]["n"] <= 3 for line in lines)
    (line,) = run(shown, "rain", "--mode", "keyword", "--json").stdout.splitlines()
    assert json.loads(line)["row"]["n"] == 5


def test_json_has_every_field_and_talks_on_stderr(shown):
    found = run(shown, "rain Bitcoin", "-k", "1", "--mode", "keyword", "--json")
    assert found.stderr == '"Bitcoin" occurs nowhere in the collection.\n'
    fields = json.loads(found.stdout)
    assert list(fields) == [
        "rank",
        "number",
        "text",
        "similarity",
        "percentile",
        "neighbor_percentile",
        "words",
        "row",
    ]
    assert (fields["rank"], fields["number"], fields["words"]) == (1, 4, ["rain"])
    assert 0 <= fields["neighbor_percentile"] <= 100
