"""JSON Lines and JSON: rows of any shape, and a bad line that stops nothing."""

import json

import numpy as np
import pyarrow as pa
import pytest

from semascope.reading import open_source


@pytest.fixture
def read(tmp_path):
    """Return a function that reads content, and gives the source and its rows."""

    def read(content, *, name="rows.jsonl", text="text"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = open_source(path, text=text)
        rows = [row for batch in source.batches(10_000) for row in batch.to_pylist()]
        assert source.count_rows() == len(rows)
        return source, rows

    return read


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_bad_line_is_skipped_and_counted_with_its_number(read):
    deep = '{"a":' * 100_000
    twice = '{"text": "a", "text": "b"}'
    half = '{"\\ud800": 1}'
    source, rows = read(
        f'{{"text": "a"}}\n\n{{"text": "b\n[1]\n{deep}\n{twice}\n{half}\n{{"text": "c"}}\n'
    )
    assert [row["text"] for row in rows] == ["a", "c"]
    assert source.skipped.count == 5
    assert source.skipped.first == [
        (3, "Unterminated string starting at, at character 10"),
        (4, "expected an object, got list"),
        (5, "objects are nested too deep"),
        (6, "the key 'text' stands there twice"),
        (7, "a key holds half a character (a lone surrogate)"),
    ]


def test_keys_may_vary_and_come_late(read):
    rows = [{"text": "a"}] * 3000 + [{"n": 1, "text": "b"}, {"n": None}]
    found = read(lines(rows))[1]
    assert found[0] == {"text": "a", "n": None}
    assert found[-2:] == [{"text": "b", "n": 1}, {"text": None, "n": None}]


@pytest.mark.parametrize("apart", [0, 3000])
@pytest.mark.parametrize(
    ("early", "late", "kind", "found"),
    [
        (1, 2.5, pa.float64(), [1.0, 2.5]),
        (2**60 + 1, 0.5, pa.float64(), [float(2**60), 0.5]),
        (1, "x", pa.string(), ["1", "x"]),
        (True, 1, pa.string(), ["true", "1"]),
        (2**70, 1, pa.string(), [str(2**70), "1"]),
        ([1], "x", pa.string(), ["[1]", "x"]),
        ({"a": "ü"}, [1], pa.string(), ['{"a": "ü"}', "[1]"]),
        ({}, None, pa.string(), ["{}", None]),
        ([], None, pa.string(), ["[]", None]),
        ([], ["x"], pa.list_(pa.string()), [[], ["x"]]),
        ({"a": 1}, {"b": "x"}, None, [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
        (None, None, pa.string(), [None, None]),
        (float("nan"), 1.5, pa.float64(), [None, 1.5]),
    ],
)
def test_a_column_holds_all_its_values(read, apart, early, late, kind, found):
    rows = [{"text": "a", "v": early}, *[{"text": "b"}] * apart, {"text": "c", "v": late}]
    source, got = read(lines(rows))
    assert kind is None or source.schema.field("v").type == kind
    assert [got[0]["v"], got[-1]["v"]] == found


def test_half_a_character_becomes_a_mark_and_is_counted(read):
    source, rows = read('{"text": "a \\ud83d\\ude00"}\n{"text": "b \\ud83d", "l": ["\\ude00"]}\n')
    assert rows == [{"text": "a 😀", "l": None}, {"text": "b �", "l": ["�"]}]
    assert source.damaged.first == [(2, "half a character (a lone surrogate) became �")]


def test_nul_and_tab_in_a_text_are_kept(read):
    assert read('{"text": "a\0b\tc\\u0000"}\n')[1] == [{"text": "a\0b\tc\0"}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told_here_too(read, encoding):
    content = '{"text": "Größe und Maß, schöne Grüße"}\n' * 3
    assert read(content.encode(encoding))[1] == [{"text": "Größe und Maß, schöne Grüße"}] * 3


def test_whatever_json_writes_as_text_is_read_back(read):
    random = np.random.default_rng(0)
    odd = ["", "a", '"', "\\", "\n", "\0", "\u2028", "é", "猫", "🐈", " ", "\x7f", "null", "[1]"]
    rows = [{"text": "".join(random.choice(odd, 9)), "n": i} for i in range(3000)]
    assert read(lines(rows))[1] == rows


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.json", '[{"text": "a"}, {"text": "b"}]'),
        ("rows.json", '[\n  {\n    "text": "a"\n  },\n  {"text": "b"}\n]\n'),
        ("rows.json", '{"version": 1, "tags": ["x"], "data": [{"text": "a"}, {"text": "b"}]}'),
        ("rows.json", '{"text": "a"}\n{"text": "b"}\n'),
        ("rows.jsonl", '[{"text": "a"},\n{"text": "b"}]'),
        ("rows.ndjson", '{"text": "a"}\r\n{"text": "b"}'),
    ],
)
def test_lines_and_arrays_are_told_apart_by_their_beginning(read, name, content):
    assert read(content, name=name)[1] == [{"text": "a"}, {"text": "b"}]


def test_items_of_an_array_that_are_no_objects_are_skipped(read):
    source, rows = read('[{"text": "a"}, 3, {"text": "b"}]', name="rows.json")
    assert len(rows) == 2
    assert source.skipped.first == [(2, "expected an object, got int")]


def test_json_with_bytes_that_do_not_fit_is_read_and_counted_each_time(read):
    source, rows = read('[{"text": "猫 été"},\n{"text": "'.encode() + b'caf\xe9"}]', name="a.json")
    assert rows[1] == {"text": "caf�"}
    assert source.damaged.first == [(2, "not in utf-8, as the rest of the file is")]
    list(source.batches(10))
    assert source.damaged.count == 1


def test_a_line_of_three_million_characters_is_read(read):
    rows = [{"text": "word " * 600_000}, {"text": "b"}]
    assert read(lines(rows))[1] == rows
