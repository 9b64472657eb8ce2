"""The two ends of similarity: rows that are nearly the same, and rows unlike all others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from semascope.errors import InvalidValue
from semascope.structure.clusters import members
from semascope.structure.graph import FloatArray, Graph, RowArray

# People call 74% of the pairs that all-MiniLM-L6-v2 puts above 0.9 mostly or wholly equivalent, and
# 53% of those from 0.85 to 0.9 (STS benchmark, dev split: a rating of 4 or 5).
LEAST_THRESHOLD = 0.9
DEVIATIONS = 2.5  # below the median, in standard deviations
NORMAL = 1.4826  # standard deviation of a normal distribution in median absolute deviations
LEAST_DISTANCE = 1e-6  # about what float32 can tell from no distance at all

BLOCK_KEEPERS = 128  # rows compared at once with a chain: 50 MB for one of 100,000
SLACK = 1e-4  # more than a sum of some hundred products in float32 can be off


@dataclass(frozen=True)
class Near:
    """Rows that are nearly the same as one of them."""

    keeper: int
    rows: RowArray  # the keeper and all that are near it, ascending
    similarity: FloatArray  # of each to the keeper, in [-1, 1]; the keeper's own is 1


def near_duplicates(
    graph: Graph, embeddings: FloatArray, threshold: float, *, preference: Callable[[int], Any]
) -> list[Near]:
    """Return groups of rows, each of which has one that is nearly the same as all others in it.

    Very similar pairs may form long chains whose ends have little in common. So a chain is but
    where a group is looked for: its most preferred row becomes a keeper and takes all rows of the
    chain that are as similar to it as the threshold, then the most preferred of those left does.

    Parameters
    ----------
    graph : Graph
        N rows; only what its neighbors join can be in one group.
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    threshold : float
        Cosine similarity from which two rows are nearly the same, in [-1, 1]; see
        `suggest_threshold`.
    preference : callable(row)
        The key that sorts rows so that the one that should rather be a keeper comes first; no two
        rows have the same.

    Returns
    -------
    list of Near
        In the order of their keepers' preference; two rows in each at least, and no row in
        two. What is in none is not as similar as that to any keeper.

    Raises
    ------
    InvalidValue
        If the threshold is outside [-1, 1].

    References
    ----------
    Hartigan (1975), Clustering algorithms, section 3.1: the leader algorithm.
    """
    if not -1 <= threshold <= 1:
        raise InvalidValue(f"threshold is a cosine similarity in [-1, 1], got {threshold}")
    groups: list[Near] = []
    for chain in _chains(graph, threshold):
        rows = np.array(sorted(chain.tolist(), key=preference), np.int32)
        groups += _around_keepers(embeddings, rows, threshold)
    return sorted(groups, key=lambda group: preference(group.keeper))


def _chains(graph: Graph, threshold: float) -> list[RowArray]:
    """Return the sets of rows, two at least, that very similar neighbors join."""
    N = len(graph.neighbors)
    if not N:
        return []
    row, place = np.nonzero(graph.similarity >= threshold)
    other = graph.neighbors[row, place]
    links = coo_array((np.ones(len(row)), (row, other)), shape=(N, N))
    _, chain = connected_components(links, directed=False)
    linked = np.union1d(row, other).astype(np.int32)
    _, number = np.unique(chain[linked], return_inverse=True)
    return [linked[some] for some in members(number.astype(np.int32))]


def _around_keepers(embeddings: FloatArray, rows: RowArray, threshold: float) -> Iterator[Near]:
    """Yield the groups among rows that come the most preferred first."""
    vectors = embeddings[rows]  # (M, D)
    while len(rows):
        left = np.ones(len(rows), dtype=bool)
        # (B, M), of which the last bits depend on the shape of the block
        similarity = vectors[:BLOCK_KEEPERS] @ vectors.T
        for keeper, about in enumerate(similarity):
            if not left[keeper]:
                continue
            near = np.flatnonzero(left & (about >= threshold - SLACK))
            exact = _cosine_to(vectors[near], vectors[keeper])
            exact[near == keeper] = 1
            near, exact = near[exact >= threshold], exact[exact >= threshold]
            left[near] = False
            if len(near) > 1:
                order = np.argsort(rows[near])
                yield Near(int(rows[keeper]), rows[near][order], exact[order])
        rows, vectors = rows[left], vectors[left]


def _cosine_to(vectors: FloatArray, one: FloatArray) -> FloatArray:
    """Return the cosine similarity of each of (M, D) to one, summed in float64, as float32."""
    cosine = np.vecdot(vectors.astype(np.float64), one.astype(np.float64))
    similarity: FloatArray = np.clip(cosine, -1, 1).astype(np.float32)
    return similarity


def suggest_threshold(graph: Graph) -> float:
    """Return the similarity from which two rows of this collection are nearly the same.

    How near a row's nearest neighbor is depends on the collection: the median is 0.91 among bank
    customers' questions, 0.57 among films. Nearly the same are those much nearer than is usual
    here: the logarithm of their distance (1 - cosine) lies 2.5 standard deviations, estimated
    from the median absolute deviation, below the median. The suggestion is never under 0.9.

    Parameters
    ----------
    graph : Graph
        N rows; 0.9 is suggested where none has a neighbor.

    Returns
    -------
    float
        Cosine similarity in [0.9, 1).
    """
    if not graph.similarity.size:
        return LEAST_THRESHOLD
    distance = np.log(np.maximum(1 - graph.similarity[:, 0], LEAST_DISTANCE))  # (N,)
    median = np.median(distance)
    deviation = NORMAL * np.median(np.abs(distance - median))
    return max(LEAST_THRESHOLD, float(1 - np.exp(median - DEVIATIONS * deviation)))


def outliers(graph: Graph, *, n: int = 10) -> tuple[RowArray, FloatArray]:
    """Return the rows that are least similar to their neighbors.

    Parameters
    ----------
    graph : Graph
        N rows.
    n : int
        Rows wanted, at least 1; N where there are no more.

    Returns
    -------
    rows : ndarray of shape (n,), int32
        The oddest first, equally odd ones by row number. None where no row has a neighbor.
    similarity : ndarray of shape (n,), float32
        Mean cosine similarity of each to its k neighbors, in [-1, 1]: the mean, so that two
        oddities of one kind do not hide one another.

    Raises
    ------
    InvalidValue
        If n is less than 1.

    References
    ----------
    Angiulli & Pizzuti (2002), Fast outlier detection in high dimensional spaces: the weight of a
    point is the sum of the distances to its k nearest neighbors.
    """
    if n < 1:
        raise InvalidValue(f"n must be at least 1, got {n}")
    if not graph.similarity.size:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    similarity = graph.similarity.mean(axis=1, dtype=np.float64).astype(np.float32)  # (N,)
    rows = np.argsort(similarity, kind="stable")[:n].astype(np.int32)
    return rows, similarity[rows]
