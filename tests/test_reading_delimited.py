"""CSV and its kin: any delimiter and encoding, and a bad row that stops nothing."""

import csv
import datetime
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from semascope.errors import FileError
from semascope.reading import open_source
from semascope.reading.delimited import LONGEST
from semascope.reading.rows import BLOCK, LISTED

ODD = ["a cat", 'she said "no"', "two\nlines", "a, b; c\td|e", " spaces ", "猫 🐈", "", "x\0y", "'"]


@pytest.fixture
def read(tmp_path):
    """Return a function that reads content, and gives the source and its rows."""

    def read(content, *, name="rows.csv", text=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = open_source(path, text=text)
        rows = [row for batch in source.batches(10_000) for row in batch.to_pylist()]
        assert source.count_rows() == len(rows)
        return source, rows

    return read


# --- delimiters and quotes ---


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_what_pythons_csv_writes_is_read_back(read, delimiter, end, quoting):
    random = np.random.default_rng(0)
    rows = [
        {"id": i, "a": str(random.choice(ODD)), "text": str(random.choice(ODD))} for i in range(200)
    ]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(
        file, ["id", "a", "text"], delimiter=delimiter, lineterminator=end, quoting=quoting
    )
    writer.writeheader()
    writer.writerows(rows)
    assert read(file.getvalue())[1] == rows


def test_a_file_of_one_column_may_hold_any_delimiter(read):
    lines = ["hello, world", "it's; a\tb|c", "plain"]
    assert read("text\n" + "\n".join(lines))[1] == [{"text": line} for line in lines]
    assert read('text\n"hello, world"\n"a\nb"\n')[1] == [{"text": "hello, world"}, {"text": "a\nb"}]


def test_quotes_that_mean_nothing_join_no_rows(read):
    content = 'text\tn\nhe said "hi"\t1\n"it began\t2\nand went on\t3\n'
    assert read(content, name="rows.tsv")[1] == [
        {"text": 'he said "hi"', "n": 1},
        {"text": '"it began', "n": 2},
        {"text": "and went on", "n": 3},
    ]


def test_blank_lines_are_no_rows_and_a_name_may_have_two_lines(read):
    assert read('\n\n"i\nd",text\n\n1,a\n\n2,b\n\n')[1] == [
        {"i\nd": 1, "text": "a"},
        {"i\nd": 2, "text": "b"},
    ]


def test_an_index_that_pandas_wrote_gets_a_name(read):
    content = pd.DataFrame({"text": ["a", "b"]}).to_csv()
    assert read(content)[1] == [{"column_1": 0, "text": "a"}, {"column_1": 1, "text": "b"}]


def test_a_quote_that_is_never_closed_is_told(read):
    good = "1,a cat\n" * 20_000  # more than the delimiter is told from
    with pytest.raises(
        FileError, match=r"rows\.csv .*line 20002: .*limit \(16777216\); perhaps a quote is"
    ):
        read("id,text\n" + good + '1,"' + "2,a cat\n" * (LONGEST // 8 + 1))


def test_a_cell_of_a_million_characters_is_read(read):
    row = {"id": 1, "text": "word " * 200_000}
    assert read(f"id,text\n1,{row['text']}\n")[1] == [row]


# --- rows with too few or too many values ---


def test_ragged_rows_are_skipped_and_counted_with_their_lines(read):
    source, rows = read('id,text\n1,a\n2\n3,"b\nc"\n4,b,c\n5,d\n')
    assert [row["id"] for row in rows] == [1, 3, 5]
    assert source.skipped.count == 2
    assert source.skipped.first == [
        (3, "Expected 2 columns, got 1: '2'"),
        (6, "Expected 2 columns, got 3: '4,b,c'"),
    ]
    list(source.batches(10))
    assert source.skipped.count == 2  # of the last time, not of both


def test_only_the_first_ragged_rows_are_listed(read):
    source, _ = read("id,text\n" + "1,a\n2\n" * 1000)
    assert source.skipped.count == 1000
    assert [number for number, _ in source.skipped.first] == list(range(3, 3 + 2 * LISTED, 2))


def test_a_ragged_row_far_down_is_skipped_by_its_line(read):
    good = 100_000
    source, rows = read("id,text\n" + "1,a cat sat\n" * good + "2\n3,end\n")
    assert len(rows) == good + 1
    assert [number for number, _ in source.skipped.first] == [good + 2]


# --- types ---


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", ""], pa.int64()),
        (["1", "2.5", ""], pa.float64()),
        (["2020-01-02", ""], pa.date32()),
        (["2020-01-02 03:04:05", ""], pa.timestamp("s")),
        (["true", "false"], pa.bool_()),
        (["1", "x"], pa.string()),
        (["2020-01-02", "1"], pa.string()),
        (["007", "8"], pa.string()),  # a postal code would lose its zeros
        (["0", "0.5"], pa.float64()),
        (["", ""], pa.string()),
        (["NA", "x"], pa.string()),
    ],
)
def test_a_column_has_the_type_that_all_its_values_have(read, values, kind):
    source, rows = read("v,text\n" + "".join(f"{value},a\n" for value in values))
    assert source.schema.field("v").type == kind
    if kind == pa.string():
        assert [row["v"] for row in rows] == values


@pytest.mark.parametrize(
    ("early", "late", "kind", "first", "last"),
    [
        ("1", "2.5", pa.float64(), 1.0, 2.5),
        ("1", "x", pa.string(), "1", "x"),
        ("", "7", pa.int64(), None, 7),
        ("2020-01-02", "", pa.date32(), datetime.date(2020, 1, 2), None),
        ("2020-01-02", "soon", pa.string(), "2020-01-02", "soon"),
    ],
)
def test_a_value_far_down_decides_too(read, early, late, kind, first, last):
    source, rows = read("v,text\n" + f"{early},a\n" * 3 * BLOCK + f"{late},end\n")
    assert source.schema.field("v").type == kind
    assert (rows[0]["v"], rows[-1]["v"]) == (first, last)


# --- encodings ---

SENTENCES = {
    "utf-8": "naïve 猫 🐈",
    "utf-8-sig": "naïve 猫 🐈",
    "utf-16": "naïve 猫 🐈",
    "utf-16-le": "plain and naïve",
    "utf-32": "naïve 猫 🐈",
    "cp1252": "L’été dernier, nous étions à la plage; “ça” coûtait 5 €",
    "latin-1": "El niño comió mañana con su señora en São Paulo",
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "cp1251": "Кошка сидела на ковре, а собака бегала во дворе",
    "shift_jis": "猫が座った。今日は天気がいいので散歩に行きます",
    "euc_jp": "猫が座った。今日は天気がいいので散歩に行きます",
    "gb18030": "今天天气很好，我们去公园玩吧",
    "big5": "今天天氣很好，我們去公園玩吧",
    "euc_kr": "고양이가 앉았다 오늘은 날씨가 좋다",
}


@pytest.mark.parametrize("encoding", SENTENCES)
@pytest.mark.parametrize("before", [0, 50_000])
def test_the_encoding_is_told_wherever_its_characters_stand(read, encoding, before):
    text = SENTENCES[encoding]
    content = "id,text\n" + "1,plain\n" * before + f'2,"{text}"\n'
    source, rows = read(content.encode(encoding))
    assert rows[-1] == {"id": 2, "text": text}
    assert source.damaged.count == 0


@pytest.mark.parametrize("bad", [b"caf\xe9", b"half \xed\xa0\x80", b"cut \xe7\x8c"])
def test_bytes_that_do_not_fit_become_a_mark_and_their_lines_are_counted(read, bad):
    good = "1,猫 été\n".encode() * 3
    source, rows = read(b"id,text\n" + good + b"2," + bad + b"\n" + good)
    assert source.encoding == "utf-8"
    assert "�" in rows[3]["text"]
    assert [row["text"] for row in rows if row["id"] == 1] == ["猫 été"] * 6
    assert source.damaged.first == [(5, "not in utf-8, as the rest of the file is")]


def test_bytes_without_any_encoding_are_refused(read):
    noise = np.random.default_rng(0).bytes(20_000).replace(b"\0", b"")
    with pytest.raises(FileError, match=r"rows\.csv is not in UTF-8 nor any encoding .*; save it"):
        read(b"id,text\n" + noise)
