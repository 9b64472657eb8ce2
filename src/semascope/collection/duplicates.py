"""Passages that are the same, or nearly, and which one of them to keep."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from semascope import structure

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Group:
    """Passages that are the same as one of them, or nearly."""

    keeper: int  # that one: the longest; of equally long ones the first by alphabet, then by row
    numbers: Sequence[int]  # of the passages, the keeper's among them, ascending
    similarities: Sequence[float]  # cosine of each to the keeper; 1 for the same text

    @property
    def similarity(self) -> float:
        """That of the passage nearest to the keeper."""
        near = zip(self.numbers, self.similarities, strict=True)
        return max(similarity for number, similarity in near if number != self.keeper)


@dataclass(frozen=True)
class Duplicates:
    """All groups of passages that are the same, or nearly."""

    groups: Sequence[Group]  # the largest first, of those of one size the most similar
    threshold: float  # cosine from which two passages count as nearly the same
    suggested: float  # what the collection itself suggests
    nearest: FloatArray = field(repr=False)  # cosine of each text to its nearest; none of one text

    @property
    def usual(self) -> float | None:
        """The median cosine of texts to their nearest; None of one text."""
        return float(np.median(self.nearest)) if self.nearest.size else None

    @property
    def copies(self) -> int:
        """How many passages are in a group and not its keeper."""
        return sum(len(group.numbers) - 1 for group in self.groups)


def find(
    graph: structure.Graph,
    embeddings: FloatArray,
    texts: Sequence[str],
    passages: Sequence[Sequence[int]],
    threshold: float | None,
) -> Duplicates:
    """Return the duplicates among passages that have M distinct texts.

    Parameters
    ----------
    graph : Graph
    embeddings : ndarray of shape (M, D), float32
    texts : sequence of M str
    passages : sequence of M sequences of int
        Those that have each text, ascending.
    threshold : float, optional
        What the collection suggests if not given.
    """
    suggested = structure.suggest_threshold(graph)
    threshold = suggested if threshold is None else threshold
    near = structure.near_duplicates(
        graph, embeddings, threshold, preference=lambda row: (-len(texts[row]), texts[row])
    )
    groups = [
        _group(passages, group.keeper, group.rows.tolist(), group.similarity.tolist())
        for group in near
    ]
    grouped = {row for group in near for row in group.rows.tolist()}
    groups += [
        _group(passages, row, [row], [1.0])
        for row, numbers in enumerate(passages)
        if len(numbers) > 1 and row not in grouped
    ]
    groups.sort(key=lambda group: (-len(group.numbers), -group.similarity, group.numbers))
    nearest = graph.similarity[:, 0] if graph.similarity.size else np.empty(0, np.float32)
    return Duplicates(groups, threshold, suggested, nearest)


def _group(
    passages: Sequence[Sequence[int]], keeper: int, rows: list[int], similarity: list[float]
) -> Group:
    members = sorted(
        (number, near)
        for row, near in zip(rows, similarity, strict=True)
        for number in passages[row]
    )
    numbers, similarities = zip(*members, strict=True)
    return Group(passages[keeper][0], list(numbers), list(similarities))


def rows_left_out(found: Duplicates, row_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of the rows that say nothing which the other rows do not say.

    A row is left out if none of its passages is a keeper or without a duplicate. So a row stays
    whole if a part of it is its own, and whatever is left out is near a passage that stays.

    Parameters
    ----------
    found : Duplicates
    row_of : ndarray of shape (N,), int64
        The row of each passage.
    """
    is_copy = np.zeros(len(row_of), dtype=bool)
    for group in found.groups:
        is_copy[[number for number in group.numbers if number != group.keeper]] = True
    return np.setdiff1d(row_of, row_of[~is_copy])
