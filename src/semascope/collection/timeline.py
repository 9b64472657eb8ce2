"""How the shares of clusters change over a column of years or dates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection.snapshot import Snapshot
from semascope.errors import InvalidValue
from semascope.structure.timeline import clear, trends, wilson

Months = NDArray[np.int64]

MOST_BINS = 40  # of the finest unit that needs no more
YEARS = (1, 2999)  # whole numbers that count as years
SAMPLE = 2_000  # values by which a column is judged
READABLE = 0.9  # of the values that there are: a column of fewer dates is none
# Months that a bin spans, finest first.
UNITS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


@dataclass(frozen=True)
class Trend:
    """A cluster whose share rises or falls beyond chance."""

    cluster: int
    name: str
    early: float  # its share of the rows in the first third of the bins
    late: float  # and in the last third
    p: float  # chance of such a slope, up or down, where nothing changes


@dataclass(frozen=True)
class Timeline:
    """Shares of C clusters in B stretches of time.

    A row counts once in its bin: one that is split into passages of several clusters counts for
    each of these in part. Rows are taken to be independent. Where they are not, as the passages
    of one speech that are rows of their own, the intervals are too narrow; trends allow for it.
    """

    column: str
    unit: str  # "month", "quarter", "year", "decade" or "century"
    bins: Sequence[str]  # such as "1790s", the earliest first; those without rows are there too
    bin: NDArray[np.int32] = field(repr=False)  # (N,) of each passage; -1 without a readable date
    names: Sequence[str]  # of the clusters
    counts: NDArray[np.float64] = field(repr=False)  # (B, C) rows
    shares: NDArray[np.float64] = field(repr=False)  # (B, C) of the bin's rows; NaN where none is
    low: NDArray[np.float64] = field(repr=False)  # (B, C) ends of its 95% interval, by Wilson
    high: NDArray[np.float64] = field(repr=False)
    rising: Sequence[Trend]  # by how much their share grows, most first
    falling: Sequence[Trend]  # likewise
    undated: int  # rows without a readable date, which are left out


def timeline(
    snapshot: Snapshot, column: str, labels: NDArray[np.int32], names: Sequence[str]
) -> Timeline:
    """See `Collection.timeline`."""
    months = _months(snapshot, column)  # (N,), -1 where there is none
    rows, first, row = np.unique(snapshot.row_of, return_index=True, return_inverse=True)
    dated = months >= 0
    begin, end = int(months[dated].min()), int(months[dated].max())
    unit = _unit(months[dated])
    size = UNITS[unit]
    bins = months // size - begin // size  # (N,)
    B, C = end // size - begin // size + 1, len(names)
    part = 1 / np.bincount(row)[row]  # (N,) of its row that each passage is
    counts = np.zeros((B, C))
    np.add.at(counts, (bins[dated], labels[dated]), part[dated])
    totals = counts.sum(axis=1, keepdims=True)  # (B, 1)
    low, high = wilson(counts, np.broadcast_to(totals, counts.shape))
    with np.errstate(invalid="ignore"):
        shares = counts / totals
    rising, falling = _trends(counts, names)
    return Timeline(
        column=column,
        unit=unit,
        bins=[_name((begin // size + i) * size, unit) for i in range(B)],
        bin=np.where(dated, bins, -1).astype(np.int32),
        names=list(names),
        counts=counts,
        shares=shares,
        low=low,
        high=high,
        rising=rising,
        falling=falling,
        undated=len(rows) - int(dated[first].sum()),
    )


def _unit(months: Months) -> str:
    """Return the finest unit that the dates tell and that needs no more bins than can be read."""
    begin, end = int(months.min()), int(months.max())
    told = 12 if not (months % 12).any() else 1  # all in January: they are years
    fitting = (
        unit
        for unit, size in UNITS.items()
        if size >= told and end // size - begin // size < MOST_BINS
    )
    return next(fitting, "century")


def _trends(counts: NDArray[np.float64], names: Sequence[str]) -> tuple[list[Trend], list[Trend]]:
    third = -(-len(counts) // 3)
    early, late = (
        part.sum(axis=0) / max(part.sum(), 1) for part in (counts[:third], counts[-third:])
    )
    found = trends(counts)
    is_clear = clear(found)
    steep = np.argsort(-np.abs(found.slope), kind="stable")
    moves = [
        (
            found.slope[c],
            Trend(int(c), names[c], float(early[c]), float(late[c]), float(found.p[c])),
        )
        for c in steep
        if is_clear[c]
    ]
    return [t for slope, t in moves if slope > 0], [t for slope, t in moves if slope < 0]


def has_dates(column: pa.ChunkedArray) -> bool:
    """Tell whether a timeline can be made of a column, by a sample of its values."""
    known = column.drop_null()
    some = known.take(np.arange(0, len(known), -(-len(known) // SAMPLE) or 1)).to_pylist()
    values = [value for value in some if not _is_missing(value)]
    dated = sum(_month(value) >= 0 for value in values)
    return bool(values) and dated >= READABLE * len(values)


def _months(snapshot: Snapshot, column: str) -> Months:
    """Return the months since the year 0 of each passage, -1 where the column has no date."""
    if column not in snapshot.columns:
        raise InvalidValue(
            f"there is no column {column!r}; the columns are {', '.join(snapshot.columns)}"
        )
    column_type = snapshot.column(column).type
    values = snapshot.column(column).to_pylist()
    months = np.array([_month(value) for value in values], np.int64)
    unread = [value for value, month in zip(values, months, strict=True) if month < 0]
    wrong = [value for value in unread if not _is_missing(value)]
    if len(unread) == len(values) and not wrong:
        raise InvalidValue(f"column {column!r} is empty; a timeline needs years or dates")
    if len(wrong) > (1 - READABLE) * (len(values) - len(unread) + len(wrong)):
        raise InvalidValue(
            f"column {column!r} ({column_type}) holds {str(wrong[0])[:40]!r} and the like; "
            "a timeline needs years, dates, or text such as '1965' or '1965-03-01'"
        )
    return months


def _is_missing(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _month(value: Any) -> int:
    """Return the months since the year 0, -1 of what is no date."""
    if isinstance(value, date):  # a datetime is one too
        return value.year * 12 + value.month - 1
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal():
            return _month(int(text)) if len(text) == 4 else -1
        try:
            return _month(datetime.fromisoformat(text))
        except ValueError:
            year, _, month = text.partition("-")
            whole = len(year) == 4 and year.isdecimal() and month.isdecimal()
            return int(year) * 12 + int(month) - 1 if whole and 1 <= int(month) <= 12 else -1
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return -1
    is_year = YEARS[0] <= value <= YEARS[1] and value == int(value)
    return int(value) * 12 if is_year else -1


def _name(month: int, unit: str) -> str:
    year = month // 12
    if unit == "month":
        return f"{year:04}-{month % 12 + 1:02}"
    if unit == "quarter":
        return f"{year:04} Q{month % 12 // 3 + 1}"
    return f"{year:04}" if unit == "year" else f"{year:04}s"
