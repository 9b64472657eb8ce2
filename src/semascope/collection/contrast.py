"""A against B: two sets of passages, their words, and how far they can be told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope.collection.snapshot import EMBEDDING, FloatArray, Snapshot, to_matrix
from semascope.errors import InvalidValue
from semascope.structure.contrast import FOLDS, Separation, Word, separate, telling_words

if TYPE_CHECKING:
    from semascope.collection.clustering import Clusters

Side = str | int | Sequence[int]
Numbers = NDArray[np.intp]

SAMPLE = 3_000  # passages of a side that are compared, at most
SHOWN = 5  # passages of each kind
SEED = 0
NAME = re.compile(r"[^=<>()'\"`]+")  # what may be a cluster's name, and hardly a condition
LEVEL = 0.05  # of significance
TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class ContrastSide:
    """One of two sets of passages; those listed are among the ones that were compared."""

    name: str
    size: int  # passages, without those on both sides
    compared: int  # of these, drawn at random, one of each text
    words: Sequence[Word]  # that clearly more of its texts have, clearest first
    clearest: Sequence[int]  # its passages that are least like the other side
    like_other: Sequence[int]  # its passages that would be taken for the other's, most so first


@dataclass(frozen=True)
class Contrast:
    """What tells two sets of passages apart.

    How far they can be told apart is None, and no passages are listed, where a side has fewer
    than five rows.
    """

    a: ContrastSide
    b: ContrastSide
    overlap: int  # passages on both sides, which are left out
    accuracy: float | None  # share of passages told rightly, mean of both sides; 0.5 by chance
    by_chance: tuple[float, float] | None  # where it lies for 95 of 100 shuffles of the two sides
    p: float | None  # chance of such an accuracy if the sides were one; 0.01 is the least it can be
    between: Sequence[int]  # passages that could be on either side, most undecided first
    numbers: Sequence[int] = field(repr=False)  # all that were compared: a's, then b's, ascending
    scores: Sequence[float] = field(repr=False)  # of each: about -1 like a, about 1 like b
    direction: FloatArray | None = field(repr=False)  # (D,) from a to b, of unit length

    @property
    def told_apart(self) -> bool:
        """Whether the two differ in meaning more than chance would have it."""
        return self.p is not None and self.p <= LEVEL


def contrast(
    snapshot: Snapshot, a: Side, b: Side, find_clusters: Callable[[], Clusters]
) -> Contrast:
    """See `Collection.contrast`."""
    sides = [_passages(snapshot, side, find_clusters) for side in (a, b)]
    names = [_name(side) for side in (a, b)]
    both = np.intersect1d(sides[0], sides[1])
    sides = [np.setdiff1d(side, both) for side in sides]
    for name, side in zip(names, sides, strict=True):
        if not side.size:
            also = f" that is not on both sides ({len(both):,} are)" if both.size else ""
            raise InvalidValue(f"there is no passage in {name}{also}: nothing to compare")

    numbers, texts, embeddings, is_b = _sample(snapshot, sides)
    rows = snapshot.row_of[numbers]
    enough = all(len(np.unique(rows[is_b == side])) >= FOLDS for side in (False, True))
    found = separate(embeddings, is_b, rows) if enough else None
    scores = found.scores if found else np.zeros(len(numbers))

    def most(worth: NDArray[np.float64], among: NDArray[np.bool_]) -> list[int]:
        places = np.flatnonzero(among & enough)
        first: list[int] = numbers[
            places[np.argsort(-worth[places], kind="stable")[:SHOWN]]
        ].tolist()
        return first

    described = [
        ContrastSide(
            name=name,
            size=len(side),
            compared=int(mine.sum()),
            words=words,
            clearest=most(own, mine),
            like_other=most(-own, mine & (own < 0)),
        )
        for name, side, words, mine, own in zip(
            names, sides, telling_words(texts, is_b), (~is_b, is_b), (-scores, scores), strict=True
        )
    ]
    return Contrast(
        a=described[0],
        b=described[1],
        overlap=len(both),
        accuracy=found.accuracy if found else None,
        by_chance=_by_chance(found) if found else None,
        p=found.p if found else None,
        between=most(-np.abs(scores), np.ones(len(numbers), dtype=bool)),
        numbers=numbers.tolist(),
        scores=scores.tolist() if found else [],
        direction=found.direction if found else None,
    )


def _by_chance(found: Separation) -> tuple[float, float]:
    low, high = np.quantile(found.shuffled, TAILS)
    return float(low), float(high)


def _sample(
    snapshot: Snapshot, sides: Sequence[Numbers]
) -> tuple[Numbers, list[str], FloatArray, NDArray[np.bool_]]:
    """Return some passages of both sides, their texts and embeddings, and which are of the second.

    Of equal texts on one side there is one.
    """
    random = np.random.default_rng(SEED)
    drawn = [np.sort(random.permutation(side)[:SAMPLE]) for side in sides]
    numbers = np.concatenate(drawn)
    is_b = np.repeat([False, True], [len(side) for side in drawn])
    found = snapshot.take(numbers.tolist(), [snapshot.text, EMBEDDING])
    texts = found[snapshot.text].to_pylist()
    first: dict[tuple[str, bool], int] = {}
    for place, key in enumerate(zip(texts, is_b.tolist(), strict=True)):
        first.setdefault(key, place)
    kept = list(first.values())
    embeddings = to_matrix(found[EMBEDDING])[kept]
    return numbers[kept], [texts[place] for place in kept], embeddings, is_b[kept]


def _passages(snapshot: Snapshot, side: Side, find_clusters: Callable[[], Clusters]) -> Numbers:
    """Return the passages of a side, ascending."""
    if isinstance(side, str):
        try:
            return snapshot.passing(side)
        except InvalidValue as error:
            if not NAME.fullmatch(side):
                raise
            clusters = find_clusters()
            if side not in clusters.names:
                raise InvalidValue(f"{error}; nor is it the name of a cluster") from error
            return np.flatnonzero(clusters.labels == list(clusters.names).index(side))
    if isinstance(side, int):
        clusters = find_clusters()
        if not 0 <= side < len(clusters.names):
            last = len(clusters.names) - 1
            raise InvalidValue(f"clusters are numbered 0 to {last}, got {side}")
        return np.flatnonzero(clusters.labels == side)
    numbers = np.unique(np.asarray(side, dtype=np.intp))
    if numbers.size and not (numbers[0] >= 0 and numbers[-1] < len(snapshot)):
        raise InvalidValue(
            f"passages are numbered 0 to {len(snapshot) - 1:,}, got {numbers[0]} to {numbers[-1]}"
        )
    return numbers


def _name(side: Side) -> str:
    if isinstance(side, str):
        return side
    return f"cluster {side}" if isinstance(side, int) else f"{len(side):,} passages"
