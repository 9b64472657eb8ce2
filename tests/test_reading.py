"""Files of text: every row in its order, and an error that says what is wrong with the file."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from semascope.collection.reading import BLOCK, open_file
from semascope.errors import ColumnNotFound, FileError

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
    return [row for batch in open_file(path, text).batches(size) for row in batch.to_pylist()]


# --- rows ---


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.parquet", "ROWS.CSV"])
def test_every_format_gives_the_same_rows_in_their_order(write, name):
    path = write(name, ROWS if name.islower() else as_csv(ROWS))
    assert read(path) == ROWS
    assert open_file(path).count_rows() == len(ROWS)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.parquet"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_batches_have_the_wanted_size_and_the_last_one_the_rest(write, name, size):
    rows = [{"id": i, "text": f"row {i}"} for i in range(1000)]
    file = open_file(write(name, rows))
    batches = list(file.batches(size))
    rest = [1000 % size] if 1000 % size else []
    assert [batch.num_rows for batch in batches] == [size] * (1000 // size) + rest
    assert pa.concat_tables(batches)["id"].to_pylist() == list(range(1000))


def test_parquet_row_groups_of_any_size_join_into_batches(tmp_path):
    table = pa.table({"text": [str(i) for i in range(100)]})
    pq.write_table(table, tmp_path / "groups.parquet", row_group_size=7)
    batches = list(open_file(tmp_path / "groups.parquet").batches(30))
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
def test_a_text_of_two_million_characters_is_read_whole(write, name, before):
    # Arrow's own blocks have 1 MB.
    rows = [*ROWS[:before], {"id": 9, "text": "word " * 400_000}, ROWS[0]]
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
        file = open_file(write(name, [row]))
        assert (file.text, file.guessed) == (text, guessed)


def test_a_named_text_column_is_taken_and_not_called_a_guess(write):
    file = open_file(write("rows.csv", [{"text": "longer", "title": "short"}]), "title")
    assert (file.text, file.guessed) == ("title", False)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_both_kinds_of_arrow_strings_are_text(tmp_path, kind):
    pq.write_table(pa.table({"text": pa.array(["a"], kind)}), tmp_path / "strings.parquet")
    assert read(tmp_path / "strings.parquet") == [{"text": "a"}]


def test_a_missing_column_is_refused_with_those_there_are(write):
    with pytest.raises(ColumnNotFound, match=r"rows\.csv has no column 'body'; it has id, text$"):
        open_file(write("rows.csv", ROWS), "body")


def test_a_column_of_numbers_is_refused_as_text(write):
    with pytest.raises(FileError, match=r"column 'id' of .*rows\.csv holds int64, not text"):
        open_file(write("rows.csv", ROWS), "id")


def test_a_file_of_numbers_alone_has_no_column_of_text(write):
    with pytest.raises(FileError, match=r"has no column of text; it has id, year"):
        open_file(write("rows.csv", "id,year\n1,1936\n"))


# --- what cannot be read ---


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "empty.csv cannot be read: .*Empty CSV"),
        ("empty.jsonl", "", "empty.jsonl cannot be read: Empty JSON"),
        ("empty.parquet", "", "empty.parquet cannot be read: .*0 bytes"),
        ("ragged.csv", "id,text\n1,a\n2\n", r"ragged.csv .*Row #3: Expected 2 columns, got 1"),
        ("ragged.csv", "id,text\n1,a\n2,b,c\n", r"Row #3: Expected 2 columns, got 3"),
        ("twice.csv", "text,text\na,b\n", "twice.csv .*multiple columns named text"),
        ("twice.jsonl", '{"text": "a", "text": "b"}', r"twice.jsonl .*text\) was specified twice"),
        ("latin.csv", b"id,text\n1,caf\xe9\n", "'text' of .*latin.csv is not in UTF-8"),
        ("latin.csv", b"caf\xe9,text\n1,a\n", "latin.csv cannot be read: 'utf-8' codec"),
        ("latin.jsonl", b'{"text": "caf\xe9"}\n', "latin.jsonl cannot be read: Invalid UTF8"),
        ("torn.jsonl", '{"text": "a"}\n{"text": "b', "torn.jsonl cannot be read: JSON parse error"),
        ("kinds.jsonl", '{"text": "a"}\n{"text": 1}', "from string to number"),
        ("list.jsonl", '[{"text": "a"}]', "list.jsonl cannot be read: .*from object to array"),
        ("half.jsonl", '{"text": "\\ud800"}', "half.jsonl cannot be read: .*surrogate"),
        ("notes.txt", "a cat", r"notes.txt is not one of \.csv, \.jsonl, \.parquet; convert it"),
        ("notes", "a cat", "notes is not one of"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(write, name, content, message):
    with pytest.raises(FileError, match=message):
        read(write(name, content))


def test_a_bad_row_far_down_is_named_by_its_number(write):
    good = "1,a cat sat\n" * (2 * BLOCK // 12)
    with pytest.raises(FileError, match=rf"Row #{2 * BLOCK // 12 + 2}: Expected 2 columns, got 1"):
        read(write("ragged.csv", f"id,text\n{good}2\n"), size=100_000)


def test_bytes_that_are_not_utf_8_far_down_are_refused(write):
    good = b"1,a cat sat\n" * (2 * BLOCK // 12)
    with pytest.raises(FileError, match=rf"column #1: Row #{2 * BLOCK // 12 + 2}: .*UTF8"):
        read(write("latin.csv", b"id,text\n" + good + b"2,caf\xe9\n"), size=100_000)


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
    with pytest.raises(FileError, match=r"twice\.parquet .*duplicate field names"):
        open_file(tmp_path / "twice.parquet")


def test_no_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(FileError, match=r"^no file .*absent\.csv$"):
        open_file(tmp_path / "absent.csv")
    with pytest.raises(FileError, match="is a folder, not a file"):
        open_file(tmp_path)
