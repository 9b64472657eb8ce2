"""Oddities: passages unlike all others, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope.report.row import Row, quote

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

MOST = 10


@dataclass(frozen=True)
class Oddity:
    """A passage unlike all others."""

    row: Row
    neighborhood: float  # mean cosine to the 15 texts nearest to it
    why: Sequence[str]
    nearest: Row
    similarity: float  # to the nearest, cosine


@dataclass(frozen=True)
class Oddities:
    """The oddest passages."""

    usual: float | None  # mean cosine to its 15 nearest of the passage in the middle
    found: Sequence[Oddity]  # the oddest first; none where all passages have one text


def gather(collection: Collection) -> Oddities:
    """Return the ten passages that are least like their nearest."""
    outliers = collection.outliers(n=MOST)
    rows = quote(collection, [outlier.number for outlier in outliers])
    nearest = quote(collection, [outlier.nearest for outlier in outliers])
    found = [
        Oddity(row, outlier.neighborhood, outlier.why, near, outlier.similarity)
        for outlier, row, near in zip(outliers, rows, nearest, strict=True)
    ]
    return Oddities(outliers[0].usual if outliers else None, found)
