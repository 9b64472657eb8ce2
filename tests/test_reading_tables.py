"""Excel, and what Python programs hold: frames, tables, streams, dicts."""

import datetime
import gc

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from semascope.errors import FileError, InvalidValue
from semascope.reading import open_source

ROWS = [{"text": "a cat", "n": 1}, {"text": None, "n": 2}, {"text": "猫", "n": None}]


def read(source, **options):
    return [row for batch in open_source(source, **options).batches(2) for row in batch.to_pylist()]


# --- Excel ---


@pytest.fixture
def workbook(tmp_path):
    """Return a function that writes rows of cells as the first of two sheets."""

    def workbook(*rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.create_sheet("second").append(["not read"])
        book.save(tmp_path / "rows.xlsx")
        return tmp_path / "rows.xlsx"

    return workbook


def test_cells_keep_their_kinds(workbook):
    day, time = datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5)
    row = {"text": "a cat", "day": day, "time": time, "n": 7, "x": 1.5, "yes": True}
    path = workbook(list(row), list(row.values()), ["b"], [None, day, time, 8, 2, False])
    assert read(path) == [
        row,
        {"text": "b"} | dict.fromkeys(list(row)[1:]),
        row | {"text": None, "n": 8, "x": 2.0, "yes": False},
    ]


def test_dates_among_times_are_times(workbook):
    day, time = datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5)
    path = workbook(["text", "at"], ["a", day], ["b", time], ["c", None])
    midnight = datetime.datetime(2020, 1, 2)
    assert [row["at"] for row in read(path)] == [midnight, time, None]


def test_cells_of_several_kinds_are_text(workbook):
    path = workbook(
        ["text", "v"], ["a", 1], ["b", "x"], ["c", 1.5], ["d", datetime.date(2020, 1, 2)]
    )
    assert [row["v"] for row in read(path)] == ["1", "x", "1.5", "2020-01-02"]


def test_empty_rows_are_no_rows_and_an_empty_name_is_made_up(workbook):
    path = workbook([], ["text", None, "n"], [], ["a", "b", 1], [None], ["c", None, 2])
    assert read(path) == [
        {"text": "a", "column_2": "b", "n": 1},
        {"text": "c", "column_2": None, "n": 2},
    ]


def test_a_sheet_without_names_or_rows_or_with_a_name_twice_is_refused(workbook):
    with pytest.raises(FileError, match=r"rows\.xlsx is empty; expected names of columns in its"):
        open_source(workbook())
    with pytest.raises(FileError, match=r"rows\.xlsx has no rows"):
        open_source(workbook(["text"]))
    with pytest.raises(FileError, match=r"rows\.xlsx has two columns of one name: text, text"):
        open_source(workbook(["text", "text"], ["a", "b"]))


# --- Arrow files ---


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_files_of_many_batches_are_read(tmp_path, compression):
    table = pa.table({"text": [f"row {i}" for i in range(1000)], "n": range(1000)})
    feather.write_feather(table, tmp_path / "rows.feather", compression, chunksize=7)
    source = open_source(tmp_path / "rows.feather")
    assert source.count_rows() == 1000
    assert pa.concat_tables(source.batches(64)).equals(table)


@pytest.mark.parametrize("kept", [100, 600, -1])
def test_a_truncated_arrow_file_is_refused(tmp_path, kept):
    path = tmp_path / "rows.arrow"
    feather.write_feather(pa.table({"text": [f"row {i}" for i in range(100)]}), path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(FileError, match=r"rows\.arrow cannot be read: .*Arrow file|too small"):
        read(path)


# --- what Python programs hold ---


@pytest.mark.parametrize(
    "hold",
    [
        pd.DataFrame,
        pl.DataFrame,
        pa.Table.from_pylist,
        lambda rows: pa.Table.from_pylist(rows).to_reader(),
        pa.RecordBatch.from_pylist,
        list,
        iter,
        lambda rows: (dict(row) for row in rows),
    ],
)
def test_whatever_holds_the_rows_gives_them_again_and_again(hold):
    source = open_source(hold(ROWS))
    assert source.count_rows() == 3
    for _ in range(2):
        (table,) = source.batches(10)
        assert table["text"].to_pylist() == ["a cat", None, "猫"]
        assert table["n"].to_pylist() == [1, 2, None]


def test_an_index_that_pandas_made_is_left_out_and_one_with_a_name_kept(tmp_path):
    frame = pd.DataFrame({"text": ["a", "b", "c"], "n": [5, 1, 7]})
    some = frame[frame.n > 1]
    some.to_parquet(tmp_path / "some.parquet")
    assert read(some) == read(tmp_path / "some.parquet") == some.to_dict("records")
    assert read(frame.set_index("n")) == frame.to_dict("records")


def test_categories_are_their_values():
    values = ["x", None, "y", "x"]
    for frame in (
        pd.DataFrame({"text": pd.Categorical(values)}),
        pl.DataFrame({"text": pl.Series(values, dtype=pl.Categorical)}),
        pl.DataFrame({"text": pl.Series(values, dtype=pl.Enum(["x", "y"]))}),
        pa.table({"text": pa.array(values).dictionary_encode()}),
    ):
        assert [row["text"] for row in read(frame)] == values


def test_strings_are_rows_with_a_text():
    assert read(["a", "b"]) == [{"text": "a"}, {"text": "b"}]


def test_nan_is_missing_and_half_a_character_a_mark():
    source = open_source([{"text": "a\ud800"}, {"text": float("nan")}, {"text": "b"}])
    assert [row["text"] for row in next(source.batches(3)).to_pylist()] == ["a�", None, "b"]
    assert source.damaged.first == [(1, "half a character (a lone surrogate) became �")]


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], FileError, "the list given has no rows"),
        ([{"text": "a"}, 7], InvalidValue, "row 2 is int; expected a dict or a string"),
        ([{1: "a"}], InvalidValue, "row 1 has a column 1; expected a string as its name"),
        ({"text": ["a"]}, InvalidValue, "not dict"),
        (b"text", InvalidValue, "not bytes"),
        (
            pa.table([["a"], ["b"]], ["x", "x"]),
            FileError,
            "Table given has two columns of one name",
        ),
        (pa.table({"n": [1]}), FileError, "the Table given has no column of text; it has n"),
        (pa.table({"text": pa.array([], "string")}), FileError, "has no rows below its names"),
        (
            pd.DataFrame({"text": ["a", 1]}, dtype=object),
            FileError,
            "the DataFrame given cannot be",
        ),
    ],
)
def test_what_holds_no_rows_of_text_is_refused(rows, error, message):
    with pytest.raises(error, match=message):
        open_source(rows)


def test_a_stream_is_copied_to_a_file_that_goes_with_its_source(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = open_source(pa.table({"text": ["a"]}).to_reader())
    assert len(list(tmp_path.iterdir())) == 1
    del source
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_parquet_columns_of_many_types_come_through(tmp_path):
    table = pa.table(
        {
            "text": ["a"],
            "bytes": [b"\xff"],
            "list": [[1, None]],
            "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
            "time": pa.array([0], pa.timestamp("ns", "UTC")),
            "view": pa.array(["v"], pa.string_view()),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    assert read(tmp_path / "rows.parquet") == table.to_pylist()
