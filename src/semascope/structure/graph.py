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
from semascope.structure.approximate import approximate_neighbors
from semascope.structure.exact import IndexArray, exact_neighbors
from semascope.structure.extension import extended_neighbors

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.int32]

EXACT_ROWS = 150_000  # up to here all pairs of rows are compared


@dataclass(frozen=True)
class Graph:
    """The k most similar rows of each of N rows.

    Attributes
    ----------
    neighbors : ndarray of shape (N, k), int32
        Row numbers, most similar first, equally similar ones by row number; never the row itself.
    similarity : ndarray of shape (N, k), float32
        The cosine similarity to each, in [-1, 1], descending.
    recall : float
        Share of the true k nearest that are among them, in [0, 1]: 1 where the graph is exact,
        otherwise measured on a sample of rows.
    """

    neighbors: RowArray
    similarity: FloatArray
    recall: float = 1.0

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
    """Return the neighbor graph of N embeddings, exact up to 150,000 of them.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    k : int
        Neighbors per row, at least 1; N - 1 where there are no more.
    on_progress : callable(done, total)
        Called after each block; counts rows, or where the graph is not exact the share of true
        neighbors found so far.

    Returns
    -------
    Graph
        The same, bit for bit, whatever the size of a block or the number of threads: a similarity
        is the sum of products in float64, rounded to float32, and ties go to the lower row.
        Beyond 150,000 rows at least 0.95 of the true neighbors are found.

    Raises
    ------
    InvalidValue
        If k is less than 1.
    """
    if k < 1:
        raise InvalidValue(f"k must be at least 1, got {k}")
    k = min(k, max(len(embeddings) - 1, 0))
    if len(embeddings) > EXACT_ROWS:
        return Graph(*approximate_neighbors(embeddings, k, on_progress))
    return Graph(*exact_neighbors(embeddings, k, on_progress))


def extend(
    graph: Graph,
    earlier: IndexArray,
    embeddings: FloatArray,
    *,
    k: int = 15,
    on_progress: Progress = silent,
) -> Graph | None:
    """Return the graph of embeddings that have changed a little, or None if they changed too much.

    Parameters
    ----------
    graph : Graph
        As it was before.
    earlier : ndarray of shape (N,), int64
        The number that each row had before, ascending, -1 for a new one. The embeddings of the
        others are what they were.
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    k : int
        Neighbors per row, as in `nearest_neighbors`.
    on_progress : callable(done, total)
        Called after each block; counts the rows whose neighbors are sought anew.

    Returns
    -------
    Graph or None
        Of an exact graph, the same, bit for bit, as `nearest_neighbors` makes up to 150,000 rows.
        Of an approximate one, one with at least the recall that it had. None also where the graph
        had fewer neighbors, since there were not k other rows.
    """
    if graph.neighbors.shape[1] != min(k, len(embeddings) - 1):
        return None
    found = extended_neighbors(graph.neighbors, graph.similarity, earlier, embeddings, on_progress)
    return found and Graph(*found, graph.recall)
