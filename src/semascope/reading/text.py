"""Which column is the text, and several columns as one."""

import re
from collections.abc import Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from semascope.errors import ColumnNotFound, FileError
from semascope.reading.columns import is_text

BETWEEN = "\n\n"  # a blank line: no sentence, and so no passage, runs across it
ROWS_TO_GUESS_FROM = 1000


def choose(text: str | Sequence[str], schema: pa.Schema, name: str) -> tuple[str, ...]:
    """Return the columns that ``text`` names: a column, or several as "title,text".

    Raises
    ------
    ColumnNotFound
        If one of them is missing.
    FileError
        If one holds no text. Among several, numbers and dates will do.
    """
    whole = joined_name((text,) if isinstance(text, str) else text)
    columns = (whole,) if whole in schema.names else tuple(re.split(r"\s*[,+]\s*", whole.strip()))
    for column in columns:
        if column not in schema.names:
            raise ColumnNotFound(f"{name} has no column {column!r}; it has {_listed(schema)}")
        kind = schema.field(column).type
        joins = len(columns) > 1 and not (pa.types.is_nested(kind) or pa.types.is_binary(kind))
        if not (is_text(kind) or joins):
            raise FileError(f"column {column!r} of {name} holds {kind}, not text")
    return columns


def guess(sample: pa.Table, name: str) -> str:
    """Return "text" if a column of text has that name, or else the one with the longest."""
    candidates = [field.name for field in sample.schema if is_text(field.type)]
    if not candidates:
        raise FileError(f"{name} has no column of text; it has {_listed(sample.schema)}")
    if "text" in candidates:
        return "text"
    sample = sample.slice(0, ROWS_TO_GUESS_FROM)
    lengths = {column: pc.sum(pc.utf8_length(sample[column])).as_py() or 0 for column in candidates}
    return str(max(candidates, key=lengths.__getitem__))


def joined_name(columns: Sequence[str]) -> str:
    """Return the name of a column that joins others; `choose` understands it too."""
    return "+".join(columns)


def join(rows: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    """Return the texts of several columns, blank ones left out, with a blank line between."""
    return reduce(_join_two, (_none_if_blank(rows[column]) for column in columns))


def _join_two(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    between = pa.scalar(BETWEEN, pa.large_string())
    both = pc.binary_join_element_wise(one, other, between)  # None if either is
    return pc.coalesce(both, one, other)


def _none_if_blank(values: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = values.cast(pa.large_string())
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return pc.if_else(blank, pa.scalar(None, pa.large_string()), texts)


def _listed(schema: pa.Schema) -> str:
    return ", ".join(schema.names)
