"""The exact nearest neighbors of embeddings: products find candidates, float64 settles the order.

The last bits of a matrix product depend on the shape of a block and on the processor. So a product
only tells what may belong to the k nearest, by the bound of its error; the cosine similarity of
these few is summed anew in float64, rounded to float32, and ties go to the lower row. The result
is the same, bit for bit, whatever the size of a block, the number of threads or the precision.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from semascope.progress import Progress, silent
from semascope.structure import blocks
from semascope.structure.blocks import kth_best_at_least

FloatArray = NDArray[np.float32]
IndexArray = NDArray[np.int64]
RowArray = NDArray[np.int32]

COMPILED_ROWS = 10_000  # from here the graph of products is worth the second of compiling it
BLOCK_QUERIES = 1024  # rows whose neighbors are sought at once, in float32
BLOCK_CELLS = 2**26  # similarities held at once at most: 256 MB of float32
BLOCK_PAIRS = 2**22  # pairs of rows listed at once, where a single row has no more
CACHED_PAIRS = 2**7  # pairs summed at once: 2 × 0.4 MB of float64 at 384 dimensions


def exact_neighbors(
    embeddings: FloatArray, k: int, on_progress: Progress = silent
) -> tuple[RowArray, FloatArray]:
    """Return the k nearest rows of each row, and their similarity, as `Graph` holds them.

    k is at most N - 1. ``on_progress`` counts rows.
    """
    N = len(embeddings)
    neighbors = np.empty((N, k), dtype=np.int32)
    similarity = np.empty((N, k), dtype=np.float32)
    if k == 0:
        return neighbors, similarity
    if N < COMPILED_ROWS or not blocks.are_enough(N, k):
        found = fine_candidates(embeddings, np.arange(N), k)
    else:
        found = _coarse_candidates(embeddings, k)
    for rows, others in found:
        queries, nearest, cosines = nearest_of_each(embeddings, rows, others, k)
        neighbors[queries], similarity[queries] = nearest, cosines
        on_progress(int(queries[-1]) + 1, N)
    return neighbors, similarity


def _coarse_candidates(embeddings: FloatArray, k: int) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Yield as `fine_candidates` of all rows, most of them from `blocks.candidates`."""
    for queries, rows, others in blocks.candidates(embeddings, k):
        alike = np.setdiff1d(queries, rows)  # too much so
        yield from fine_candidates(embeddings, alike, k)
        if rows.size:
            yield rows, others


def fine_candidates(
    embeddings: FloatArray, queries: IndexArray, k: int
) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Yield pairs (query, row) among which are the k nearest rows of each query, ties included.

    Block after block; all pairs of a query come together.
    """
    for block, product in products(embeddings, queries):
        for line, row in best_pairs(product, k, embeddings.shape[1]):
            yield block[line], row


def products(
    embeddings: FloatArray, queries: IndexArray
) -> Iterator[tuple[IndexArray, FloatArray]]:
    """Yield blocks of the queries, (B,), and their products with all rows, (B, N).

    No row neighbors itself: its product with itself is -inf.
    """
    step = min(BLOCK_QUERIES, max(BLOCK_CELLS // max(len(embeddings), 1), 1))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        product = embeddings[block] @ embeddings.T  # (B, N)
        product[np.arange(len(block)), block] = -np.inf
        yield block, product


def best_pairs(product: FloatArray, k: int, D: int) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Yield lines and columns of (B, N), the sums of D products each: as `fine_candidates`."""
    enough = kth_best_at_least(product, k) - slack(D)  # (B,)
    yield from pairs_reaching(product, enough[:, None])


def slack(D: int) -> np.float32:
    """Return how far below the k-th best product of float32 one of the k nearest may be.

    A product is within D u of the true cosine (u = 2⁻²⁴; Higham 2002, Accuracy and Stability of
    Numerical Algorithms, section 3.1), so it is twice that at most.
    """
    return np.float32(2 * (D + 2) * 2.0**-24)  # + 2: lengths are not quite 1, results are rounded


def pairs_reaching(
    product: FloatArray, enough: FloatArray
) -> Iterator[tuple[IndexArray, IndexArray]]:
    """Yield the lines and columns of (B, N) where a value is enough, whole lines at a time."""
    line, column = np.divmod(np.flatnonzero(product >= enough), product.shape[1])  # (P,)
    start = 0
    while start < len(line):
        end = len(line)
        if end - start > BLOCK_PAIRS:  # as many whole lines as fit, or else one
            last = max(line[start + BLOCK_PAIRS], line[start] + 1)
            end = int(np.searchsorted(line, last))
        yield line[start:end], column[start:end]
        start = end


def nearest_of_each(
    embeddings: FloatArray, rows: IndexArray, others: IndexArray, k: int
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return each row that has pairs, (B,), and the k nearest of its others and their cosines.

    Both of shape (B, k); a row has k pairs at least.
    """
    return first_of_each(rows, others, cosine(embeddings, rows, others), k)


def cosine(embeddings: FloatArray, rows: IndexArray, others: IndexArray) -> FloatArray:
    """Return the cosine similarity of each pair, summed in float64, as float32."""
    cosines = np.empty(len(rows), dtype=np.float32)
    shape = CACHED_PAIRS, embeddings.shape[1]
    narrow, wide = np.empty(shape, np.float32), np.empty((2, *shape))
    for start in range(0, len(rows), CACHED_PAIRS):
        block = slice(start, start + CACHED_PAIRS)
        P = len(rows[block])
        for side, numbers in zip(wide, (rows, others), strict=True):
            np.take(embeddings, numbers[block], axis=0, out=narrow[:P], mode="clip")  # no copy
            side[:P] = narrow[:P]
        cosines[block] = np.vecdot(wide[0, :P], wide[1, :P])
    return np.clip(cosines, -1, 1, out=cosines)


def first_of_each(
    rows: IndexArray, others: IndexArray, cosines: FloatArray, k: int
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return as `nearest_of_each`, given the cosines of the pairs."""
    order = _by_row_and_cosine(rows, others, cosines)
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))  # (B,)
    first = order[starts[:, None] + np.arange(k)]  # (B, k)
    return rows[order[starts]], others[first], cosines[first]


def _by_row_and_cosine(rows: IndexArray, others: IndexArray, cosines: FloatArray) -> IndexArray:
    """Return ``np.lexsort((others, -cosines, rows))``, in a ninth of the time.

    One number holds a row and its cosine, whose bits are brought into order; ties are few.
    """
    bits = (cosines + np.float32(0)).view(np.int32).astype(np.int64)  # -0 is 0
    bits ^= bits >> 63 & 0x7FFFFFFF  # of negative numbers the larger have the smaller bits
    key = (rows << 32) - bits  # (P,)
    order = np.argsort(key)
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    among = order[tied]
    order[tied] = among[np.lexsort((others[among], ordered[tied]))]
    return order


def insert(
    nearest: RowArray,
    cosines: FloatArray,
    embeddings: FloatArray,
    rows: IndexArray,
    others: IndexArray,
) -> None:
    """Let each of some rows have another row among its nearest, if it is one of them.

    ``nearest`` and ``cosines`` are `Graph`'s arrays, in place; -1 and -inf where there is none yet.
    """
    k = nearest.shape[1]
    touched = np.unique(rows)
    rows = np.concatenate([np.repeat(touched, k), rows])
    fresh = cosine(embeddings, rows[len(touched) * k :], others)
    others = np.concatenate([nearest[touched].ravel(), others])
    touched, found, true = first_of_each(
        rows, others, np.concatenate([cosines[touched].ravel(), fresh]), k
    )
    nearest[touched], cosines[touched] = found, true
