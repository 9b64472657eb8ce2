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
LARGEST = 2**63 - 1  # of BIGINT
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
        If there is no such column, it is of another kind than the filter, or there is no filter.
    """
    if not filters:
        raise InvalidValue("there is no filter; name one at least")
    conditions = [_condition(collection, each) for each in filters]
    return conditions[0] if len(conditions) == 1 else " AND ".join(f"({c})" for c in conditions)


def _condition(collection: Collection, each: Filter) -> str:
    name = name_of(collection, each.column)
    kind = collection.schema.field(name).type
    column = f"`{name}`"  # `semascope.index` takes no name with a backtick
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
        if max(least, 1 - EXACT) <= first and last <= min(most, EXACT - 1):
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
    unit = "day" if pa.types.is_date(kind) else kind.unit
    first, last = _tick(low, unit, up=True), _tick(high, unit, up=False)
    if first > last:
        return NEVER
    if unit != "day" and kind.tz not in (None, "UTC"):
        # Lance takes a time for one of the column's zone, whatever zone is written behind it.
        column = f"CAST({column} AS BIGINT)"
        return f"{column} >= {max(first, -LARGEST)} AND {column} <= {min(last, LARGEST)}"
    parts = []
    # Lance reads no more than the microseconds of a time that is written.
    upper = ("<", last + 1) if unit == "ns" else ("<=", last)
    for sign, tick in ((">=", first), upper):
        time = _time(tick, unit)
        if time is not None:
            parts.append(f"{column} {sign} {time}")
        elif (tick < 0) != (sign == ">="):
            return NEVER  # before the first of all times, or behind the last
    return " AND ".join(parts) or f"{column} IS NOT NULL"


def _tick(end: float, unit: str, *, up: bool) -> int:
    """Return the tick of a clock since 1970 that is the first from an end on, or the last to it.

    A page knows whole microseconds, as parts of a millisecond that need not be exact. So a clock
    of nanoseconds has a thousand ticks to each of them.
    """
    microseconds = round(end * MILLISECOND)
    if unit == "ns":
        return microseconds * 1_000 + (0 if up else 999)
    size = {"day": DAY * MILLISECOND, "s": 1_000_000, "ms": MILLISECOND, "us": 1}[unit]
    return -(-microseconds // size) if up else microseconds // size


def _time(tick: int, unit: str) -> str | None:
    """Return a tick as an SQL literal; None where it is out of the years that can be written."""
    first, last = YEARS_IN_NS if unit == "ns" else YEARS
    per_second = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}.get(unit)
    seconds, rest = divmod(tick, per_second) if per_second else (tick * DAY // 1_000, 0)
    try:
        time = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    if not first <= time.year <= last:
        return None
    if per_second is None:
        return f"date '{time.date().isoformat()}'"
    fraction = f".{rest:0{len(str(per_second)) - 1}}" if rest else ""
    return f"timestamp '{time.date().isoformat()} {time:%H:%M:%S}{fraction}'"
