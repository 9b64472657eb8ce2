"""Conditions: the filters of a page as SQL that `Collection.search` and `passing` understand.

A filter on a page compares float64 numbers, milliseconds and whole texts. The condition lets
exactly the same rows pass, whatever the column's type; what Lance cannot say is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from semascope.errors import InvalidValue
from semascope.explorer.columns import DAY, EXACT, MILLISECOND, is_date, is_number, name_of

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

NEVER = "false"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Years that a timestamp of ns reaches as a whole; any other has as many as Python's dates
YEARS, YEARS_IN_NS = (1, 9999), (1678, 2261)


@dataclass(frozen=True)
class Between:
    """Rows whose number or date lies in a range."""

    column: int  # its place among all but the text
    low: float  # both included; dates in ms since 1970
    high: float


@dataclass(frozen=True)
class Among:
    """Rows that have one of some values."""

    column: int
    values: Sequence[str | None]  # of a category, as it has them; None: no value


Filter = Between | Among


def where(collection: Collection, filters: Sequence[Filter]) -> str:
    """Return the SQL condition that lets those rows pass which pass all filters.

    Raises
    ------
    InvalidValue
        If there is no such column, it is of another kind than the filter, its name cannot be
        written in SQL, or there is no filter.
    """
    if not filters:
        raise InvalidValue("there is no filter; name one at least")
    conditions = [_condition(collection, each) for each in filters]
    return conditions[0] if len(conditions) == 1 else " AND ".join(f"({c})" for c in conditions)


def _condition(collection: Collection, each: Filter) -> str:
    name = name_of(collection, each.column)
    kind = collection.schema.field(name).type
    column = _quoted(name)
    if isinstance(each, Among):
        return _among(name, column, kind, each.values)
    if not (is_number(kind) or is_date(kind)):
        raise InvalidValue(f"column {name!r} has neither numbers nor dates: it has no range")
    if not (math.isfinite(each.low) and math.isfinite(each.high)):
        raise InvalidValue(f"a range has two finite ends, got {each.low} to {each.high}")
    if each.low > each.high:
        return NEVER
    if is_number(kind):
        return _numbers(column, kind, each.low, each.high)
    return _dates(column, kind, each.low, each.high)


def _quoted(name: str) -> str:
    if not name or "`" in name:
        raise InvalidValue(
            f"a filter cannot name the column {name!r}: SQL has no way to write a name that is "
            "empty or has a backtick; give the column another name and index the file anew"
        )
    return f"`{name}`"


def _among(name: str, column: str, kind: pa.DataType, values: Sequence[str | None]) -> str:
    wanted = list(dict.fromkeys(value for value in values if value))
    if pa.types.is_boolean(kind):
        literals = [value for value in wanted if value in ("true", "false")]
    elif is_number(kind) or is_date(kind) or pa.types.is_nested(kind):
        raise InvalidValue(f"column {name!r} is no category: its values cannot be chosen")
    else:
        literals = ["'" + value.replace("'", "''") + "'" for value in wanted]
    parts = [f"{column} IN ({', '.join(literals)})"] if literals else []
    if len(wanted) < len(set(values)):  # no value, or an empty one
        empty = "" if pa.types.is_boolean(kind) else f" OR {column} = ''"
        parts.append(f"{column} IS NULL{empty}")
    return " OR ".join(parts) or NEVER


def _numbers(column: str, kind: pa.DataType, low: float, high: float) -> str:
    """Compare as float64, as a page does: both ends, since NaN counts as more than any number."""
    if pa.types.is_integer(kind):
        least, most = _limits(kind)
        first, last = math.ceil(low), math.floor(high)
        if first > last:
            return NEVER
        if max(least, -EXACT) <= first and last <= min(most, EXACT):
            return f"{column} >= {first} AND {column} <= {last}"
    ends = [repr(int(end)) if end == int(end) and abs(end) < EXACT else repr(end)
            for end in (float(low), float(high))]  # fmt: skip
    if not pa.types.is_float64(kind):
        column = f"CAST({column} AS DOUBLE)"
        ends = [repr(float(end)) for end in (low, high)]
    return f"{column} >= {ends[0]} AND {column} <= {ends[1]}"


def _limits(kind: pa.DataType) -> tuple[int, int]:
    limits = np.iinfo(kind.to_pandas_dtype())
    return int(limits.min), int(limits.max)


def _dates(column: str, kind: pa.DataType, low: float, high: float) -> str:
    """Compare with the first and the last tick of the column's clock in the range."""
    is_day = pa.types.is_date(kind)
    unit = "day" if is_day else kind.unit
    first = _microseconds(low, unit, up=True)
    last = _microseconds(high, unit, up=False)
    if first > last:
        return NEVER
    years = YEARS_IN_NS if unit == "ns" else YEARS
    zone = "Z" if not is_day and kind.tz else ""
    parts = []
    for sign, ticks in ((">=", first), ("<=", last)):
        time = _time(ticks, years)
        if time is None:
            before = ticks < 0
            if before == (sign == ">="):
                continue  # beyond all that there can be
            return NEVER
        if is_day:
            parts.append(f"{column} {sign} date '{time.date().isoformat()}'")
            continue
        fraction = f".{time.microsecond:06}" if time.microsecond else ""
        if unit == "ns" and sign == "<=":
            fraction = f".{time.microsecond:06}999"  # a page knows whole µs
        text = f"{time:%H:%M:%S}{fraction}{zone}"
        parts.append(f"{column} {sign} timestamp '{time.date().isoformat()} {text}'")
    return " AND ".join(parts) or f"{column} IS NOT NULL"


def _microseconds(end: float, unit: str, *, up: bool) -> int:
    """Return an end of a range in µs since 1970, moved to the next tick inside."""
    size = {"day": DAY * MILLISECOND, "s": 1_000_000, "ms": MILLISECOND}.get(unit, 1)
    exact = round(end * MILLISECOND)  # a page has µs as parts of a ms, which may not be exact
    return -(-exact // size) * size if up else exact // size * size


def _time(microseconds: int, years: tuple[int, int]) -> datetime | None:
    try:
        found = EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
    return found if years[0] <= found.year <= years[1] else None
