"""Exported files, read by other programs: the csv and json modules, pyarrow, pandas, polars."""

import csv
import datetime as dt
import errno
import gzip
import json
import math
from decimal import Decimal

import lance
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import semascope as sema
from semascope.collection import export as export_module
from semascope.collection import guard
from semascope.errors import FileError, InvalidValue

LONG = " ".join(f"Sentence number {n} says that the cat sat on mat {n}." for n in range(120))
TEXTS = [
    "a cat",
    LONG,
    'He said "no, never",\nand\twent; away.',
    "naïve 猫 👩🏽‍🚀 \r\n \u2028 end",
    " spaces at both ends ",
    LONG[::-1],
    "a NUL \0 inside",
    "NULL",
    "a cat",  # again
]
FORMULAS = ["=1+1", "+49 30 1234", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


@pytest.fixture(scope="module")
def rows():
    """Return rows of a text and columns of many types, with gaps."""
    N = len(TEXTS)
    days = [dt.date(2020, 2, 29), None, dt.date(1, 1, 1), *[dt.date(1999, 12, 31)] * (N - 3)]
    times = [dt.datetime(2020, 2, 29, 12, 30), None, dt.datetime(2020, 2, 29, 12, 30, 0, 120_000)]
    return pa.table(
        {
            "year": pa.array([-5, None, *range(N - 2)], pa.int64()),
            "text": pa.array(TEXTS),
            "share": pa.array([0.1, math.nan, None, -1e300, *[2.0] * (N - 4)]),
            "single": pa.array([0.1, None, *[-0.5] * (N - 2)], pa.float32()),
            "name": pa.array(["Ann", "", None, *["Bob"] * (N - 3)]),
            "is_old": pa.array([True, None, *[False] * (N - 2)]),
            "day": pa.array(days),
            "time": pa.array([*times, *[times[0]] * (N - 3)], pa.timestamp("us")),
            "zoned": pa.array([dt.datetime(2020, 2, 29)] * N, pa.timestamp("ms", "UTC")),
            "exact": pa.array([1_000_000_001, None, *[10**9] * (N - 2)], pa.timestamp("ns")),
            "price": pa.array([Decimal("-1.50"), None, *[Decimal("2.00")] * (N - 2)]),
            "tags": pa.array([["a", "=b"], None, [], *[["c"]] * (N - 3)]),
            "place": pa.array([{"lat": -1.5, "on": dt.date(2020, 1, 1)}, None] + [{}] * (N - 2)),
            "bytes": pa.array([b"\xff\x00", None, *[b"\xfb"] * (N - 2)]),
        }
    )


@pytest.fixture(scope="module")
def talks(rows, tmp_path_factory, model):
    return sema.index(rows, text="text", to=tmp_path_factory.mktemp("c") / "a.lance", model=model)


@pytest.fixture
def index(tmp_path, model):
    """Return a function that indexes rows, or a file, into a new collection."""

    def index(source, text="text"):
        number = len(list(tmp_path.glob("*.lance")))
        return sema.index(source, text=text, to=tmp_path / f"new{number}.lance", model=model)

    return index


def read_csv(path, delimiter=","):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_jsonl(path):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    return [json.loads(line, parse_constant=refuse) for line in lines]


def hashes(talks):
    stored = talks.to_arrow()
    return [
        digest
        for digest, start in zip(stored["_hash"], stored["_start"].to_pylist(), strict=True)
        if start == 0
    ]


def shuffle(talks, seed=0):
    """Put the passages of a collection into another order on the disk."""
    stored = talks.to_arrow()
    shuffled = stored.take(np.random.default_rng(seed).permutation(len(stored)))
    with guard.writing(talks.path) as head:
        guard.commit(
            talks.path, head, lambda: lance.write_dataset(shuffled, talks.path, mode="overwrite")
        )
    return sema.open(talks.path)


# --- rows ---


def test_some_rows_of_these_tests_are_several_passages(talks, rows):
    assert len(talks) > rows.num_rows + 4


def test_parquet_holds_the_rows_as_they_were_given(talks, rows, tmp_path):
    made = talks.export(tmp_path / "a.parquet")
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.schema.remove_metadata() == rows.schema
    as_text = found.drop_columns("share").equals(rows.drop_columns("share"))
    assert as_text  # all types, with gaps where there were
    np.testing.assert_array_equal(found["share"].to_numpy(), rows["share"].to_numpy())
    assert found["share"].null_count == 1  # NaN stays NaN
    assert made.lines == rows.num_rows


def test_csv_holds_the_rows_as_the_csv_module_reads_them(talks, rows, tmp_path):
    talks.export(tmp_path / "a.csv", raw=True)
    found = read_csv(tmp_path / "a.csv")
    assert list(found[0]) == rows.column_names
    assert [row["text"] for row in found] == TEXTS
    assert found[0] == {
        "year": "-5",
        "text": "a cat",
        "share": "0.1",
        "single": "0.1",  # not 0.10000000149011612
        "name": "Ann",
        "is_old": "true",
        "day": "2020-02-29",
        "time": "2020-02-29 12:30:00",
        "zoned": "2020-02-29 00:00:00Z",
        "exact": "1970-01-01 00:00:01.000000001",
        "price": "-1.50",
        "tags": '["a", "=b"]',
        "place": '{"lat": -1.5, "on": "2020-01-01"}',
        "bytes": "/wA=",
    }
    assert {value for name, value in found[1].items() if name not in ("text", "zoned")} == {""}
    assert found[2]["time"] == "2020-02-29 12:30:00.12"
    assert float(found[3]["share"]) == -1e300


def test_csv_holds_the_rows_as_pandas_and_polars_read_them(talks, rows, tmp_path):
    talks.export(tmp_path / "a.csv", raw=True)
    frame = pd.read_csv(
        tmp_path / "a.csv",
        keep_default_na=False,  # "NULL" is a text
        na_values={"year": "", "share": "", "time": ""},
        parse_dates=["time"],
        date_format="ISO8601",
    )
    assert frame["text"].tolist() == TEXTS
    np.testing.assert_array_equal(frame["year"], rows["year"].to_numpy())
    np.testing.assert_array_equal(frame["share"], rows["share"].to_numpy())
    times = [None if pd.isna(time) else time.to_pydatetime() for time in frame["time"]]
    assert times == rows["time"].to_pylist()
    assert pl.read_csv(tmp_path / "a.csv")["text"].to_list() == TEXTS


def test_tsv_is_csv_with_tabs(talks, tmp_path):
    for suffix in ("csv", "tsv"):
        talks.export(tmp_path / f"a.{suffix}")
    assert read_csv(tmp_path / "a.tsv", "\t") == read_csv(tmp_path / "a.csv")


def test_json_lines_hold_the_rows(talks, rows, tmp_path):
    talks.export(tmp_path / "a.jsonl")
    found = read_jsonl(tmp_path / "a.jsonl")
    assert list(found[0]) == rows.column_names
    assert [row["text"] for row in found] == TEXTS
    assert found[0] | {"single": 0.1} == {
        "year": -5,
        "text": "a cat",
        "share": 0.1,
        "single": 0.1,
        "name": "Ann",
        "is_old": True,
        "day": "2020-02-29",
        "time": "2020-02-29 12:30:00",
        "zoned": "2020-02-29 00:00:00Z",
        "exact": "1970-01-01 00:00:01.000000001",
        "price": "-1.50",
        "tags": ["a", "=b"],
        "place": {"lat": -1.5, "on": "2020-01-01"},
        "bytes": "/wA=",
    }
    assert np.float32(found[0]["single"]) == np.float32(0.1)
    assert {value for name, value in found[1].items() if name not in ("text", "zoned", "name")} == {
        None
    }  # NaN among them
    assert [found[1]["name"], found[2]["name"]] == ["", None]


def test_numbers_that_json_lacks_are_null_at_any_depth(index, tmp_path):
    odd = {"text": "a", "inf": math.inf, "list": [1.5, math.nan], "map": {"a": [-math.inf]}}
    index(pa.Table.from_pylist([odd])).export(tmp_path / "a.jsonl")
    assert read_jsonl(tmp_path / "a.jsonl") == [
        {"text": "a", "inf": None, "list": [1.5, None], "map": {"a": [None]}}
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_a_file_may_be_compressed(talks, tmp_path, name):
    for suffix in ("", ".gz", ".zst"):
        talks.export(tmp_path / f"{name}{suffix}")
    plain = (tmp_path / name).read_bytes()
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == plain
    with pa.input_stream(tmp_path / f"{name}.zst", compression="zstd") as stream:
        assert stream.read() == plain


def test_categories_are_written_as_what_they_name(index, tmp_path):
    rows = pa.table({"text": ["a", "b"], "kind": pa.array(["x", "=y"]).dictionary_encode()})
    talks = index(rows)
    talks.export(tmp_path / "a.csv")
    assert [row["kind"] for row in read_csv(tmp_path / "a.csv")] == ["x", "'=y"]
    talks.export(tmp_path / "a.jsonl")
    assert [row["kind"] for row in read_jsonl(tmp_path / "a.jsonl")] == ["x", "=y"]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("embeddings", [False, True])
def test_the_size_of_a_block_changes_nothing(talks, tmp_path, monkeypatch, block, embeddings):
    talks.export(tmp_path / "a.jsonl", embeddings=embeddings)
    monkeypatch.setattr(export_module, "BLOCK", block)
    talks.export(tmp_path / "b.jsonl", embeddings=embeddings)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


@pytest.mark.parametrize("embeddings", [False, True])
def test_rows_are_whole_and_in_order_however_their_passages_lie(index, rows, tmp_path, embeddings):
    talks = index(rows)
    talks.export(tmp_path / "a.jsonl", embeddings=embeddings)
    texts = talks.texts
    shuffled = shuffle(talks)
    assert shuffled.texts != texts
    shuffled.export(tmp_path / "b.jsonl", embeddings=embeddings)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_text_that_joins_columns_is_left_to_them(index, tmp_path):
    rows = pa.table({"title": ["Cats", None], "body": [LONG, "a dog"]})
    talks = index(rows, text="title,body")
    talks.export(tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").equals(rows)
    talks.export(tmp_path / "b.parquet", embeddings=True)
    assert pq.read_table(tmp_path / "b.parquet")["title+body"].to_pylist() == talks.texts


# --- index again ---


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.jsonl"])
def test_an_export_is_known_to_its_collection(index, tmp_path, name):
    nobody = "" if name == "a.csv" else None  # which an empty cell of CSV cannot tell apart
    rows = {"text": TEXTS, "n": list(range(len(TEXTS))), "name": ["Ann", nobody, *["Bob"] * 7]}
    talks = index(pa.table(rows))
    talks.export(tmp_path / name, raw=True)
    again = sema.index(tmp_path / name, to=talks.path, model=talks.encoder)
    assert (again.indexed.added, again.indexed.known) == (0, len(TEXTS))


def test_parquet_indexed_again_gives_the_same_rows(talks, index, tmp_path):
    talks.export(tmp_path / "a.parquet")
    again = index(tmp_path / "a.parquet")
    assert hashes(again) == hashes(talks)
    assert again.texts == talks.texts


def test_json_lines_indexed_again_give_the_same_rows(index, tmp_path):
    rows = [
        {"text": text, "n": n, "x": n / 3, "flag": n % 2 == 0, "tags": ["a", str(n)], "name": None}
        for n, text in enumerate(TEXTS)
    ]
    rows[0]["name"] = "Ann"
    talks = index(pa.Table.from_pylist(rows))
    talks.export(tmp_path / "a.jsonl")
    again = index(tmp_path / "a.jsonl")
    assert hashes(again) == hashes(talks)
    assert again.texts == talks.texts


def test_csv_indexed_again_gives_the_same_texts(talks, index, tmp_path):
    talks.export(tmp_path / "a.csv", raw=True)
    assert index(tmp_path / "a.csv").texts == talks.texts


# --- embeddings ---


@pytest.fixture
def passages(talks):
    """Return what a line of each passage must hold."""
    stored = talks.to_arrow()
    return [
        {"text": text, "_row": row, "_start": start, "name": name}
        for text, row, start, name in zip(
            talks.texts,
            stored["_row"].to_pylist(),
            stored["_start"].to_pylist(),
            stored["name"].to_pylist(),
            strict=True,
        )
    ]


def test_embeddings_in_parquet_are_a_list_of_fixed_size(talks, passages, tmp_path):
    made = talks.export(tmp_path / "a.parquet", embeddings=True)
    found = pq.read_table(tmp_path / "a.parquet")
    assert found.column_names == [*talks.columns, "_row", "_start", "_embedding"]
    assert found.schema.field("_embedding").type == pa.list_(pa.float32(), 384)
    assert found.select(["text", "_row", "_start", "name"]).to_pylist() == passages
    matrix = np.stack(pd.read_parquet(tmp_path / "a.parquet")["_embedding"])
    np.testing.assert_array_equal(matrix, talks.embeddings)
    assert made.lines == len(talks)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
def test_embeddings_in_text_are_json_to_the_last_bit(talks, passages, tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    talks.export(path, embeddings=True, raw=True)
    if suffix == "jsonl":
        found = read_jsonl(path)
    else:
        found = read_csv(path, "," if suffix == "csv" else "\t")
        for row in found:
            row["_embedding"] = json.loads(row["_embedding"])
    assert list(found[0]) == [*talks.columns, "_row", "_start", "_embedding"]
    matrix = np.array([row["_embedding"] for row in found], np.float32)
    np.testing.assert_array_equal(matrix, talks.embeddings)
    assert [int(row["_row"]) for row in found] == [passage["_row"] for passage in passages]


def test_pieces_begin_where_they_say(talks, tmp_path):
    talks.export(tmp_path / "a.jsonl")
    talks.export(tmp_path / "b.jsonl", embeddings=True)
    whole = [row["text"] for row in read_jsonl(tmp_path / "a.jsonl")]
    for piece in read_jsonl(tmp_path / "b.jsonl"):
        assert whole[piece["_row"]].startswith(piece["text"], piece["_start"])


# --- spreadsheets ---


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_spreadsheet_finds_no_formula(index, tmp_path, suffix):
    N = len(FORMULAS)
    rows = {"text": FORMULAS, "=n": list(range(-N, 0)), "x": [-0.5] * N, "note": FORMULAS[::-1]}
    rows["bytes"] = pa.array([b"\xfb\xef"] * N)  # "++8=" in base64
    talks = index(pa.table(rows))
    made = talks.export(tmp_path / f"a.{suffix}")
    found = read_csv(tmp_path / f"a.{suffix}", "," if suffix == "csv" else "\t")
    assert [row["text"] for row in found] == [f"'{text}" for text in FORMULAS]
    assert [row["note"] for row in found] == [f"'{text}" for text in FORMULAS[::-1]]
    assert [row["'=n"] for row in found] == [str(n) for n in range(-N, 0)]  # numbers stay
    assert [row["x"] for row in found] == ["-0.5"] * N
    assert [row["bytes"] for row in found] == ["'++8="] * N
    assert made.escaped == 3 * N + 1


def test_text_that_is_no_formula_stays_as_it_is(index, tmp_path):
    texts = ["a=1", " =1", "'=1", "a\n=1", "–1", "1+1"]
    made = index(pa.table({"text": texts})).export(tmp_path / "a.csv")
    assert [row["text"] for row in read_csv(tmp_path / "a.csv")] == texts
    assert made.escaped == 0


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_raw_leaves_text_as_it_is(index, tmp_path, name):
    index(pa.table({"text": FORMULAS})).export(tmp_path / name, raw=True)
    again = index(tmp_path / name)
    assert again.texts == FORMULAS


@pytest.mark.parametrize("embeddings", [False, True])
def test_a_quote_opens_no_new_cell(index, tmp_path, embeddings):
    text = '=1+2";=1+2'  # OWASP's example
    index(pa.table({"text": [text]})).export(tmp_path / "a.csv", embeddings=embeddings)
    assert '\n"\'=1+2"";=1+2"' in (tmp_path / "a.csv").read_text()


# --- whole or not at all ---


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("before", [None, b"what was there"])
def test_a_full_disk_leaves_what_was_there(talks, tmp_path, monkeypatch, name, before):
    path = tmp_path / name
    if before:
        path.write_bytes(before)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for kind in (export_module._Delimited, export_module._JsonLines, export_module._Parquet):
        monkeypatch.setattr(kind, "write", full)
    with pytest.raises(FileError, match=f"cannot write .*{name}: No space left on device"):
        talks.export(path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([before] if before else [])


def test_an_interrupted_export_leaves_what_was_there(talks, tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "BLOCK", 2)
    (tmp_path / "a.csv").write_bytes(b"before")

    def stop(done, total):
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        talks.export(tmp_path / "a.csv", on_progress=stop)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]


def test_a_file_is_replaced_when_all_is_written(talks, tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "BLOCK", 2)
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    seen = []
    talks.export(path, on_progress=lambda *_: seen.append(path.read_bytes()))
    assert len(seen) > 2
    assert set(seen) == {b"before"}
    assert len(read_csv(path)) == len(TEXTS)


@pytest.mark.parametrize("embeddings", [False, True])
def test_progress_counts_lines(talks, tmp_path, monkeypatch, embeddings):
    monkeypatch.setattr(export_module, "BLOCK", 2)
    seen = []
    made = talks.export(
        tmp_path / "a.csv", embeddings=embeddings, on_progress=lambda *at: seen.append(at)
    )
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert {total for _, total in seen} == {made.lines}
    assert seen[-1] == (made.lines, made.lines)
    assert made.lines == (len(talks) if embeddings else len(TEXTS))


@pytest.mark.parametrize("name", ["a", "a.xlsx", "a.gz", "a.parquet.gz", "a.csv.bz2"])
def test_another_format_is_an_error_that_names_those_there_are(talks, tmp_path, name):
    with pytest.raises(InvalidValue, match=rf"\.csv, \.tsv or \.jsonl.*\.parquet.*'{name}'"):
        talks.export(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_a_folder_are_errors(talks, tmp_path):
    with pytest.raises(FileError, match=r"there is no folder .*absent; create it first"):
        talks.export(tmp_path / "absent" / "a.csv")
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(FileError, match=r"a\.csv: it is a folder; choose another path"):
        talks.export(tmp_path / "a.csv")
