"""Duplicates: what a collection says twice, or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope.excerpt import beginning, from_difference
from semascope.report.histogram import Histogram, histogram
from semascope.report.row import LENGTH, Row, quote
from semascope.structure.similar import LEAST_THRESHOLD

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.duplicates import Group

GROUPS = 10  # that are shown
MEMBERS = 3  # of each, beside its keeper
STEPS = 50  # of similarity, from 0 to 1


@dataclass(frozen=True)
class Repeat:
    """A passage that is the same as the keeper of its group, or nearly."""

    row: Row  # quoted from where it begins to differ
    similarity: float  # to the keeper, cosine
    is_same: bool  # whether its text is


@dataclass(frozen=True)
class Repeated:
    """A group of passages that say the same, or nearly."""

    keeper: Row
    repeats: Sequence[Repeat]  # some, the most similar first
    more: int  # that are not shown
    others: int  # passages beside the keeper


@dataclass(frozen=True)
class Duplicates:
    """What is said twice."""

    same: int  # groups whose passages all have one text
    near: int  # other groups
    copies: int  # passages in a group that are not its keeper
    threshold: float  # cosine from which two passages count as nearly the same
    is_least: bool  # whether that is the least that is ever suggested
    usual: float | None  # median cosine of the texts to their nearest; None of one text
    groups: Sequence[Repeated]  # the largest first
    nearest: Histogram | None  # similarity of texts to their nearest


def gather(collection: Collection) -> Duplicates:
    """Return what a collection says twice, or nearly."""
    found = collection.duplicates()
    texts = collection.texts
    same = sum(len({texts[number] for number in group.numbers}) == 1 for group in found.groups)
    return Duplicates(
        same=same,
        near=len(found.groups) - same,
        copies=found.copies,
        threshold=found.threshold,
        is_least=found.threshold <= LEAST_THRESHOLD,
        usual=found.usual,
        groups=[_repeated(collection, group) for group in found.groups[:GROUPS]],
        nearest=histogram(found.nearest, 0, 1, STEPS) if found.nearest.size else None,
    )


def _repeated(collection: Collection, group: Group) -> Repeated:
    similarity = dict(zip(group.numbers, group.similarities, strict=True))
    others = sorted(
        (number for number in group.numbers if number != group.keeper),
        key=lambda number: -similarity[number],
    )
    keeper, *rows = quote(collection, [group.keeper, *others[:MEMBERS]])
    texts, kept = collection.texts, collection.texts[group.keeper]
    return Repeated(
        keeper=keeper,
        repeats=[
            Repeat(
                row=_from_difference(row, texts[row.number], kept),
                similarity=similarity[row.number],
                is_same=texts[row.number] == kept,
            )
            for row in rows
        ],
        more=max(len(others) - MEMBERS, 0),
        others=len(others),
    )


def _from_difference(row: Row, text: str, kept: str) -> Row:
    return Row(row.number, beginning(from_difference(text, kept), LENGTH), row.facts)
