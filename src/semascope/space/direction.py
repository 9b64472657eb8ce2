"""A direction in a space: from sad to happy, from the present tense to the past.

Any two texts span one. Whether it means what its pairs have in common shows only on a pair that it
was not made from; and whether that is more than luck, on pairs of which some are turned around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue

if TYPE_CHECKING:
    from semascope.space.space import FloatArray, Space

LEAST_PAIRS = 3  # so that two are left when one is held out
DRAWINGS = 100
SEED = 0
NAMED = 3  # texts of a side that stand for it in pictures
NOTHING = 1e-6  # what rounding leaves of a difference of texts that have one vector


@dataclass(frozen=True)
class Control:
    """What the accuracy comes to where the order within each pair is drawn at random."""

    mean: float
    high: float  # 95 of 100 drawings give no more


@dataclass(frozen=True)
class Direction:
    """A direction, what it was made from, and how far that can be trusted.

    Attributes
    ----------
    vector : ndarray of shape (D,), float32
        Of unit length, from low to high.
    low, high : str
        Its ends by name: the text, or the first three of several.
    sides : two tuples of str
        All texts of the low and of the high end; of pairs, in the order of the pairs.
    accuracy : float or None
        Of the pairs, the share whose second text lies further along the direction that the other
        pairs give. None for fewer than 3 pairs, and for an axis: there is none to spare.
    control : Control or None
        The same by luck. Of few pairs all may come out right so: of three, a quarter of the time.
    """

    vector: FloatArray
    low: str
    high: str
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    accuracy: float | None
    control: Control | None
    _space: Space = field(repr=False)

    def scores(self, texts: Sequence[str]) -> FloatArray:
        """Return how far along the direction each of M texts lies, (M,), in [-1, 1].

        It is the cosine with the direction. Only its order tells: 0 is no neutral point, since
        all texts of a space may lie to one side.

        Parameters
        ----------
        texts : sequence of M str
            Labels or, if the space has a model, any texts.
        """
        scores: FloatArray = self._space.embed(texts) @ self.vector
        return scores


def from_pairs(space: Space, pairs: Sequence[tuple[str, str]]) -> Direction:
    """Return the mean of the pairs' differences; see `Space.direction`."""
    low, high = _sides(pairs)
    differences = (space.embed(high) - space.embed(low)).astype(np.float64)  # (P, D)
    accuracy, control = _hold_out(differences) if len(low) >= LEAST_PAIRS else (None, None)
    return Direction(
        vector=_unit(differences.mean(axis=0), low, high),
        low=_name(low),
        high=_name(high),
        sides=(low, high),
        accuracy=accuracy,
        control=control,
        _space=space,
    )


def from_sides(space: Space, low: Sequence[str], high: Sequence[str]) -> Direction:
    """Return the difference of two means; see `Space.axis`."""
    if not (low and high):
        raise InvalidValue("an axis needs a text at each end")
    difference = space.embed(high).mean(axis=0) - space.embed(low).mean(axis=0)
    return Direction(
        vector=_unit(difference, low, high),
        low=_name(low),
        high=_name(high),
        sides=(tuple(low), tuple(high)),
        accuracy=None,
        control=None,
        _space=space,
    )


def _hold_out(differences: NDArray[np.float64]) -> tuple[float, Control]:
    """Return how many of P differences (P, D) agree with the others, and by luck."""
    P = len(differences)
    agreement = differences @ differences.T  # (P, P)
    np.fill_diagonal(agreement, 0)  # of each pair with the others alone
    random = np.random.default_rng(SEED)
    # Partners exchanged among the pairs would leave the mean as it is, so that is no control.
    orders = random.choice([-1.0, 1.0], (DRAWINGS, P))
    by_luck = _accuracy(orders, agreement)  # (100,)
    high = np.quantile(by_luck, 0.95, method="higher")
    as_given = _accuracy(np.ones((1, P)), agreement)[0]
    return float(as_given), Control(mean=float(by_luck.mean()), high=float(high))


def _accuracy(orders: NDArray[np.float64], agreement: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of P pairs that agree with the sum of the others, for each of S orders.

    Parameters
    ----------
    orders : ndarray of shape (S, P)
        -1 where a pair is turned around, 1 where it stands as given.
    agreement : ndarray of shape (P, P)
        Dot products of the pairs' differences, 0 on the diagonal: summed over the others, that is
        a pair's dot product with the direction which the others give, but for its length.
    """
    right = orders * (orders @ agreement) > 0  # (S, P)
    accuracy: NDArray[np.float64] = right.mean(axis=1)
    return accuracy


def _sides(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(pairs) == 0:
        raise InvalidValue("a direction needs a pair of texts, and three to say how good it is")
    seen: set[str] = set()
    for pair in pairs:
        if isinstance(pair, str) or len(pair) != 2:
            raise InvalidValue(f"a pair is two texts, got {pair!r}")
        for text in pair:
            if text in seen:
                raise InvalidValue(
                    f"{text!r} comes twice; a text that is held out must be in no other pair"
                )
            seen.add(text)
    low, high = zip(*pairs, strict=True)
    return low, high


def _unit(difference: NDArray[np.floating], low: Sequence[str], high: Sequence[str]) -> FloatArray:
    length = np.linalg.norm(difference)
    if length < NOTHING:
        raise InvalidValue(f"nothing leads from {_name(low)} to {_name(high)}: they lie together")
    return (difference / length).astype(np.float32)


def _name(texts: Sequence[str]) -> str:
    return ", ".join(texts[:NAMED]) + (", …" if len(texts) > NAMED else "")
