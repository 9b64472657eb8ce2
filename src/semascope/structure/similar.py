"""The two ends of similarity: rows that are nearly the same, and rows unlike all others."""

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


def near_duplicates(graph: Graph, threshold: float) -> list[RowArray]:
    """Return the groups of rows that chains of very similar pairs hold together.

    Parameters
    ----------
    graph : Graph
        N rows; only pairs of neighbors are looked at.
    threshold : float
        Cosine similarity from which two rows are nearly the same, in [-1, 1]; see
        `suggest_threshold`.

    Returns
    -------
    list of ndarrays, int32
        Rows of each group, ascending; two at least. Largest group first, groups of equal size by
        their lowest row. The ends of a long chain may be less similar than the threshold.

    Raises
    ------
    InvalidValue
        If the threshold is outside [-1, 1].
    """
    if not -1 <= threshold <= 1:
        raise InvalidValue(f"threshold is a cosine similarity in [-1, 1], got {threshold}")
    N = len(graph.neighbors)
    low, high, similarity = graph.edges()
    near = similarity >= threshold
    links = coo_array((np.ones(near.sum()), (low[near], high[near])), shape=(N, N))
    if not N:
        return []
    _, group = connected_components(links, directed=False)
    groups = [rows for rows in members(group) if len(rows) > 1]
    return sorted(groups, key=lambda rows: (-len(rows), rows[0]))


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
