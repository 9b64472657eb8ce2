"""JSON Lines and JSON: an object a row."""

import json
from collections.abc import Iterable, Iterator

from semascope.errors import FileError
from semascope.reading.encoding import detect, open_text
from semascope.reading.file import File
from semascope.reading.records import Record, Records
from semascope.reading.rows import Faults

LINES = {".jsonl", ".ndjson"}


def open_json(file: File) -> Records:
    """Open JSON Lines; or JSON: an array of objects, or an object that holds one such array.

    Which of the two it is, the beginning tells more than the name, for many a ``.json`` holds
    lines. JSON itself is held in memory as a whole.

    Raises
    ------
    FileError
        If it is JSON and cannot be parsed, or holds several arrays of objects.
    """
    encoding = detect(file)
    if _has_lines(file, encoding):
        return Records(lambda faults: _lines(file, encoding, faults), encoding)
    faults = Faults()
    with open_text(file, encoding, faults) as stream:
        try:
            content = stream.read()
            if not content.strip():
                raise FileError(f"{file.name} is empty; expected objects, one a row")
            rows = _array(file, PARSER.decode(content.decode()))
        except (ValueError, RecursionError) as error:
            raise FileError(f"{file.name} cannot be read: {_reason(error)}") from error

    def read(found: Faults) -> Iterator[Record]:
        found.damaged.extend(faults.damaged)
        return _objects(rows, found)

    return Records(read, encoding)


def _has_lines(file: File, encoding: str) -> bool:
    with open_text(file, encoding, Faults()) as stream:
        lines = (line for line in stream if not line.isspace())
        first = next(lines, b"")
        if file.suffix in LINES and first.lstrip().startswith(b"{"):
            return True
        try:
            return isinstance(PARSER.decode(first.decode()), dict) and next(lines, None) is not None
        except (ValueError, RecursionError):
            return False


def _lines(file: File, encoding: str, faults: Faults) -> Iterator[Record]:
    with open_text(file, encoding, faults) as stream:
        for number, line in enumerate(stream, 1):
            if line.isspace():
                continue
            try:
                row = PARSER.decode(line.decode())
            except (ValueError, RecursionError) as error:
                faults.skipped.add(number, _reason(error))
                continue
            yield from _objects([row], faults, number)


def _objects(rows: Iterable[object], faults: Faults, start: int = 1) -> Iterator[Record]:
    for number, row in enumerate(rows, start):
        if isinstance(row, dict):
            yield number, row
        else:
            faults.skipped.add(number, f"expected an object, got {type(row).__name__}")


def _array(file: File, document: object) -> list[object]:
    """Return the rows of a whole document; an object without an array of objects is one row."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise FileError(f"{file.name} holds no object; expected an array of objects, one a row")
    arrays = {
        name: value
        for name, value in document.items()
        if isinstance(value, list) and any(isinstance(item, dict) for item in value)
    }
    if len(arrays) > 1:
        raise FileError(
            f"{file.name} holds several arrays of objects: {', '.join(arrays)}; keep one of them"
        )
    return next(iter(arrays.values()), [document])


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    "".join(row).encode()  # a name cannot be half a character
    return row


# Tabs and NULs within strings are forbidden, but harmless.
PARSER = json.JSONDecoder(strict=False, object_pairs_hook=_object)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, at character {error.pos + 1}"
    if isinstance(error, UnicodeEncodeError):
        return "a key holds half a character (a lone surrogate)"
    return "objects are nested too deep" if isinstance(error, RecursionError) else str(error)
