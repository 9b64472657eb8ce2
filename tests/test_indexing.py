"""What `index` does to a collection that exists: it adds, replaces and removes, and no more.

A handful of short rows with the real model; what is expected is written out by hand.
"""

import json
import shutil

import numpy as np
import pyarrow as pa
import pytest

import semascope as sema
from semascope.collection import run, table
from semascope.errors import CollectionError, ColumnNotFound, FileError, InvalidValue

PETS = [
    {"id": 1, "text": "a cat", "legs": 4},
    {"id": 2, "text": "a dog", "legs": 4},
    {"id": 3, "text": "a parrot", "legs": 2},
]


@pytest.fixture
def index(tmp_path, model):
    """Return a function that indexes rows into one collection."""

    def index(rows, **options):
        return sema.index(rows, to=tmp_path / "pets.lance", model=model, **options)

    return index


@pytest.fixture
def count_encoded(model, monkeypatch):
    """Return the list of all texts that are encoded from here on."""
    encoded = []
    encode = model.encode

    def counting(texts, **options):
        encoded.extend(texts)
        return encode(texts, **options)

    monkeypatch.setattr(model, "encode", counting)
    return encoded


def changed(number, **values):
    return [row | values if row["id"] == number else row for row in PETS]


def texts(collection):
    """Return the texts, and see that each has the embedding that is its own."""
    np.testing.assert_array_equal(
        collection.embeddings, collection.encoder.encode(collection.texts)
    )
    return collection.texts


# --- by key ---


def test_with_a_key_a_changed_row_takes_the_place_of_the_old_one(index):
    index(PETS, key="id")
    pets = index(changed(2, text="a puppy"), key="id")
    assert sorted(texts(pets)) == ["a cat", "a parrot", "a puppy"]
    done = pets.indexed
    assert (done.added, done.replaced, done.known, done.missing) == (1, 1, 2, 0)


def test_a_collection_remembers_its_key(index):
    index(PETS, key="id")
    assert len(index(changed(1, text="a kitten"))) == 3


def test_only_text_that_is_not_stored_is_encoded(index, count_encoded):
    index(PETS, key="id")
    count_encoded.clear()
    pets = index(changed(2, legs=3), key="id")
    assert (pets.indexed.replaced, pets.indexed.encoded, count_encoded) == (1, 0, [])
    assert sorted(row["legs"] for row in pets.rows()) == [2, 3, 4]
    pets = index([*changed(2, text="a puppy"), {"id": 4, "text": "a cat", "legs": 3}])
    assert (pets.indexed.encoded, count_encoded) == (1, ["a puppy"])
    assert sorted(texts(pets)) == ["a cat", "a cat", "a parrot", "a puppy"]


def test_a_key_that_comes_twice_or_is_missing_is_left_out_and_named(index):
    rows = [
        *PETS,
        {"id": 2, "text": "another dog", "legs": 4},
        {"id": None, "text": "?", "legs": 0},
    ]
    pets = index(rows, key="id")
    assert pets.texts == ["a cat", "a dog", "a parrot"]
    assert pets.indexed.skipped == 2
    assert pets.indexed.left_out == ((4, "id 2 came before"), (5, "it has no id"))
    assert index(rows).indexed.skipped == 2


def test_a_key_may_be_text(index):
    rows = [{"name": "a", "text": "a cat"}, {"name": "b", "text": "a dog"}]
    index(rows, key="name")
    assert index([rows[0] | {"text": "a lion"}, rows[1]]).indexed.replaced == 1


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("id", "legs", "knows its rows by the key 'id', not by 'legs'"),
        (None, "id", "knows its rows by their contents, not by 'id'"),
    ],
)
def test_another_key_is_refused(index, first, second, message):
    index(PETS, key=first)
    with pytest.raises(CollectionError, match=message):
        index([PETS[0]], key=second)


def test_a_key_that_is_no_column_lists_those_there_are(index):
    with pytest.raises(ColumnNotFound, match="no column 'uid' for a key; its columns are id, text"):
        index(PETS, key="uid")


def test_a_key_that_holds_lists_is_refused(index):
    with pytest.raises(InvalidValue, match="a key is a text or a number"):
        index([{"id": [1], "text": "a cat"}], key="id")


# --- gone rows ---


def test_what_the_file_no_longer_has_stays_until_sync(index):
    index(PETS, key="id")
    pets = index(PETS[:2])
    assert (len(pets), pets.indexed.missing, pets.indexed.removed) == (3, 1, 0)
    pets = index(PETS[:2], sync=True)
    assert (pets.texts, pets.indexed.missing, pets.indexed.removed) == (["a cat", "a dog"], 0, 1)


def test_without_a_key_sync_replaces_a_changed_row(index, count_encoded):
    index(PETS)
    count_encoded.clear()
    pets = index(changed(3, text="a canary"), sync=True)
    assert sorted(texts(pets)) == ["a canary", "a cat", "a dog"]
    assert (pets.indexed.added, pets.indexed.removed, count_encoded[:1]) == (1, 1, ["a canary"])


def test_sync_counts_equal_rows(index):
    index([PETS[0]] * 3 + PETS[1:])
    pets = index([PETS[0]] * 2 + PETS[1:], sync=True)
    assert pets.texts == ["a cat", "a cat", "a dog", "a parrot"]


def test_sync_removes_nothing_if_a_row_cannot_be_read(tmp_path, model):
    file, to = tmp_path / "pets.jsonl", tmp_path / "pets.lance"
    lines = [json.dumps(row) for row in PETS]
    file.write_text("\n".join(lines))
    sema.index(file, to=to, model=model)
    file.write_text("\n".join([*lines[:2], lines[2][:-5]]))
    pets = sema.index(file, to=to, model=model, sync=True)
    assert (len(pets), pets.indexed.missing, pets.indexed.removed) == (3, 1, 0)


# --- add and delete ---


def test_add_and_delete_are_seen_at_once(index):
    pets = index(PETS)
    pets.search("bird", k=1)
    done = pets.add([{"id": 4, "text": "a goldfish", "legs": 0}])
    assert (done.added, len(pets), pets.texts[-1]) == (1, 4, "a goldfish")
    assert pets.search("a fish in a bowl", k=1)[0].text == "a goldfish"
    assert pets.delete("legs = 4") == 2
    assert texts(pets) == ["a parrot", "a goldfish"]
    assert {hit.text for hit in pets.search("a dog", k=5)} == {"a goldfish", "a parrot"}
    assert sema.open(pets.path).rows() == [PETS[2], {"id": 4, "text": "a goldfish", "legs": 0}]


def test_delete_takes_rows_with_all_their_passages(index):
    story = " ".join(f"The dog number {n} went for a walk in the park." for n in range(60))
    pets = index([*PETS, {"id": 4, "text": story, "legs": 4}])
    assert len(pets) > 4
    assert pets.delete("text like '%number 3 %'") == 1
    assert pets.texts == ["a cat", "a dog", "a parrot"]


def test_delete_refuses_what_is_no_condition_and_to_remove_all(index):
    pets = index(PETS)
    with pytest.raises(InvalidValue, match="id, text, legs"):
        pets.delete("paws = 4")
    with pytest.raises(InvalidValue, match="holds for all rows"):
        pets.delete("legs > 0")
    assert pets.delete("legs > 100") == 0
    assert len(pets) == 3


def test_row_numbers_are_never_given_twice(index):
    pets = index(PETS)
    pets.delete("id = 2")
    pets.add([{"id": 5, "text": "a horse", "legs": 4}])
    assert pets.to_arrow()["_row"].to_pylist() == [0, 2, 3]


# --- long texts ---


LONG = " ".join(["The parrot said hello."] * 100)  # 500 tokens, of which the model reads 254


def test_without_passages_the_share_that_was_not_read_is_stored(index, model):
    pets = index([*PETS, {"id": 4, "text": LONG, "legs": 2}], passages=False)
    assert pets.texts[3] == LONG
    assert (pets.indexed.split, pets.indexed.unread) == (0, 1)
    unread = pets.to_arrow()["_unread"].to_pylist()
    assert unread[:3] == [0, 0, 0]
    tokens = len(model.tokenizer.encode(LONG, add_special_tokens=False))
    assert unread[3] == pytest.approx((tokens - 254) / tokens)
    assert pets.indexed.unread_share == pytest.approx(unread[3])
    assert "_unread" not in pets.columns
    again = index([*PETS, {"id": 5, "text": LONG, "legs": 2}])
    assert again.to_arrow()["_unread"].to_pylist()[4] == unread[3]


def test_a_collection_is_made_with_passages_or_without(index):
    index(PETS, passages=False)
    with pytest.raises(CollectionError, match="was made without passages"):
        index(PETS, passages=True)


# --- what is left out ---


def test_rows_without_text_are_named(index):
    pets = index([PETS[0], {"id": 2, "text": " ", "legs": 4}, {"id": 3, "text": None, "legs": 2}])
    assert pets.indexed.left_out == ((2, "it has no text"), (3, "it has no text"))


def test_strict_stores_nothing_if_a_row_would_be_left_out(index, tmp_path):
    rows = [PETS[0], {"id": 1, "text": " ", "legs": 4}, {"id": 1, "text": "a horse", "legs": 4}]
    with pytest.raises(
        FileError, match=r"has 2 rows that .*\(row 2: it has no text; row 3: id 1 came before\)"
    ):
        index(rows, key="id", strict=True)
    assert not (tmp_path / "pets.lance").exists()
    assert len(index(PETS, key="id", strict=True)) == 3


class Broken:
    """A model whose embedding of one text is not what it should be."""

    def __init__(self, model, vector):
        self.__dict__.update(model.__dict__)
        self._model, self._vector = model, vector

    def __getattr__(self, name):
        return getattr(self._model, name)

    def encode(self, texts, **options):
        embeddings = self._model.encode(texts, **options)
        if "a dog" in texts and np.ndim(self._vector):
            return embeddings[:, : len(self._vector)]
        if "a dog" in texts:
            embeddings[texts.index("a dog")] = self._vector
        return embeddings


@pytest.mark.parametrize("vector", [np.nan, np.inf, 0])
def test_an_embedding_that_is_none_is_refused_with_its_text(tmp_path, model, vector):
    with pytest.raises(CollectionError, match=r"no finite embedding for row 2, 'a dog'"):
        sema.index(PETS, to=tmp_path / "pets.lance", model=Broken(model, vector))
    assert not (tmp_path / "pets.lance").exists()


def test_embeddings_of_a_wrong_size_are_refused(tmp_path, model):
    with pytest.raises(CollectionError, match=r"shape \(10,\), expected \(384,\), for row 1, "):
        sema.index(PETS, to=tmp_path / "pets.lance", model=Broken(model, [0] * 10))
    assert not (tmp_path / "pets.lance").exists()


# --- many commits ---


def test_fragments_are_joined_and_the_order_stays(index, monkeypatch):
    monkeypatch.setattr(run, "ROWS_PER_COMMIT", 2)
    rows = [{"n": n, "text": f"number {n}"} for n in range(2 * table.FRAGMENTS + 1)]
    pets = index(rows)
    assert len(list((pets.path / "data").iterdir())) == 1
    assert texts(pets) == [row["text"] for row in rows]


def test_nothing_that_was_deleted_stays_on_the_disk(index):
    pets = index(PETS)
    pets.delete("id = 1")
    assert not list((pets.path / "_deletions").glob("*"))
    (data,) = (pets.path / "data").iterdir()
    assert b"a cat" not in data.read_bytes()


def test_an_update_that_is_interrupted_and_run_again_equals_one_that_was_not(
    index, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "ROWS_PER_COMMIT", 2)
    rows = [{"id": n, "text": f"number {n}"} for n in range(20)]
    other = [row | {"text": f"the number {row['id']}"} for row in rows[::2]] + rows[5:9:2]
    index(rows, key="id")
    shutil.copytree(tmp_path / "pets.lance", tmp_path / "copy.lance")
    whole = index(other, sync=True)
    expected = whole.to_arrow()
    calls = []

    def stop(done, total):
        calls.append(done)
        if done >= 6:
            raise KeyboardInterrupt

    shutil.rmtree(tmp_path / "pets.lance")
    shutil.move(tmp_path / "copy.lance", tmp_path / "pets.lance")
    with pytest.raises(KeyboardInterrupt):
        index(other, sync=True, on_progress=stop)
    assert len(sema.open(tmp_path / "pets.lance")) == 20  # what is missing goes last
    assert index(other, sync=True).to_arrow().equals(expected)


def test_a_table_that_has_been_written_by_another_schema_order_is_known_again(index):
    index(PETS, key="id")
    rows = [{"legs": row["legs"], "text": row["text"], "id": row["id"]} for row in PETS]
    assert index(pa.Table.from_pylist(rows)).indexed.known == 3
