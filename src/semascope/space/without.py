"""A space without a direction: what that changes, and what it does not.

Projecting a direction out was proposed to remove bias (Bolukbasi et al. 2016). It removes the
direction: no text lies further along it than another. What the direction was drawn through may
still show in who is near whom (Gonen & Goldberg 2019), so that is measured beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue
from semascope.progress import Progress, silent
from semascope.space.space import Space, check_k

if TYPE_CHECKING:
    from semascope.space.direction import Direction
    from semascope.space.space import FloatArray, Model

NOTHING = 1e-5  # what rounding leaves of a unit vector that lies on the direction


@dataclass(frozen=True)
class Change:
    """Where a label ranked among the neighbors of a query, and where it ranks now."""

    label: str
    rank_before: int
    rank_after: int
    similarity_before: float
    similarity_after: float


@dataclass(frozen=True)
class Remains:
    """Share of the pairs' texts whose nearest text of the other pairs is of their own side.

    Each pair is judged by a direction that only the others give: taking out one that the pair
    itself is part of drives its two texts to the wrong sides. By chance it is a half.
    """

    before: float
    after: float


@dataclass(frozen=True)
class Without:
    """A space from which a direction was taken, beside what it was.

    Attributes
    ----------
    direction : Direction
    before, space : Space
        With the direction, and without it.
    remains : Remains or None
        Whether the pairs' texts still lie with their own side. To fit the direction anew would
        tell nothing: the mean difference is zero now, whatever remains. Nor do the labels that
        lay furthest along it: those of any direction keep together. None for an axis.

    References
    ----------
    Bolukbasi et al. (2016), Man is to computer programmer as woman is to homemaker? Section 6.
    Gonen & Goldberg (2019), Lipstick on a pig: Debiasing methods cover up systematic gender biases
    in word embeddings but do not remove them.
    """

    direction: Direction
    before: Space
    space: Space
    remains: Remains | None

    def ranking(self, query: str, *, k: int = 10) -> list[Change]:
        """Return the labels that are among the ``k`` nearest to ``query``, before or after.

        Parameters
        ----------
        query : str
            A label, which is left out, or another text, if the space has a model.
        k : int, at least 1

        Returns
        -------
        list of Change
            As they rank now. More than k, by those that are no longer among the k nearest.
        """
        check_k(k)
        before, after = self.before.similarity_to(query), self.space.similarity_to(query)
        others = [row for row, label in enumerate(self.space.labels) if label != query]
        rank_before, rank_after = _ranks(before[others]), _ranks(after[others])
        shown = np.flatnonzero((rank_before <= k) | (rank_after <= k))
        return [
            Change(
                label=self.space.labels[others[i]],
                rank_before=int(rank_before[i]),
                rank_after=int(rank_after[i]),
                similarity_before=float(before[others[i]]),
                similarity_after=float(after[others[i]]),
            )
            for i in shown[np.argsort(rank_after[shown])]
        ]


class Projected:
    """A model whose vectors have nothing of a direction."""

    def __init__(self, model: Model, direction: FloatArray):
        self._model = model
        self._direction = direction

    def encode(self, texts: Sequence[str], /, *, on_progress: Progress = silent) -> FloatArray:
        """Return one unit vector per text, (N, D), the direction taken out."""
        vectors = self._model.encode(texts, on_progress=on_progress)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return project_out(texts, vectors, self._direction)


def take_out(space: Space, direction: Direction) -> Without:
    """Return ``space`` without a direction; see `Space.without`."""
    d = direction.vector
    if d.shape != space.vectors.shape[1:]:
        raise InvalidValue(
            f"the direction has {d.size} dimensions and the space {space.vectors.shape[1]}: it is "
            "of another space"
        )
    model = None if space.model is None else Projected(space.model, d)
    vectors = project_out(space.labels, space.vectors, d)
    after = Space.from_vectors(space.labels, vectors, model=model)
    return Without(direction, space, after, _remains(direction, space))


def project_out(texts: Sequence[str], vectors: FloatArray, direction: FloatArray) -> FloatArray:
    """Return unit vectors (N, D) less what of them lies along a direction, again of unit length."""
    left = vectors - np.outer(vectors @ direction, direction)
    lengths = np.linalg.norm(left, axis=1, keepdims=True)
    gone = np.flatnonzero(lengths < NOTHING)
    if gone.size:
        raise InvalidValue(
            f"{texts[gone[0]]!r} lies on the direction, and nothing of it would be left; leave it "
            "out of the labels"
        )
    unit: FloatArray = left / lengths
    return unit


def _ranks(similarity: FloatArray) -> NDArray[np.intp]:
    """Return the place of each in order of similarity, 1 for the highest, ties by row."""
    ranks = np.empty(similarity.size, np.intp)
    ranks[np.argsort(-similarity, kind="stable")] = np.arange(1, similarity.size + 1)
    return ranks


def _remains(direction: Direction, space: Space) -> Remains | None:
    if direction.accuracy is None:
        return None
    low, high = direction.sides
    P = len(low)
    vectors = space.embed([*low, *high])  # (2P, D)
    side = np.repeat([0, 1], P)
    right = []
    for i in range(P):
        held_out = np.arange(2 * P) % P == i  # both texts of pair i
        kept = vectors[~held_out]  # (2P - 2, D)
        difference = kept[P - 1 :].mean(axis=0) - kept[: P - 1].mean(axis=0)
        d = difference / max(float(np.linalg.norm(difference)), NOTHING)
        for some in (vectors, project_out([*low, *high], vectors, d)):
            nearest = (some[held_out] @ some[~held_out].T).argmax(axis=1)  # (2,)
            right.append((side[~held_out][nearest] == side[held_out]).mean())
    return Remains(before=float(np.mean(right[::2])), after=float(np.mean(right[1::2])))
