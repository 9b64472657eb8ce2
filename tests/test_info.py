"""What a collection says of itself, and what `semascope info` and `export` print."""

import json
import re
import time

import pyarrow as pa
import pytest
from click.testing import CliRunner

import semascope as sema
from semascope.cli import main
from semascope.collection.info import PROMISES

LONG = " ".join(f"Sentence number {n} says that the cat sat on mat {n}." for n in range(120))
ROWS = pa.table(
    {
        "year": pa.array([1, None, 3], pa.int16()),
        "title": ["Cats", LONG, "=1+1"],
        "body": ["a cat", "a dog", LONG],
        "on": pa.array([0, 1, 2], pa.timestamp("us")),
    }
)


@pytest.fixture
def index(tmp_path, model, monkeypatch):
    """Return a function that indexes the rows as a.lance in the current folder."""
    monkeypatch.chdir(tmp_path)

    def index(text="body", **options):
        return sema.index(ROWS, text=text, to="a.lance", model=model, **options)

    return index


def run(*arguments):
    found = CliRunner().invoke(main, arguments, prog_name="semascope")
    assert found.exit_code == 0, found.output
    return found


def test_rows_passages_and_those_that_were_split_are_counted(index):
    about = index().info()
    assert (about.rows, about.split, about.cut) == (3, 1, 0)
    assert about.passages == len(sema.open("a.lance"))
    assert about.passages > 5


def test_rows_that_were_not_read_to_the_end_are_counted(index):
    about = index(passages=False).info()
    assert (about.rows, about.passages, about.split, about.cut) == (3, 3, 0, 1)
    text = " ".join(run("info", "a.lance").stdout.split())
    assert "Rows 3 1 are longer than the model reads: their ends are not embedded" in text


def test_joined_columns_are_named(index):
    about = index(text="title,body").info()
    assert (about.text, about.joins, about.split) == ("title+body", ("title", "body"), 2)


def test_columns_have_their_types(index):
    assert index().info().columns == {
        "year": "int16",
        "title": "string",
        "body": "string",
        "on": "timestamp[us]",
    }


def test_the_model_is_that_of_the_embeddings(index, model):
    about = index().info()
    assert about.model == {
        "name": model.name,
        "revision": model.revision,
        "precision": "f32",
        "dim": 384,
    }
    assert PROMISES.keys() == {"f32", "bf16", "int8"}


def test_sizes_add_up_to_all_files(index):
    talks = index()
    before = talks.info().size
    talks.clusters()
    after = talks.info().size
    files = [file for file in talks.path.rglob("*") if file.is_file()]
    assert sum(after.values()) == sum(file.stat().st_size for file in files)
    assert after["derived"] > before["derived"]
    assert after["table"] == before["table"] > 10_000
    assert after["indexes"] == before["indexes"] > 0


def test_it_was_changed_when_it_was_committed(index):
    before = time.time()
    about = index().info()
    assert before - 1 < about.changed.timestamp() < time.time() + 1  # clocks of file systems
    assert about.version == sema.open("a.lance").version


def test_indexes_are_named_by_their_columns(index):
    talks = index()
    stored = talks.info().indexes
    assert "body" in stored
    assert "_embedding" not in stored  # few passages are compared one by one


def test_no_embeddings_are_read(index, monkeypatch):
    talks = index()
    read = []
    take = type(talks._snapshot).read
    monkeypatch.setattr(
        type(talks._snapshot),
        "read",
        lambda self, **scan: read.extend(scan["columns"]) or take(self, **scan),
    )
    talks.info()
    assert read == ["_row"]


def test_info_prints_every_fact_in_a_column(index):
    talks = index(text="title,body")
    lines = run("info", "a.lance").stdout.splitlines()
    names = [line[:16].strip() for line in lines if line[:16].strip()]
    assert names == [
        "Rows",
        "Passages",
        "Text",
        "Columns",
        "Model",
        "Embeddings",
        "Search indexes",
        "Neighbor graph",
        "On disk",
        "Version",
    ]
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "Rows 3 2 are longer than the model reads" in text
    assert f"Passages {len(talks)}: " in text
    assert "title+body: the columns title, body, joined" in text
    assert "year (whole numbers), title (text), body (text), on (dates with times)" in text
    assert "384 numbers for each passage, f32 exact: sentence-transformers' embeddings" in text
    assert re.search(r"On disk \d[\d.]* [kM]B: rows and embeddings ", text)


def test_info_says_what_share_of_the_true_neighbors_the_graph_has(index):
    talks = index()
    assert talks.info().recall is None
    assert "Neighbor graph  none yet: " in run("info", "a.lance").stdout
    talks.clusters()
    assert talks.info().recall == 1
    assert "Neighbor graph  100.0% of the true nearest found\n" in run("info", "a.lance").stdout


def test_info_names_the_key(index):
    index(key="on")
    assert "\nKey             on: a row that comes again" in run("info", "a.lance").stdout


def test_info_for_machines(index):
    talks = index()
    (line,) = run("info", "a.lance", "--json").stdout.splitlines()
    found = json.loads(line)
    about = talks.info()
    assert found.keys() == vars(about).keys()
    assert found["columns"] == about.columns
    assert (found["rows"], found["passages"]) == (3, len(talks))
    assert found["size"] == about.size


@pytest.mark.parametrize(
    ("options", "made"), [([], "3 rows"), (["--embeddings"], "{N} passages with their embeddings")]
)
def test_export_tells_what_it_made(index, options, made):
    N = len(index())
    found = run("export", "a.lance", "--to", "a.jsonl", *options)
    assert found.stdout == f"a.jsonl: {made.format(N=N)} of a.lance\n"
    assert found.stderr == ""


def test_export_tells_which_cells_it_changed(index):
    index()
    found = run("export", "a.lance", "--to", "a.csv")
    assert found.stdout == "a.csv: 3 rows of a.lance\n"
    assert found.stderr.endswith("given an apostrophe: 1 (--raw leaves them)\n")
    assert run("export", "a.lance", "--to", "a.csv", "--raw").stderr == ""
