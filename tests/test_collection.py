"""From a file to a collection and back: rows, embeddings, search, structure.

Three hundred emoji, some of them several times, with the real model; the reference is NumPy on
what the model itself gives.
"""

import gzip
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

import semascope as sema
from semascope import data
from semascope.collection import derived, run
from semascope.collection.indexed import Indexed
from semascope.encoder import DEFAULT_MODEL
from semascope.encoder.weights import locate
from semascope.errors import (
    CollectionError,
    CollectionNotFound,
    ColumnNotFound,
    FileError,
    InvalidValue,
)


@pytest.fixture(scope="module")
def emoji():
    """Return 300 rows: 260 emoji, the first 20 of them three times."""
    table = pq.read_table(data.path("emoji")).slice(0, 1820)
    table = table.take(np.arange(0, 1820, 7))
    return pa.concat_tables([table, table.slice(0, 20), table.slice(0, 20)])


@pytest.fixture(scope="module")
def texts(emoji):
    return emoji["text"].to_pylist()


@pytest.fixture(scope="module")
def embeddings(model, texts):
    return model.encode(texts)


@pytest.fixture(scope="module")
def index(model):
    """Return a function that indexes a table: each under its name, in a folder."""

    def index(table, folder, *, name="rows", **options):
        table = pa.table({"text": table}) if isinstance(table, list) else table
        pq.write_table(table, folder / f"{name}.parquet")
        options = {"to": folder / f"{name}.lance", "model": model} | options
        return sema.index(folder / f"{name}.parquet", **options)

    return index


@pytest.fixture(scope="module")
def made(emoji, index, tmp_path_factory):
    return index(emoji, tmp_path_factory.mktemp("emoji"), name="emoji")


@pytest.fixture(scope="module")
def talks(made):
    """Return the collection of emoji, opened anew; nothing writes to it but its results."""
    return sema.open(made.path)


@pytest.fixture
def copy(made, tmp_path):
    """Return the path of a copy of that collection, without results."""
    shutil.copytree(made.path, tmp_path / "copy.lance")
    shutil.rmtree(tmp_path / "copy.lance" / "_derived", ignore_errors=True)
    return tmp_path / "copy.lance"


@pytest.fixture(scope="module")
def other_model(minilm, tmp_path_factory):
    """Return another model: the same but for one bit of its weights."""
    folder = shutil.copytree(minilm, tmp_path_factory.mktemp("other") / "model")
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-4] ^= 1
    (folder / "model.safetensors").unlink()  # it may be a link into the cache
    (folder / "model.safetensors").write_bytes(content)
    return sema.load(folder, precision="f32")


def interrupt_at(rows, call=1):
    """Return a callback that interrupts when it hears so often that so many rows are done."""
    heard = []

    def on_progress(done, total):
        heard.extend([done] * (done >= rows))
        if len(heard) == call:
            raise KeyboardInterrupt

    return on_progress


# --- what is stored ---


def test_rows_come_back_as_they_were_in_their_order(talks, emoji, texts):
    assert len(talks) == 300
    assert talks.columns == emoji.column_names
    assert talks.text == "text"
    assert talks.texts == texts
    assert talks.rows() == emoji.to_pylist()
    assert talks.rows([299, 0, 7]) == [emoji.to_pylist()[number] for number in (299, 0, 7)]


def test_embeddings_are_the_models_bit_for_bit(talks, embeddings):
    assert talks.embeddings.dtype == np.float32
    np.testing.assert_array_equal(talks.embeddings, embeddings)


def test_to_arrow_gives_the_rows_with_their_embeddings(talks, emoji, embeddings):
    table = talks.to_arrow()
    assert table.column_names == [*emoji.column_names, "_hash", "_row", "_start", "_embedding"]
    assert table.select(emoji.column_names).equals(emoji)
    np.testing.assert_array_equal(np.stack(table["_embedding"].to_numpy()), embeddings)


def test_a_collection_says_what_made_it(talks, model):
    assert talks.model == {
        "name": "all-MiniLM-L6-v2",
        "revision": model.revision,
        "precision": "f32",
        "dim": 384,
    }
    assert repr(talks).endswith("emoji.lance', 300 passages)")


def test_index_says_what_it_did(made, talks):
    done = replace(made.indexed, not_english=0.0)  # of emoji's labels, a few are in no dictionary
    assert done == Indexed("text", guessed=True, added=300, passages=300, encoded=300)
    assert talks.indexed == Indexed("text")


def test_without_a_path_the_collection_lies_in_the_current_folder(tmp_path, model, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cats.csv").write_text("text\na cat\n")
    monkeypatch.chdir(tmp_path)
    sema.index("in/cats.csv", model=model)
    assert sema.open("cats.lance").texts == ["a cat"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_other_formats_give_the_same_embeddings(tmp_path, model, suffix):
    content = {"csv": 'text\n"a\ncat"\na dog\n', "jsonl": '{"text":"a\\ncat"}\n{"text":"a dog"}\n'}
    (tmp_path / f"pets.{suffix}").write_text(content[suffix])
    pets = sema.index(tmp_path / f"pets.{suffix}", to=tmp_path / "pets.lance", model=model)
    np.testing.assert_array_equal(pets.embeddings, model.encode(["a\ncat", "a dog"]))


COLUMNS = {
    "none": pa.nulls(2),
    "number": pa.array([float("nan"), 0.1]),
    "time": pa.array([0, None], pa.timestamp("us")),
    "bytes": pa.array([b"\xff", None]),
    "list": pa.array([[1, 2], None]),
    "record": pa.array([{"a": "x"}, None]),
    "category": pa.array(["x", None]).dictionary_encode(),
}


def test_columns_of_any_type_are_kept_and_known_again(tmp_path, index):
    table = pa.table({"text": ["a cat", "a dog"], **COLUMNS})
    first, again = (index(table, tmp_path) for _ in range(2))
    assert (first.indexed.added, again.indexed.added, again.indexed.known) == (2, 0, 2)
    assert repr(again.rows()) == repr(table.to_pylist())  # as text, in which NaN equals itself


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("_hash", "'_hash', a name that is taken; rename it"),
        ("_embedding", "'_embedding', a name that is taken"),
        ("_rowid", "'_rowid', a name that is taken"),
        ("user.name", "'user.name'; a name with '.`' in it cannot be stored"),
        ("a`b", "'a`b'; a name with"),
        ("", "a column without a name; give it one"),
    ],
)
def test_a_column_whose_name_cannot_be_stored_is_refused(tmp_path, index, name, message):
    with pytest.raises(FileError, match=rf"rows\.parquet has {message}|column {message}"):
        index(pa.table({"text": ["a"], name: ["b"]}), tmp_path)
    assert not (tmp_path / "rows.lance").exists()


@pytest.mark.parametrize("name", ["Text", "A B", 'a"b', "a'b", "a-b", "ünï", "count(*)", "select"])
def test_a_column_of_any_other_name_is_kept(tmp_path, index, name):
    rows = [{"text": "a cat", name: "b"}, {"text": "a dog", name: "c"}]
    found = index(pa.Table.from_pylist(rows), tmp_path)
    assert found.rows() == found.rows([0, 1]) == rows


# --- running it again ---


def test_running_again_adds_nothing(copy, emoji, index, tmp_path):
    before = sema.open(copy).version
    again = index(emoji, tmp_path, to=copy)
    assert again.indexed == Indexed("text", known=300)
    assert (again.version, len(again)) == (before, 300)


def test_a_grown_file_adds_only_what_is_new(copy, emoji, index, tmp_path, embeddings, model):
    new = pq.read_table(data.path("emoji")).slice(1, 3)
    grown = pa.concat_tables([new.slice(0, 2), emoji, new.slice(2, 1)])
    talks = index(grown, tmp_path, to=copy)
    assert (talks.indexed.added, talks.indexed.known) == (3, 300)
    assert talks.rows() == emoji.to_pylist() + new.to_pylist()
    expected = np.vstack([embeddings, model.encode(new["text"])])
    np.testing.assert_array_equal(talks.embeddings, expected)


def test_rows_stay_as_often_as_they_occur(tmp_path, index):
    assert index(["a", "b", "a"], tmp_path).texts == ["a", "b", "a"]
    assert index(["a", "b", "a"], tmp_path).texts == ["a", "b", "a"]
    assert index(["a", "a", "a", "b", "c"], tmp_path).texts == ["a", "b", "a", "a", "c"]
    assert index(["a"], tmp_path).texts == ["a", "b", "a", "a", "c"]


def test_rows_are_one_only_if_all_their_columns_are(tmp_path, index):
    rows = [
        {"text": "a", "note": "b"},
        {"text": "a", "note": None},
        {"text": "a", "note": ""},
        {"text": "a", "note": "\0"},
        {"text": "a", "note": "null"},
        {"text": "a 1 b", "note": ""},
        {"text": "a", "note": "1 b"},
        {"text": "a\x1fb", "note": "c"},
        {"text": "c", "note": "b\x1fa"},
        {"text": "a", "note": "c\x1fb"},
    ]
    for row in rows:
        schema = pa.schema([("text", pa.string()), ("note", pa.string())])
        talks = index(pa.Table.from_pylist([row], schema), tmp_path)
        assert talks.indexed.added == 1
    assert talks.rows() == rows


def test_rows_without_text_are_left_out_and_counted(tmp_path, index):
    talks = index(["", "a", None, " \t\n", "b", "\u3000"], tmp_path)
    assert talks.texts == ["a", "b"]
    assert talks.indexed.empty == 4
    assert index(["", "a", None, " \t\n", "b", "\u3000"], tmp_path).indexed.empty == 4


def test_a_long_stretch_of_rows_without_text_is_no_obstacle(tmp_path, index, monkeypatch):
    monkeypatch.setattr(run, "ROWS_PER_COMMIT", 2)
    talks = index(["", "", "", "", "a", "", "", "", "", "b"], tmp_path)
    assert talks.texts == ["a", "b"]


@pytest.mark.parametrize(
    ("rows", "call", "stored"),
    [
        (0, 1, 0),
        (64, 1, 0),  # embedded, not committed
        (64, 2, 64),  # just committed
        (100, 1, 64),
        (300, 1, 256),
        (300, 2, 300),
    ],
)
def test_interrupted_and_run_again_equals_uninterrupted(
    tmp_path, made, emoji, index, monkeypatch, rows, call, stored
):
    monkeypatch.setattr(run, "ROWS_PER_COMMIT", 64)
    with pytest.raises(KeyboardInterrupt):
        index(emoji, tmp_path, on_progress=interrupt_at(rows, call))
    assert (tmp_path / "rows.lance").exists() == (stored > 0)

    talks = index(emoji, tmp_path)
    assert (talks.indexed.known, talks.indexed.added) == (stored, 300 - stored)
    assert talks.to_arrow().equals(made.to_arrow())


def test_progress_counts_the_rows_of_the_file(tmp_path, index, monkeypatch):
    monkeypatch.setattr(run, "ROWS_PER_COMMIT", 4)
    calls = []
    texts = [str(i) for i in range(9)] + [""]
    index(texts, tmp_path, on_progress=lambda *call: calls.append(call))
    assert calls == sorted(calls)
    assert calls[-1] == (10, 10)
    assert {total for _, total in calls} == {10}


# --- what is refused ---


def test_another_model_is_refused_and_nothing_is_lost(copy, emoji, index, tmp_path, other_model):
    with pytest.raises(CollectionError, match=r"made with all-MiniLM-L6-v2, not with .*--to"):
        index(emoji, tmp_path, to=copy, model=other_model)
    assert len(sema.open(copy)) == 300


def test_another_text_column_is_refused(copy, emoji, index, tmp_path):
    with pytest.raises(CollectionError, match=r"embeds the column 'text', not 'label'.*--to"):
        index(emoji, tmp_path, to=copy, text="label")
    assert len(sema.open(copy)) == 300


def test_a_file_that_lacks_a_column_of_the_collection_is_refused(copy, emoji, index, tmp_path):
    with pytest.raises(ColumnNotFound, match=r"has no column group, subgroup, but .*copy\.lance"):
        index(emoji.drop_columns(["subgroup", "group"]), tmp_path, to=copy)
    with pytest.raises(ColumnNotFound, match=r"has no column 'text'; it has emoji, label"):
        index(emoji.drop_columns(["text"]), tmp_path, to=copy)
    assert len(sema.open(copy)) == 300


def test_a_column_that_no_longer_has_its_type_is_refused(tmp_path, index):
    index(pa.table({"text": ["a"], "year": [1936]}), tmp_path)
    with pytest.raises(FileError, match=r"rows\.parquet does not fit .*rows\.lance: .*'unknown'"):
        index(pa.table({"text": ["a"], "year": ["unknown"]}), tmp_path)
    assert sema.open(tmp_path / "rows.lance").rows() == [{"text": "a", "year": 1936}]


@pytest.mark.parametrize("texts", [[""], [None, " "], []])
def test_a_file_without_text_leaves_nothing_behind(tmp_path, index, texts):
    with pytest.raises(
        FileError, match=r"rows\.parquet(: column 'text' has no text in any row| has no rows)"
    ):
        index(pa.table({"text": pa.array(texts, pa.string())}), tmp_path)
    assert not (tmp_path / "rows.lance").exists()


def test_a_first_round_that_fails_leaves_nothing_behind(tmp_path, index):
    with pytest.raises(KeyboardInterrupt):
        index(["a", "b"], tmp_path, on_progress=interrupt_at(0))
    assert not (tmp_path / "rows.lance").exists()


def test_no_collection_says_how_to_make_one(tmp_path):
    with pytest.raises(CollectionNotFound, match=r"no collection at .*semascope index FILE --to"):
        sema.open(tmp_path / "absent.lance")


def test_a_model_that_changed_under_its_name_is_refused(tmp_path, index, other_model, minilm):
    folder = tmp_path / "model"
    shutil.copytree(other_model.name, folder)
    index(["a cat"], tmp_path, model=sema.load(folder, precision="f32"))
    shutil.copy(minilm / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(CollectionError, match=r"rows\.lance was made with .*bring the old model"):
        sema.open(tmp_path / "rows.lance").search("cat")


def test_a_model_given_to_index_answers_its_queries(tmp_path, index, other_model):
    assert index(["a cat"], tmp_path, model=other_model).encoder is other_model


# --- search ---


@pytest.mark.parametrize("query", ["pizza", "a long way from home", "🍕", "  cat  "])
@pytest.mark.parametrize("k", [1, 10, 300, 1000])
def test_search_finds_what_brute_force_finds(talks, model, embeddings, texts, query, k):
    similarity = embeddings.astype(np.float64) @ model.encode(query).astype(np.float64)
    best = np.argsort(-similarity.astype(np.float32), kind="stable")[:k]
    hits = talks.search(query, k=k, mode="vector")
    assert len(hits) == min(k, 300)
    # float32 sums of 384 products, and lengths that are 1 to within 4e-7
    np.testing.assert_allclose([hit.similarity for hit in hits], similarity[best], atol=1e-6)
    for hit in hits:
        assert hit.text == hit.row["text"] == texts[hit.number]
        assert hit.similarity == pytest.approx(similarity[hit.number], abs=1e-6)


def test_equal_passages_come_in_the_order_of_their_rows(talks, texts):
    for text in texts[:20]:
        numbers = [hit.number for hit in talks.search(text, k=3)]
        assert numbers == [number for number in range(300) if texts[number] == text]


def test_a_query_is_needed_and_a_k_above_zero(talks):
    for query in ("", " \n"):
        with pytest.raises(InvalidValue, match="the query is empty"):
            talks.search(query)
    for k in (0, -1):
        with pytest.raises(InvalidValue, match=f"k must be at least 1, got {k}"):
            talks.search("cat", k=k)


def test_percentile_is_the_share_of_pairs_that_are_less_similar(talks, embeddings):
    a, b = np.triu_indices(300, k=1)  # all pairs, where percentile takes 100,000 at random
    pairs = np.vecdot(embeddings[a], embeddings[b])
    for similarity in np.linspace(-0.2, 0.99, 30):
        expected = 100 * (pairs < similarity).mean()
        # A share of 100,000 random pairs is off by 0.16 percent at most in standard deviation.
        assert talks.percentile(similarity) == pytest.approx(expected, abs=4 * 0.16)
    assert talks.percentile(-1) == 0
    assert talks.percentile(1.1) == 100


def test_a_hit_has_the_percentile_of_its_similarity(talks):
    for hit in talks.search("cat", k=300)[::50]:
        assert hit.percentile == talks.percentile(hit.similarity)


# --- structure ---


def of_texts(talks):
    """Return the cluster, its name and the place of each text."""
    clusters, coordinates = talks.clusters(), talks.map().coordinates
    return {
        text: (int(label), clusters.names[label], *place.tolist())
        for text, label, place in zip(talks.texts, clusters.labels, coordinates, strict=True)
    }


def test_every_passage_is_in_one_cluster(talks):
    clusters = talks.clusters()
    assert clusters.labels.shape == (300,)
    assert clusters.sizes == np.bincount(clusters.labels).tolist()
    assert clusters.sizes == sorted(clusters.sizes, reverse=True)
    assert len(clusters.names) == len(set(clusters.names)) == len(clusters.sizes) > 1
    for label, typical in enumerate(clusters.typical):
        assert typical
        assert set(clusters.labels[list(typical)]) == {label}


def test_a_finer_resolution_makes_more_clusters(talks):
    assert len(talks.clusters("fine").names) > len(talks.clusters().names)


def test_every_passage_has_a_place_and_an_honesty(talks):
    found = talks.map()
    assert found.coordinates.shape == (300, 2)
    assert np.isfinite(found.coordinates).all()
    assert found.honesty.shape == (300,)
    assert ((found.honesty >= 0) & (found.honesty <= 1)).all()


def test_exact_duplicates_share_cluster_and_place(talks, texts):
    clusters, found = talks.clusters(), talks.map()
    for first, text in enumerate(texts[:20]):
        for number in (260 + first, 280 + first):
            assert texts[number] == text
            assert clusters.labels[number] == clusters.labels[first]
            np.testing.assert_array_equal(found.coordinates[number], found.coordinates[first])
            assert found.honesty[number] == found.honesty[first]


def test_exact_duplicates_are_one_group_of_similarity_one(talks):
    found = talks.duplicates(threshold=1.0).groups
    for first in range(20):
        (group,) = [group for group in found if first in group.numbers]
        assert {first, 260 + first, 280 + first} <= set(group.numbers)
        assert group.similarity == 1
    assert [len(group.numbers) for group in found] == sorted(
        (len(group.numbers) for group in found), reverse=True
    )


def test_near_duplicates_are_those_above_the_threshold(talks, embeddings):
    similarity = embeddings[:260] @ embeddings[:260].T
    np.fill_diagonal(similarity, -1)
    near = set(np.flatnonzero(similarity.max(axis=1) >= 0.9))
    assert near  # or else this would show nothing
    grouped = {n for group in talks.duplicates(threshold=0.9).groups for n in group.numbers}
    assert grouped == near | set(range(20)) | set(range(260, 300)) | {
        n + shift for n in near if n < 20 for shift in (260, 280)
    }


def test_neighbors_are_the_nearest_other_texts(talks, embeddings, texts):
    neighbors = talks.neighbors()
    assert neighbors.shape == (300, 15)
    similarity = embeddings @ embeddings[:260].T  # (300, 260): one of each text
    similarity[np.arange(300), [*range(260), *range(20), *range(20)]] = -1
    expected = -np.sort(-similarity, axis=1)[:, :15]
    found = np.take_along_axis(similarity, neighbors, axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)  # float32 sums in two orders


def test_outliers_are_the_passages_farthest_from_their_neighbors(talks, embeddings):
    similarity = np.sort(embeddings[:260] @ embeddings[:260].T, axis=1)[:, -16:-1].mean(axis=1)
    outliers = talks.outliers(n=5)
    assert [outlier.number for outlier in outliers] == np.argsort(similarity)[:5].tolist()
    for outlier in outliers:
        assert outlier.nearest != outlier.number
        cosine = embeddings[outlier.number] @ embeddings[outlier.nearest]
        assert outlier.similarity == pytest.approx(cosine, abs=1e-6)  # sums in two orders


def test_the_order_of_the_file_changes_neither_clusters_nor_names_nor_places(
    talks, emoji, index, tmp_path
):
    order = np.random.default_rng(0).permutation(300)
    assert of_texts(index(emoji.take(order), tmp_path)) == of_texts(talks)


def test_added_rows_are_in_the_next_clusters_and_map(copy, emoji, index, tmp_path):
    sema.open(copy).clusters()
    sema.open(copy).map()
    grown = pa.concat_tables([emoji, pq.read_table(data.path("emoji")).slice(1, 1)])
    talks = index(grown, tmp_path, to=copy)
    assert len(talks.clusters().labels) == len(talks.map().coordinates) == 301


@pytest.mark.parametrize("texts", [["a cat"], ["a cat", "a cat"]])
def test_a_collection_of_one_text_has_one_cluster_and_one_place(tmp_path, index, texts):
    talks = index(texts, tmp_path)
    assert talks.clusters().sizes == [len(texts)]
    assert set(map(tuple, talks.map().coordinates)) == {(0, 0)}
    assert talks.neighbors().shape == (len(texts), 0)
    assert [group.numbers for group in talks.duplicates().groups] == [[0, 1]][: len(texts) - 1]
    assert talks.outliers() == []
    assert [hit.number for hit in talks.search("dog")] == list(range(len(texts)))
    for name in ("map.png", "map.html"):
        talks.draw(tmp_path / name)


def test_a_collection_of_one_passage_has_no_pairs_to_compare_with(tmp_path, index):
    (hit,) = index(["a cat"], tmp_path).search("dog")
    assert hit.percentile is None


# --- results that are kept ---

RESULTS = ["graph", "clusters", "names", "map"]


@pytest.fixture
def count_makes(monkeypatch):
    """Count how often a result is made rather than read."""
    from semascope import structure

    made = []
    for name in ("nearest_neighbors", "nested_clusters", "layout"):
        whole = getattr(structure, name)

        def counted(*args, whole=whole, name=name, **kwargs):
            made.append(name)
            return whole(*args, **kwargs)

        monkeypatch.setattr(structure, name, counted)
    return made


def test_results_are_kept_and_read_again(copy, count_makes):
    first = of_texts(sema.open(copy))
    assert sorted(count_makes) == ["layout", "nearest_neighbors", "nested_clusters"]
    kept = {file.stem for file in (copy / "_derived").glob("*.arrow")}
    assert kept >= set(RESULTS)
    assert of_texts(sema.open(copy)) == first
    assert len(count_makes) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"garbage"),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_bytes(b"\0" * file.stat().st_size),
        lambda file: file.write_bytes((file.parents[1] / "HEAD.json").read_bytes()),
    ],
    ids=["missing", "empty", "garbage", "torn", "NUL", "another file"],
)
def test_results_that_cannot_be_read_are_made_again(copy, count_makes, spoil):
    first = of_texts(sema.open(copy))
    for name in RESULTS:
        spoil(copy / "_derived" / f"{name}.arrow")
    count_makes.clear()
    assert of_texts(sema.open(copy)) == first
    assert sorted(count_makes) == ["layout", "nearest_neighbors", "nested_clusters"]


def test_results_of_another_semascope_are_made_again(copy, count_makes, monkeypatch):
    sema.open(copy).clusters()
    monkeypatch.setattr(derived, "version", lambda _: "99.0")
    count_makes.clear()
    sema.open(copy).clusters()
    assert count_makes == ["nearest_neighbors", "nested_clusters"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no folders that refuse files")
def test_a_folder_that_may_only_be_read_still_answers(copy):
    code = (
        "import sys, semascope as sema\n"
        "talks = sema.open(sys.argv[1])\n"
        "print(len(talks.clusters().labels), len(talks.map().honesty), talks.search('cat')[0].text)"
    )
    command = [sys.executable, "-c", code, str(copy)]
    if os.geteuid() == 0:  # root may write anywhere, unless it gives that up
        if not shutil.which("setpriv"):
            pytest.skip("root can read and write everything, and there is no setpriv")
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    before = sorted(copy.rglob("*"))
    copy.chmod(0o555)
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        copy.chmod(0o755)
    assert found.stdout.startswith("300 300 "), found.stderr
    assert "cat" in found.stdout
    assert sorted(copy.rglob("*")) == before


# --- pictures ---


def test_draw_writes_a_picture(talks, tmp_path):
    talks.draw(tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        assert min(picture.size) > 500


def test_draw_writes_a_drawing_and_a_page_with_the_names_of_the_clusters(talks, tmp_path):
    talks.draw(tmp_path / "map.svg")
    assert (tmp_path / "map.svg").read_text().count("<use ") >= 300  # a mark for each passage
    talks.draw(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert all(name in page for name in talks.clusters().names)
    assert "subgroup" in page


def test_draw_refuses_other_formats_before_it_computes(copy, tmp_path):
    with pytest.raises(InvalidValue, match=r"as \.png, \.svg, \.pdf, \.html, not as 'map\.gif'"):
        sema.open(copy).draw(tmp_path / "map.gif")
    assert not (copy / "_derived").exists()


def test_draw_into_a_missing_folder_is_refused(talks, tmp_path):
    for name in ("map.png", "map.html"):
        with pytest.raises(FileError, match=r"there is no folder .*absent; create it first"):
            talks.draw(tmp_path / "absent" / name)


# --- long texts ---


@pytest.fixture(scope="module")
def speeches(index, tmp_path_factory):
    """Two whole speeches, far longer than the model reads, and a short text between them."""
    passages = pq.read_table(data.path("speeches")).to_pylist()
    whole = {
        name: " \n".join(row["text"] for row in passages if row["speech"] == name)
        for name in ("1790 George Washington", "1936 Franklin D. Roosevelt")
    }
    first, second = ({"text": text, "speech": name} for name, text in whole.items())
    rows = [first, {"text": "A short one.", "speech": "none"}, second]
    return index(pa.Table.from_pylist(rows), tmp_path_factory.mktemp("speeches")), rows


def test_the_passages_of_a_row_are_its_text_to_the_letter(speeches):
    talks, rows = speeches
    stored = talks.to_arrow().to_pylist()
    for number, row in enumerate(rows):
        pieces = [passage for passage in stored if passage["_row"] == number]
        assert "".join(piece["text"] for piece in pieces) == row["text"]
        assert all(row["text"][piece["_start"] :].startswith(piece["text"]) for piece in pieces)
        assert {piece["speech"] for piece in pieces} == {row["speech"]}


def test_the_model_reads_every_passage_whole(speeches, model):
    talks, _ = speeches
    assert max(len(model.tokenizer.encode(text)) for text in talks.texts) <= model.max_tokens


def test_index_counts_rows_passages_and_what_it_split(speeches):
    talks, rows = speeches
    assert (talks.indexed.added, talks.indexed.split) == (len(rows), 2)
    assert talks.indexed.passages == len(talks) > 10


def test_search_finds_the_best_passage_of_each_row_unless_asked_for_all(speeches):
    talks, rows = speeches
    best = talks.search("the duty of the nation", k=10, mode="vector")
    assert sorted(hit.row["speech"] for hit in best) == sorted(row["speech"] for row in rows)
    every = talks.search("the duty of the nation", k=10, mode="vector", passages=True)
    assert len(every) == 10
    assert best[0] == every[0]


def test_rows_that_were_split_are_known_when_they_come_again(speeches, index, tmp_path):
    talks, rows = speeches
    again = index(pa.Table.from_pylist(rows), tmp_path, to=talks.path)
    assert (again.indexed.added, again.indexed.known) == (0, len(rows))
    assert again.version == talks.version


# --- other sources ---


def test_rows_that_a_program_holds_are_indexed_like_a_file(tmp_path, model):
    rows = [{"title": "Moby-Dick", "text": "A whale."}, {"title": "Emma", "text": "A match."}]
    talks = sema.index(rows, text="title,text", to=tmp_path / "books.lance", model=model)
    assert talks.texts == ["Moby-Dick\n\nA whale.", "Emma\n\nA match."]
    again = sema.index(rows, to=tmp_path / "books.lance", model=model)
    assert again.indexed.known == 2


def test_rows_without_a_name_need_a_place_to_go_to(model):
    with pytest.raises(InvalidValue, match="say where the collection shall be"):
        sema.index([{"text": "A whale."}], model=model)


def test_rows_that_cannot_be_parsed_are_left_out_and_named(tmp_path, model):
    (tmp_path / "a.csv").write_text("id,text\n1,one\n2\n3,three\n")
    talks = sema.index(tmp_path / "a.csv", to=tmp_path / "a.lance", model=model)
    assert talks.texts == ["one", "three"]
    assert talks.indexed.skipped == 1
    assert talks.indexed.left_out[0][0] == 3


def test_a_collection_finds_a_model_in_a_folder_again_from_elsewhere(tmp_path, monkeypatch):
    folder, _ = locate(DEFAULT_MODEL)
    (tmp_path / "models").symlink_to(folder.parent, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    near = sema.load(f"models/{folder.name}", precision="f32")
    sema.index([{"text": "A whale."}], to="books.lance", model=near)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sema.open(tmp_path / "books.lance").search("a whale")[0].similarity > 0.9


@pytest.mark.parametrize(
    ("file", "collection"),
    [
        ("my-notes.csv", "my-notes.lance"),
        ("report.v2.csv", "report.v2.lance"),
        ("log.csv.gz", "log.lance"),
    ],
)
def test_a_collection_is_called_like_its_file(tmp_path, monkeypatch, model, file, collection):
    monkeypatch.chdir(tmp_path)
    content = b"text\na whale\n"
    (tmp_path / file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
    assert sema.index(file, model=model).path.name == collection
