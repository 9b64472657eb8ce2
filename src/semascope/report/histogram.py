"""Histogram: how many values lie in each of some equal steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Histogram:
    """Counts in B steps of one width."""

    low: float  # where the first step begins
    high: float  # where the last one ends; it holds this value too
    counts: Sequence[int]  # (B,)

    def at(self, value: float) -> float:
        """Return how far along the steps a value lies, in [0, 1]."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def histogram(values: NDArray[np.floating], low: float, high: float, steps: int) -> Histogram:
    """Count values in steps of one width; those beyond either end count in the step there.

    A value a rounding error below the beginning of a step counts in it.
    """
    place = (np.asarray(values, np.float64) - low) / (high - low) * steps
    step = np.floor(place + 1e-4).astype(np.intp).clip(0, steps - 1)
    return Histogram(low, high, np.bincount(step, minlength=steps).tolist())
