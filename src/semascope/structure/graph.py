"""The neighbor graph: for every embedding the embeddings most similar to it.

It is computed once; clusters, map, duplicates and outliers all read it. Rows are numbers from 0
to N - 1 in the order of the embeddings given; whoever wants answers that do not depend on the
order of a file sorts before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue
from semascope.progress import Progress, silent

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.int32]

BLOCK_QUERIES = 1024  # rows whose neighbors are sought at once
BLOCK_CELLS = 2**26  # similarities held at once at most: 256 MB of float32
BLOCK_PAIRS = 2**14  # pairs computed again at once: 2 × 50 MB of float64 at 384 dimensions


@dataclass(frozen=True)
class Graph:
    """The k most similar rows of each of N rows.

    Attributes
    ----------
    neighbors : ndarray of shape (N, k), int32
        Row numbers, most similar first, equally similar ones by row number; never the row itself.
    similarity : ndarray of shape (N, k), float32
        The cosine similarity to each, in [-1, 1], descending.
    """

    neighbors: RowArray
    similarity: FloatArray

    def edges(self) -> tuple[RowArray, RowArray, FloatArray]:
        """Return every pair of neighbors once, whichever of the two names the other.

        Returns
        -------
        low, high : ndarray of shape (E,), int32
            The two rows of each pair, low < high, in ascending order.
        similarity : ndarray of shape (E,), float32
            The pair's cosine similarity.
        """
        N, k = self.neighbors.shape
        rows, others = np.repeat(np.arange(N), k), self.neighbors.ravel()  # (N k,)
        pairs = np.minimum(rows, others) * N + np.maximum(rows, others)  # int64: exact
        pairs, first = np.unique(pairs, return_index=True)  # (E,)
        low, high = np.divmod(pairs, max(N, 1))
        return low.astype(np.int32), high.astype(np.int32), self.similarity.ravel()[first]


def nearest_neighbors(
    embeddings: FloatArray, *, k: int = 15, on_progress: Progress = silent
) -> Graph:
    """Return the exact neighbor graph of N embeddings.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    k : int
        Neighbors per row, at least 1; N - 1 where there are no more.
    on_progress : callable(done, total)
        Called after each block; counts rows.

    Returns
    -------
    Graph
        The same, bit for bit, whatever the size of a block or the number of threads: a similarity
        is the sum of products in float64, rounded to float32, and ties go to the lower row.

    Raises
    ------
    InvalidValue
        If k is less than 1.
    """
    if k < 1:
        raise InvalidValue(f"k must be at least 1, got {k}")
    N = len(embeddings)
    k = min(k, max(N - 1, 0))
    neighbors = np.empty((N, k), dtype=np.int32)
    similarity = np.empty((N, k), dtype=np.float32)
    step = min(BLOCK_QUERIES, max(BLOCK_CELLS // max(N, 1), 1))
    for start in range(0, N if k else 0, step):
        queries = np.arange(start, min(start + step, N))  # (B,)
        rows, others = _candidates(embeddings, queries, k)  # (P,), P ≥ B k
        cosine = _cosine(embeddings, rows, others)  # (P,)
        best = _first_of_each(rows, np.lexsort((others, -cosine, rows)), k)  # (B, k)
        neighbors[queries], similarity[queries] = others[best], cosine[best]
        on_progress(int(queries[-1]) + 1, N)
    return Graph(neighbors, similarity)


def _candidates(
    embeddings: FloatArray, queries: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs (query, row) among which are the k nearest rows of each query, ties included.

    A float32 matrix product is fast, but its last bits depend on the shape of the block. It is
    within D u of the true cosine (u = 2⁻²⁴; Higham 2002, Accuracy and Stability of Numerical
    Algorithms, section 3.1), so what belongs to the k nearest is at most twice that below the
    k-th best product.
    """
    N, D = embeddings.shape
    product = embeddings[queries] @ embeddings.T  # (B, N)
    product[np.arange(len(queries)), queries] = -np.inf  # no row neighbors itself
    slack = np.float32(2 * (D + 2) * 2.0**-24)  # + 2: lengths are not quite 1, results are rounded
    enough = _kth_best_at_least(product, k) - slack  # (B,)
    query, row = np.divmod(np.flatnonzero(product >= enough[:, None]), N)
    return queries[query], row


def _kth_best_at_least(product: FloatArray, k: int) -> FloatArray:
    """Return for each line of (B, N) a value that its k-th best reaches, and little else.

    The N columns are dealt into groups; the k-th best of the groups' maxima will do, since each
    of them is a column's value. Five times as fast as partitioning all columns.
    """
    B, N = product.shape
    members = int(np.clip(N // (16 * k), 1, 64))  # many more groups than k: few extra candidates
    groups = N // members
    maxima = product[:, : members * groups].reshape(B, members, groups).max(axis=1)
    kth_best: FloatArray = np.partition(maxima, groups - k, axis=1)[:, groups - k]
    return kth_best


def _cosine(
    embeddings: FloatArray, rows: NDArray[np.int64], others: NDArray[np.int64]
) -> FloatArray:
    """Return the cosine similarity of each pair, summed in float64, as float32."""
    cosine = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK_PAIRS):
        block = slice(start, start + BLOCK_PAIRS)
        a, b = embeddings[rows[block]], embeddings[others[block]]  # (P, D)
        cosine[block] = np.vecdot(a.astype(np.float64), b.astype(np.float64))
    return np.clip(cosine, -1, 1, out=cosine)


def _first_of_each(rows: NDArray[np.int64], order: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the first k of each row's pairs, given the order that sorts the pairs by row."""
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))  # (B,)
    first: NDArray[np.int64] = order[starts[:, None] + np.arange(k)]  # (B, k)
    return first
