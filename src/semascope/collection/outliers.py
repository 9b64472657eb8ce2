"""Passages unlike all others, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semascope import structure
from semascope.structure import oddity


@dataclass(frozen=True)
class Outlier:
    """A passage unlike all others."""

    number: int
    neighborhood: float  # mean cosine to the 15 texts nearest to it, or as many as there are
    usual: float  # the same for the passage in the middle
    percent: float  # of passages with nearer neighbors, in [0, 100]
    nearest: int  # the passage most similar to it
    similarity: float  # how similar that is, cosine
    reasons: Sequence[str]  # what is unusual about its letters and words; there may be nothing

    @property
    def why(self) -> Sequence[str]:
        """Why it is called odd, in words."""
        far = f"{_percent(self.percent)} of passages have nearer neighbors"
        return [far, *(self.reasons or ["its words are usual ones: what it says is not"])]


def find(
    graph: structure.Graph, texts: Sequence[str], passages: Sequence[Sequence[int]], n: int
) -> list[Outlier]:
    """Return the n oddest of M distinct texts, oddest first; parameters as `duplicates.find`."""
    rows, neighborhood = structure.outliers(graph, n=n)
    if not rows.size:
        return []
    every = np.sort(graph.similarity.mean(axis=1, dtype=np.float64).astype(np.float32))  # (M,)
    nearer = len(every) - np.searchsorted(every, neighborhood, side="right")
    reasons = oddity.explain(texts, rows.tolist())
    return [
        Outlier(
            number=passages[row][0],
            neighborhood=float(neighborhood[i]),
            usual=float(np.median(every)),
            percent=100 * float(nearer[i]) / len(every),
            nearest=passages[graph.neighbors[row, 0]][0],
            similarity=float(graph.similarity[row, 0]),
            reasons=reasons[i],
        )
        for i, row in enumerate(rows.tolist())
    ]


def _percent(percent: float) -> str:
    """Return a share that is never rounded up to all."""
    return f"{int(percent * 100) / 100:g}%"
