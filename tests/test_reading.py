"""Files of text: every row in its order, and an error that says what is wrong with the file."""

import gc
import gzip
import io
import json
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from semascope.errors import ColumnNotFound, FileError, InvalidValue
from semascope.reading import open_source
from semascope.reading.delimited import LONGEST as BLOCK

ROWS = [
    {"id": 1, "text": "a cat sat"},
    {"id": 2, "text": "two\nlines, and “quotes”"},
    {"id": 3, "text": "猫が座った 🐈"},
    {"id": 4, "text": "  spaces  "},
    {"id": 5, "text": 'she said "no", and left'},
]


def as_csv(rows):
    def quoted(text):
        return '"' + str(text).replace('"', '""') + '"'

    return "\n".join([",".join(rows[0]), *(",".join(map(quoted, r.values())) for r in rows)])


def as_json_lines(rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file as its name says: rows, or text or bytes as given."""

    def write(name, content):
        path = tmp_path / name
        if path.suffix == ".parquet" and isinstance(content, list):
            pq.write_table(pa.Table.from_pylist(content), path)
            return path
        if isinstance(content, list):
            content = as_csv(content) if path.suffix == ".csv" else as_json_lines(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, text=None, size=100):
    source = open_source(path, text=text)
    return [row for batch in source.batches(size) for row in batch.to_pylist()]


# --- rows ---


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.parquet", "ROWS.CSV"])
def test_every_format_gives_the_same_rows_in_their_order(write, name):
    path = write(name, ROWS if name.islower() else as_csv(ROWS))
    assert read(path) == ROWS
    assert open_source(path).count_rows() == len(ROWS)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.parquet"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_batches_have_the_wanted_size_and_the_last_one_the_rest(write, name, size):
    rows = [{"id": i, "text": f"row {i}"} for i in range(1000)]
    file = open_source(write(name, rows))
    batches = list(file.batches(size))
    rest = [1000 % size] if 1000 % size else []
    assert [batch.num_rows for batch in batches] == [size] * (1000 // size) + rest
    assert pa.concat_tables(batches)["id"].to_pylist() == list(range(1000))


def test_parquet_row_groups_of_any_size_join_into_batches(tmp_path):
    table = pa.table({"text": [str(i) for i in range(100)]})
    pq.write_table(table, tmp_path / "groups.parquet", row_group_size=7)
    batches = list(open_source(tmp_path / "groups.parquet").batches(30))
    assert [batch.num_rows for batch in batches] == [30, 30, 30, 10]
    assert pa.concat_tables(batches)["text"].to_pylist() == table["text"].to_pylist()


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_rows_on_the_edge_between_two_blocks_come_once_and_whole(write, name):
    rows = [{"id": i, "text": f"{i} " + "word\n" * 200} for i in range(BLOCK // 1000 + 500)]
    path = write(name, rows)
    assert path.stat().st_size > BLOCK
    assert read(path, size=5000) == rows


@pytest.mark.parametrize("name", ["long.csv", "long.jsonl", "long.parquet"])
@pytest.mark.parametrize("before", [0, 3])
def test_a_text_of_four_million_characters_is_read_whole(write, name, before):
    # Arrow's own blocks have 1 MB.
    rows = [*ROWS[:before], {"id": 9, "text": "word " * 800_000}, ROWS[0]]
    assert read(write(name, rows)) == rows


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("text", ["a cat", "word " * (BLOCK // 5)])
def test_a_file_of_one_row_of_json_is_read_whether_or_not_its_line_ends(write, text, end):
    # Arrow's stream gives nulls where the first block holds no end of a line.
    row = {"text": text}
    assert read(write("one.jsonl", as_json_lines([row]) + end)) == [row]


def test_a_byte_order_mark_is_no_part_of_the_first_name(write):
    assert read(write("excel.csv", b"\xef\xbb\xbftext,id\na cat,1\n")) == [
        {"text": "a cat", "id": 1}
    ]


def test_missing_values_are_none(write):
    assert read(write("rows.jsonl", '{"text": null, "id": 1}\n\n{"text": "b"}\n')) == [
        {"text": None, "id": 1},
        {"text": "b", "id": None},
    ]


# --- the text column ---


@pytest.mark.parametrize(
    ("row", "text", "guessed"),
    [
        ({"body": "short", "title": "much longer than short"}, "title", True),
        ({"text": "short", "title": "much longer than short"}, "text", True),
        ({"Text": "short", "title": "much longer than short"}, "title", True),
        ({"year": 1936_1936_1936_1936, "title": "short"}, "title", True),
    ],
)
def test_the_text_column_is_the_one_so_named_or_else_the_longest(write, row, text, guessed):
    for name in ("rows.csv", "rows.jsonl", "rows.parquet"):
        file = open_source(write(name, [row]))
        assert (file.text, file.guessed) == (text, guessed)


def test_a_named_text_column_is_taken_and_not_called_a_guess(write):
    file = open_source(write("rows.csv", [{"text": "longer", "title": "short"}]), text="title")
    assert (file.text, file.guessed) == ("title", False)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_both_kinds_of_arrow_strings_are_text(tmp_path, kind):
    pq.write_table(pa.table({"text": pa.array(["a"], kind)}), tmp_path / "strings.parquet")
    assert read(tmp_path / "strings.parquet") == [{"text": "a"}]


def test_a_missing_column_is_refused_with_those_there_are(write):
    with pytest.raises(ColumnNotFound, match=r"rows\.csv has no column 'body'; it has id, text$"):
        open_source(write("rows.csv", ROWS), text="body")


def test_a_column_of_numbers_is_refused_as_text(write):
    with pytest.raises(FileError, match=r"column 'id' of .*rows\.csv holds int64, not text"):
        open_source(write("rows.csv", ROWS), text="id")


def test_a_file_of_numbers_alone_has_no_column_of_text(write):
    with pytest.raises(FileError, match=r"has no column of text; it has id, year"):
        open_source(write("rows.csv", "id,year\n1,1936\n"))


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "empty.csv is empty; expected names of columns and rows"),
        ("blank.csv", "\n\n", "blank.csv is empty; expected names of columns and rows"),
        ("header.csv", "id,text\n", "header.csv has no rows below its names of columns, id, text"),
        ("empty.jsonl", "", "empty.jsonl is empty; expected objects"),
        ("blank.jsonl", "\n \n", "blank.jsonl is empty; expected objects"),
        ("none.json", "[]", "none.json has no rows; expected one at least"),
        ("empty.parquet", "", "empty.parquet cannot be read: .*0 bytes"),
        ("twice.csv", "text,text\na,b\n", "twice.csv has two columns of one name: text, text"),
        (
            "ragged.csv",
            "id,text\n1\n",
            "no row that can be read; Row #2: Expected 2 columns, got 1",
        ),
        ("notes.doc", "a cat", r"notes.doc is not one of \.csv, .*\.htm, also in .*convert it"),
        ("notes", "a cat", "notes is not one of"),
        ("torn.json", '[{"text": "a"}, {"te', "torn.json cannot be read: Unterminated string"),
        ("deep.json", "[" * 100_000, "deep.json cannot be read: objects are nested too deep"),
        ("word.json", '"a cat"', "word.json holds no object; expected an array of objects"),
        ("two.json", '{"a": [{}], "b": [{}]}', "several arrays of objects: a, b; keep one"),
        ("rows.csv.gz", b"id,text", r"rows\.csv\.gz cannot be read: zlib inflate failed"),
        ("rows.jsonl.zst", b"id,text", r"rows\.jsonl\.zst cannot be read: ZSTD"),
        ("rows.xlsx", b"PK\3\4junk", "rows.xlsx cannot be read: Cannot detect file format"),
        ("rows.arrow", b"ARROW1\0\0junk", "rows.arrow cannot be read: File is too small"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(write, name, content, message):
    with pytest.raises(FileError, match=message):
        read(write(name, content))


@pytest.mark.parametrize("kept", [10, 100, -1])
def test_a_truncated_parquet_file_is_refused(write, kept):
    path = write("rows.parquet", ROWS)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(FileError, match=r"rows\.parquet cannot be read: Parquet magic bytes"):
        read(path)


def test_a_parquet_file_with_strings_that_are_not_utf_8_is_refused(tmp_path):
    buffers = pa.array([b"caf\xe9"]).buffers()
    pq.write_table(
        pa.table({"text": pa.Array.from_buffers(pa.string(), 1, buffers)}), tmp_path / "a.parquet"
    )
    with pytest.raises(FileError, match=r"a\.parquet cannot be read: Invalid UTF8"):
        read(tmp_path / "a.parquet")


def test_a_parquet_file_with_two_columns_of_one_name_is_refused(tmp_path):
    table = pa.table([["a"], ["b"]], names=["text", "text"])
    pq.write_table(table, tmp_path / "twice.parquet")
    with pytest.raises(FileError, match=r"twice\.parquet has two columns of one name: text, text"):
        open_source(tmp_path / "twice.parquet")


@pytest.mark.parametrize("name", ["rows.csv.gz", "rows.jsonl.gz", "rows.csv.zst", "rows.jsonl.zst"])
@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_truncated_compressed_file_is_refused(tmp_path, name, share):
    content = "".join(f"{number * number % 9973}\n" for number in range(100_000)).encode()
    packed = gzip.compress(content) if name.endswith("gz") else zstd(content)
    (tmp_path / name).write_bytes(packed[: int(len(packed) * share)])
    with pytest.raises(FileError, match=rf"{name} cannot be read: Truncated compressed stream"):
        read(tmp_path / name)


def test_what_is_no_file_is_told(tmp_path):
    with pytest.raises(FileError, match=r"^no file .*absent\.csv$"):
        open_source(tmp_path / "absent.csv")
    with pytest.raises(FileError, match=r"holds no \.txt, \.md, .*; name a folder that has some"):
        open_source(tmp_path)
    with pytest.raises(InvalidValue, match=r"rows come from a path, .*, not int"):
        open_source(5)


# --- compressed, and from standard input ---


def zstd(content):
    return pa.compress(content, codec="zstd", asbytes=True)


PACKINGS = {"": bytes, ".gz": gzip.compress, ".zst": zstd}
SUFFIXES = [".csv", ".tsv", ".jsonl", ".json", ".xlsx", ".parquet", ".feather", ".arrow"]


@pytest.fixture
def written(tmp_path):
    """Return a function that gives rows as bytes of a format, from the library people use."""

    def written(suffix):
        path = tmp_path / f"written{suffix}"
        frame = pd.DataFrame(ROWS)
        match suffix:
            case ".csv" | ".tsv":
                frame.to_csv(path, index=False, sep="," if suffix == ".csv" else "\t")
            case ".jsonl" | ".json":
                frame.to_json(path, orient="records", lines=suffix == ".jsonl")
            case ".xlsx":
                frame.to_excel(path, index=False)
            case ".parquet":
                frame.to_parquet(path)
            case ".feather":
                frame.to_feather(path)
            case ".arrow":
                with pa.ipc.new_stream(path, pa.Table.from_pandas(frame).schema) as stream:
                    stream.write(pa.Table.from_pandas(frame))
        return path.read_bytes()

    return written


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_is_read_packed_or_not(tmp_path, written, suffix, packing):
    path = tmp_path / f"rows{suffix}{packing}"
    path.write_bytes(PACKINGS[packing](written(suffix)))
    assert read(path) == ROWS
    assert open_source(path).count_rows() == len(ROWS)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_standard_input_is_told_by_its_beginning(written, monkeypatch, suffix, packing):
    content = PACKINGS[packing](written(suffix))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    source = open_source("-")
    assert source.name == "standard input"
    assert [row for batch in source.batches(2) for row in batch.to_pylist()] == ROWS


def test_one_object_of_many_lines_comes_from_standard_input_too(monkeypatch):
    content = json.dumps({"data": ROWS}, indent=2).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read("-") == ROWS


def test_a_temporary_copy_goes_with_its_source(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"text\na cat\n")))
    source = open_source("-")
    assert len(list(tmp_path.iterdir())) == 1
    del source
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_opening_a_csv_imports_no_other_format():
    code = """if True:
        import sys, tempfile, pathlib
        path = pathlib.Path(tempfile.mkdtemp()) / "rows.csv"
        path.write_text("text\\na cat\\n")
        from semascope.reading import open_source
        list(open_source(path).batches(10))
        print(*sys.modules)  # pandas may be among them: Arrow looks for it
    """
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in modules.stdout.split()}
    unwanted = {"charset_normalizer", "lance", "markdown_it", "python_calamine"}
    assert not loaded & (unwanted | {"openpyxl", "polars", "selectolax"})
    assert "pyarrow.dataset" not in modules.stdout.split()


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.jsonl", "rows.parquet"])
def test_a_program_may_end_in_the_middle_of_a_file(write, name):
    # Arrow's CSV reader runs ahead on a thread, and would end the program by an abort.
    rows = [{"id": i, "text": f"row {i}"} for i in range(100_000)]
    path = write(name, gzip.compress(as_csv(rows).encode()) if name.endswith("gz") else rows)
    code = f"""if True:
        from semascope.reading import open_source
        batches = open_source({str(path)!r}).batches(10)
        print(next(batches)["id"][9])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("9\n", "", 0)


# --- several columns as one ---


@pytest.mark.parametrize(
    "text", ["title,text", "title + text", "title+text", ["title", "text"], ("title", "text")]
)
def test_several_columns_are_joined_by_a_blank_line(write, text):
    rows = [
        {"title": "Cats", "text": "They sit."},
        {"title": None, "text": "alone"},
        {"title": " ", "text": "too"},
        {"title": None, "text": None},
    ]
    source = open_source(write("rows.jsonl", rows), text=text)
    assert (source.text, source.guessed) == ("title+text", False)
    (table,) = source.batches(10)
    assert table.schema.equals(source.schema)
    assert table["title+text"].to_pylist() == ["Cats\n\nThey sit.", "alone", "too", None]
    assert table.select(["title", "text"]).to_pylist() == rows


def test_numbers_and_dates_may_be_joined_to_a_text(write):
    path = write("rows.csv", "year,day,text\n1936,2020-01-02,a\n,,b\n")
    source = open_source(path, text="year,day,text")
    assert next(source.batches(2))[source.text].to_pylist() == ["1936\n\n2020-01-02\n\na", "b"]


def test_a_column_whose_name_has_a_comma_is_one_column(write):
    path = write("rows.jsonl", [{"title": "a", "text": "b", "title,text": "c"}])
    assert open_source(path, text="title,text").text == "title,text"
    assert read(path, "title,text")[0]["title,text"] == "c"


def test_the_missing_one_of_several_columns_is_named(write):
    with pytest.raises(ColumnNotFound, match=r"has no column 'body'; it has id, text$"):
        open_source(write("rows.csv", ROWS), text="text,body")
    with pytest.raises(FileError, match=r"column 'o' of .* holds struct.*, not text"):
        open_source(write("rows.jsonl", [{"text": "a", "o": {"a": 1}}]), text="text,o")
