"""Columns: what kind each is to a reader, and its values as arrays that a page can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from semascope.errors import InvalidValue

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

Kind = Literal["number", "date", "category", "text"]

MOST_VALUES = 1_000  # different ones, of a category: more are no list to choose from
SHORT = 8  # code points of a text that fits on a map as a point: an emoji may have seven
DAY = 86_400_000  # ms
EXACT = 2**53  # whole numbers beyond are not all float64
MILLISECOND = 1_000  # µs


@dataclass(frozen=True)
class Column:
    """What a page must know of a column before it asks for its values."""

    name: str
    kind: Kind
    whole: bool  # numbers without fractions, or dates without time of day
    short: bool  # a category whose every value fits on the map as a point
    dated: bool  # whether a timeline can be made of it


def names(collection: Collection) -> list[str]:
    """Return the names of all columns but the text, in their order."""
    return [name for name in collection.columns if name != collection.text]


def describe(collection: Collection, name: str) -> Column:
    """Return what a page must know of a column."""
    from semascope.collection.timeline import has_dates
    from semascope.report.change import are_years

    found = collection.column(name)
    kind, short = _kind(found)
    whole, dated = False, has_dates(found)
    if kind in ("number", "date"):
        values = amounts(found)
        known = values[np.isfinite(values)]
        whole = bool((known % (DAY if kind == "date" else 1) == 0).all())
        dated &= kind == "date" or are_years(name, float(known.min(initial=np.inf)))
    return Column(name, kind, whole, short, dated)


def column(collection: Collection, index: int) -> pa.Table:
    """Return the values of a column, by its kind.

    Parameters
    ----------
    collection : Collection
    index : int
        Place of the column among all but the text.

    Returns
    -------
    pa.Table of N rows and one column
        Of numbers and dates ``value``, float64, NaN for none; dates in ms since 1970, UTC. Of
        categories ``code``, a dictionary of the values, ascending; null for none. Of all else
        ``rank``, int32, the place in alphabetical order, equal for equals; -1 for none.

    Raises
    ------
    InvalidValue
        If there is no such column.
    """
    found = collection.column(name_of(collection, index))
    kind, _ = _kind(found)
    if kind in ("number", "date"):
        return pa.table({"value": amounts(found)})
    if kind == "category":
        return pa.table({"code": _codes(_texts(found))})
    return pa.table({"rank": _ranks(_texts(found))})


def name_of(collection: Collection, index: int) -> str:
    """Return the name of the column at a place; raises InvalidValue as `column`."""
    known = names(collection)
    if not 0 <= index < len(known):
        there = f"they are numbered 0 to {len(known) - 1}" if known else "there is none"
        raise InvalidValue(f"there is no column {index}; {there}")
    return known[index]


def amounts(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return numbers or dates as float64, (N,), NaN for none; dates in ms since 1970."""
    kind = column.type
    if pa.types.is_date(kind):
        days = column.cast(pa.date32(), safe=False).cast(pa.int32())
        return _floats(days) * DAY
    if pa.types.is_timestamp(kind):  # whole µs: a float64 that counts ms has no room for more
        if kind.unit == "ns":
            column = pc.floor_temporal(column, unit="microsecond")
        microseconds = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        return _floats(microseconds) / MILLISECOND
    return _floats(column)


def is_number(kind: pa.DataType) -> bool:
    """Tell whether values of this type are amounts."""
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def is_date(kind: pa.DataType) -> bool:
    """Tell whether values of this type are points in time."""
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _kind(column: pa.ChunkedArray) -> tuple[Kind, bool]:
    """Return the kind of a column, and whether it is a category of short values."""
    if is_number(column.type):
        return "number", False
    if is_date(column.type):
        return "date", False
    if pa.types.is_boolean(column.type):
        return "category", False
    if not _is_text(column.type):
        return "text", False
    distinct = _plain(column).unique().drop_null()
    length = pc.max(pc.utf8_length(distinct)).as_py() or 0
    short = 0 < length <= SHORT
    return ("category", short) if short or len(distinct) <= MOST_VALUES else ("text", False)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts as one type of text, whether a dictionary held them or not."""
    return column.cast(pa.large_string())


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text, null for none."""
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "true", "false").cast(pa.large_string())
    if _is_text(column.type):
        texts = _plain(column)
    else:
        from semascope.cell import shown

        texts = pa.chunked_array([[shown(v) for v in column.to_pylist()]], pa.large_string())
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy())


def _codes(texts: pa.ChunkedArray) -> pa.DictionaryArray:
    distinct = pc.drop_null(texts.unique())
    ascending = distinct.take(pc.sort_indices(distinct)).cast(pa.string())
    codes = pc.index_in(texts.cast(pa.string()).combine_chunks(), ascending)
    return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), ascending)


def _ranks(texts: pa.ChunkedArray) -> NDArray[np.int32]:
    ranks = pc.rank(texts, tiebreaker="dense").to_numpy()
    missing = texts.is_null().to_numpy()
    return np.where(missing, -1, ranks.astype(np.int64) - 1).astype(np.int32)
