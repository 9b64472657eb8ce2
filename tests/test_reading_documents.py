"""Folders of text, Markdown and HTML: rows with their path and heading."""

import gzip

import pytest

from semascope.errors import FileError
from semascope.reading import open_source

MARKDOWN = """---
title: not read
---
Before *any* [heading](https://example.org).

# Guide

## Install

Run `pip`
twice:

- a
- b

| x | y |
|---|---|
| 1 | 2 |

## To be written

# End & more
```py
# no heading
```
"""
HTML = """<!doctype html><html><head><title>T</title><style>x {}</style></head><body>
<script>bad()</script><p>be<b>fore</b><br>all <template>no</template>
<h1>One
 <i>x</i></h1><div>a</div>b<ul><li>i<li>j &amp; k</ul>
<h3>Three</h3><table><tr><td>1<td>2</table><noscript>no</noscript><h2>Two</h2>end</body></html>"""


@pytest.fixture
def folder(tmp_path):
    for name, content in {
        "a.txt": "plain\n\n# text",
        "b.md": MARKDOWN,
        "sub/c.HTML": HTML,
        "sub/latin.txt": "Größe und Maß, schöne Grüße".encode("cp1252"),
        "sub/image.png": b"\x89PNG",
        ".hidden/d.txt": "hidden",
        "sub/.e.txt": "hidden",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


PLAIN = ("a.txt", None, "plain\n\n# text")
SECTIONS = [
    ("b.md", None, "Before any heading."),
    ("b.md", "Guide › Install", "Install\n\nRun pip twice:\n\na\n\nb\n\nx y\n\n1 2"),
    ("b.md", "Guide › To be written", "To be written"),
    ("b.md", "End & more", "End & more\n\n# no heading"),
]
PAGE = [
    ("sub/c.HTML", None, "before\n\nall"),
    ("sub/c.HTML", "One x", "One x\n\na\n\nb\n\ni\n\nj & k"),
    ("sub/c.HTML", "One x › Three", "Three\n\n1 2"),
    ("sub/c.HTML", "One x › Two", "Two\n\nend"),
]
LATIN = ("sub/latin.txt", None, "Größe und Maß, schöne Grüße")


def read(path):
    source = open_source(path)
    rows = [row for batch in source.batches(3) for row in batch.to_pylist()]
    assert source.count_rows() == len(rows)
    assert all(list(row) == ["text", "path", "heading"] for row in rows)
    return [(row["path"], row["heading"], row["text"]) for row in rows]


def test_documents_may_be_compressed(folder):
    (folder / "z.md.gz").write_bytes(gzip.compress(b"# Packed\n\nas a whole"))
    packed = ("z.md.gz", "Packed", "Packed\n\nas a whole")
    assert read(folder / "z.md.gz") == [packed]
    assert read(folder)[-1] == packed


def test_lines_that_are_no_front_matter_are_text(tmp_path):
    (tmp_path / "a.md").write_text("---\nA quote.\n\n---\nMore.\n")
    (tmp_path / "b.md").write_bytes(b"---\r\ntags: x\r\n---\r\nText.\r\n")
    assert [text for _, _, text in read(tmp_path)] == ["A quote.\n\nMore.", "Text."]


def test_a_folder_gives_a_row_for_each_text_and_each_section(folder):
    assert read(folder) == [PLAIN, *SECTIONS, *PAGE, LATIN]
    assert read(str(folder)) == read(folder)


def test_one_document_is_read_alone(folder):
    assert read(folder / "a.txt") == [PLAIN]
    assert read(folder / "b.md") == SECTIONS


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("*.txt", [PLAIN]),
        ("**/*.txt", [PLAIN, LATIN]),
        ("*/*.HTML", [(path.removeprefix("/"), *rest) for path, *rest in PAGE]),
        ("sub/l*", [("latin.txt", *LATIN[1:])]),
        ("[ab].*", [PLAIN, *SECTIONS]),
    ],
)
def test_a_glob_gives_paths_from_its_first_wildcard_on(folder, pattern, rows):
    assert read(folder / pattern) == rows


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path):
    (tmp_path / "[1] notes.txt").write_text("a cat")
    assert read(tmp_path / "[1] notes.txt") == [("[1] notes.txt", None, "a cat")]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_an_empty_document_is_a_row_without_text(tmp_path, name):
    (tmp_path / name).touch()
    assert read(tmp_path) == [(name, None, "")]


def test_a_file_that_cannot_be_read_stops_nothing(folder):
    (folder / "a.txt").write_bytes(bytes(range(1, 256)) * 50)
    source = open_source(folder)
    assert sum(batch.num_rows for batch in source.batches(100)) == source.count_rows() == 9
    ((_, reason),) = source.skipped.first
    assert "a.txt is not in UTF-8 nor any encoding that can be told" in reason


def test_a_document_with_bytes_that_do_not_fit_is_read_and_named(folder):
    (folder / "a.txt").write_bytes("猫\nété\n".encode() + b"caf\xe9")
    source = open_source(folder)
    assert next(source.batches(1))["text"].to_pylist() == ["猫\nété\ncaf�"]
    ((number, reason),) = source.damaged.first
    assert number == 1
    assert reason.endswith("a.txt, line 3: not in utf-8, as the rest of the file is")


def test_a_glob_or_folder_without_documents_is_refused(folder):
    for path in (folder / "*.png", folder / "absent" / "*.md"):
        with pytest.raises(FileError, match=r"holds no \.txt, \.md, .*; name a folder that has"):
            open_source(path)
