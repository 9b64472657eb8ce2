"""Findings: what a coloring of the map shows, in plain words, from the true neighbors.

What the eye sees on a map may be the map's doing. So the title of a picture says what holds among
the true neighbors, which the map is drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SAMPLE = 20_000  # passages, at even distances; the figures are good to a percent
MUCH, SOME = 0.5, 0.2  # of Spearman's correlation
OFTEN = 1.25  # times chance, from which it is worth a word


def of_groups(title: str, names: Sequence[str]) -> str:
    """Say how many groups there are and what the largest is about."""
    if not names:
        return title
    if len(names) == 1:
        return f"{title}: one group, on {names[0]}"
    return f"{title}: {len(names)} groups, the largest on {names[0]}"


def of_honesty(kept: float, k: int) -> str:
    """Say how much of the truth a map kept, as a number out of k neighbors."""
    if not k:
        return "There is nothing that this map could have torn apart"
    return f"The map keeps {kept * k:.1f} of a passage’s {k} nearest neighbors beside it"


def of_categories(
    name: str, values: Sequence[str], neighbors: NDArray[np.integer]
) -> tuple[str, str]:
    """Return in words whether neighbors share a value more often than chance, and the figures.

    Parameters
    ----------
    name : str
        Of the column.
    values : sequence of N str
        Empty where there is none; such passages do not count.
    neighbors : ndarray of shape (N, k), int
        The nearest of each passage.
    """
    _, codes = np.unique(np.array(values, dtype=object), return_inverse=True)
    known = np.array([value != "" for value in values], dtype=bool)
    rows = _sample(neighbors)
    pairs = known[rows][:, None] & known[neighbors[rows]]  # (S, k)
    if not pairs.any():
        return f"{name} on the map", ""
    shared = float((codes[rows][:, None] == codes[neighbors[rows]])[pairs].mean())
    shares = np.bincount(codes[known]) / known.sum()
    chance = float((shares**2).sum())
    figures = f"{shared:.0%} of neighbors share their {name}; of random pairs, {chance:.0%}"
    if shared < OFTEN * chance:
        return f"Similar passages hardly share their {name} more often than others", figures
    times = f"{shared / chance:.1f} times as often as random pairs"
    return f"Similar passages share their {name} {times}", figures


def of_amounts(name: str, values: FloatArray, neighbors: NDArray[np.integer]) -> tuple[str, str]:
    """Return in words whether neighbors have similar amounts, and the figure.

    The figure is Spearman's correlation of a passage's amount with the mean of its neighbors'.

    Parameters
    ----------
    name : str
        Of the column.
    values : ndarray of shape (N,), float64
        NaN where there is none.
    neighbors : ndarray of shape (N, k), int
        The nearest of each passage.
    """
    rows = _sample(neighbors)
    around = values[neighbors[rows]]  # (S, k)
    counts = np.isfinite(around).sum(axis=1)
    mean = np.where(np.isfinite(around), around, 0).sum(axis=1) / np.maximum(counts, 1)
    both = np.isfinite(values[rows]) & (counts > 0)
    own, theirs = values[rows][both], mean[both]
    if len(own) < 3 or np.ptp(own) == 0 or np.ptp(theirs) == 0:
        return f"{name} on the map", ""
    from scipy.stats import spearmanr  # 0.4 s, and nothing else here needs it

    correlation = float(spearmanr(own, theirs).statistic)
    figures = f"correlation with the neighbors’ mean {correlation:.2f}"
    if correlation >= MUCH:
        return f"Similar passages are close in {name}", figures
    if correlation >= SOME:
        return f"Similar passages are somewhat closer in {name} than others", figures
    return f"Similar passages are hardly closer in {name} than others", figures


def _sample(neighbors: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return some rows at even distances; none where nobody has a neighbor."""
    N, k = neighbors.shape
    return np.arange(0, N if k else 0, -(-N // SAMPLE) or 1)
