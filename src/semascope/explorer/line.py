"""The line of Python that gives the rows that are selected on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from semascope.errors import InvalidValue
from semascope.explorer.condition import Filter, where

if TYPE_CHECKING:
    from semascope.collection.clustering import Resolution
    from semascope.collection.collection import Collection

MOST = 10_000  # numbers that are written out: a longer line is no use to anybody


@dataclass(frozen=True)
class Selection:
    """The passages that pass all filters, are in one of the clusters and are among the numbers."""

    filters: Sequence[Filter] = ()
    level: Resolution = "medium"  # of the clusters
    clusters: Sequence[int] | None = None  # None: all
    numbers: Sequence[int] | None = None  # None: all


def python_line(collection: Collection, selection: Selection) -> str:
    """Return an expression in ``talks``, the open collection, and ``np`` that gives these rows.

    Raises
    ------
    InvalidValue
        If a filter cannot be written, as `where`, there is no such cluster, or more numbers than
        a line should have.
    """
    sets = []
    if selection.filters:
        sets.append(f"talks.passing({where(collection, selection.filters)!r})")
    if selection.clusters is not None:
        sets.append(_of_clusters(collection, selection.level, selection.clusters))
    if selection.numbers is not None:
        if len(selection.numbers) > MOST:
            raise InvalidValue(
                f"a line of Python holds up to {MOST:,} passages, got {len(selection.numbers):,}; "
                "select fewer, or export them"
            )
        sets.append(repr([int(number) for number in selection.numbers]))
    both = reduce(lambda a, b: f"np.intersect1d({a}, {b})", sets) if sets else ""
    return f"talks.rows({both})"


def _of_clusters(collection: Collection, level: Resolution, clusters: Sequence[int]) -> str:
    there = len(collection.clusters(level).names)
    wrong = [number for number in clusters if not 0 <= number < there]
    if wrong:
        raise InvalidValue(f"clusters are numbered 0 to {there - 1}, got {wrong[0]}")
    known = f"talks.clusters({level!r}).labels"
    if len(clusters) == 1:
        return f"np.flatnonzero({known} == {int(clusters[0])})"
    return f"np.flatnonzero(np.isin({known}, {[int(number) for number in clusters]}))"
