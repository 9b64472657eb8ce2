"""Change: which clusters rise and fall over time, where a column tells of time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.info import Info
    from semascope.collection.timeline import Timeline, Trend

FloatArray = NDArray[np.float64]

TEMPORAL = ("date", "timestamp")  # how the names of Arrow's types of dates begin
WORDS = {
    "created", "date", "dates", "datetime", "day", "modified", "month", "posted", "publication",
    "published", "release", "released", "sent", "time", "timestamp", "updated", "when", "year",
    "years",
}  # fmt: skip
LEAST_YEAR = 1000  # of numbers not called years: those of days and months are smaller


@dataclass(frozen=True)
class Curve:
    """A cluster that rises or falls, in B stretches of time."""

    cluster: int  # its number among the medium ones
    name: str
    early: float  # its share in the first third of the stretches
    late: float  # and in the last
    shares: FloatArray  # (B,) of each stretch's rows; NaN where there are none
    low: FloatArray  # (B,) ends of its 95% interval
    high: FloatArray


@dataclass(frozen=True)
class Change:
    """How the shares of the medium clusters change over time."""

    column: str
    unit: str  # a stretch of time: "month", "quarter", "year", "decade" or "century"
    bins: Sequence[str]  # their names, the earliest first
    rows: Sequence[float]  # in each of them
    undated: int  # rows without a readable date
    rising: Sequence[Curve]  # what grows most first
    falling: Sequence[Curve]
    steady: int  # clusters that do neither beyond chance

    def stretch(self, at: int) -> str:
        """Return the name of a stretch as it stands in a sentence: "the 1790s"."""
        return f"the {self.bins[at]}" if self.unit in ("decade", "century") else self.bins[at]


def are_years(column: str, first: float) -> bool:
    """Tell whether numbers, of which ``first`` is the least, are years and no mere counts."""
    return first >= LEAST_YEAR or bool(_words(column) & {"year", "years"})


def gather(collection: Collection, about: Info) -> Change | None:
    """Return what changes over time; None if no column tells of more than one stretch of it."""
    timelines = (_timeline(collection, column) for column in _candidates(collection, about))
    found = next((timeline for timeline in timelines if timeline is not None), None)
    return None if found is None else _change(found)


def _candidates(collection: Collection, about: Info) -> Iterator[str]:
    """Yield the columns that may tell of time: those of dates, then those that are called so."""
    others = [name for name in collection.columns if name != collection.text]
    temporal = [name for name in others if about.columns[name].startswith(TEMPORAL)]
    yield from temporal
    yield from (name for name in others if name not in temporal and _words(name) & WORDS)


def _words(name: str) -> set[str]:
    """Return the words of a column's name: "published" and "at" of "publishedAt"."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def _timeline(collection: Collection, column: str) -> Timeline | None:
    """Return the timeline of a column; None if it does not tell of time, or of one stretch only."""
    try:
        found = collection.timeline(column)
    except InvalidValue:
        return None
    first = int(found.bins[0][:4])
    return found if are_years(column, first) and len(found.bins) > 1 else None


def _change(found: Timeline) -> Change:
    moving = len(found.rising) + len(found.falling)
    return Change(
        column=found.column,
        unit=found.unit,
        bins=found.bins,
        rows=found.counts.sum(axis=1).tolist(),
        undated=found.undated,
        rising=[_curve(found, trend) for trend in found.rising],
        falling=[_curve(found, trend) for trend in found.falling],
        steady=len(found.names) - moving,
    )


def _curve(found: Timeline, trend: Trend) -> Curve:
    c = trend.cluster
    return Curve(
        cluster=c,
        name=trend.name,
        early=trend.early,
        late=trend.late,
        shares=found.shares[:, c],
        low=found.low[:, c],
        high=found.high[:, c],
    )
