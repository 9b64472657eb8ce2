"""Nearly all nearest neighbors of very many embeddings, and how many of them.

The rows are divided many times, at random, into cells of about √N: each row joins the nearest of
√N rows that were drawn. Within a cell neighbors are exact, and the best that a row has met in any
of its cells are kept. Neighbors that one division parts are together in another; divisions go on
until, of a sample of rows, the share of true neighbors found is large enough. So a division costs
N √N, and the recall is not hoped for but measured.

Wang, Wang, Zeng, Tu, Gan & Li (2012), Scalable k-NN graph construction for visual descriptors, who
divide by random planes. Against a hierarchical navigable small world graph (Malkov & Yashunin
2018), which has to be built on one thread to be the same every time, see docs/decisions.md.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from semascope.progress import Progress, silent
from semascope.structure.blocks import kth_best_at_least
from semascope.structure.exact import (
    FloatArray,
    IndexArray,
    RowArray,
    fine_candidates,
    insert,
    nearest_of_each,
    pairs_reaching,
    slack,
)

RECALL = 0.96  # of the sample: 0.95 of all rows, then, as good as surely (3 standard errors)
SAMPLE = 500  # rows
DIVISIONS = 60  # at most; 16 to 24 are usual
ASSIGNED = 4096  # rows that choose their cell at once: 16 MB of products with 1,000
CELL_QUERIES = 1024  # rows of a cell whose neighbors are sought at once
Item = TypeVar("Item")


def approximate_neighbors(
    embeddings: FloatArray, k: int, on_progress: Progress = silent
) -> tuple[RowArray, FloatArray, float]:
    """Return k near rows of each of N rows, their similarity, and the recall, as `Graph` has them.

    The same for any number of threads; pivots are drawn with fixed seeds. ``on_progress`` counts
    rows: of N the share that the recall so far is of the recall that is aimed at.
    """
    N = len(embeddings)
    nearest = np.full((N, k), -1, np.int32)
    cosines = np.full((N, k), -np.inf, np.float32)
    sample = np.linspace(0, N - 1, min(SAMPLE, N)).astype(np.int64)
    kth = np.empty(N, np.float32)  # cosine of the sample's k-th nearest
    for rows, others in fine_candidates(embeddings, sample, k):
        queries, _, true = nearest_of_each(embeddings, rows, others, k)
        kth[queries] = true[:, -1]

    recall, meet = 0.0, partial(_meet, nearest, cosines, embeddings)
    with threadpool_limits(1, "blas"), closing(_Threads()) as threads:
        for division in range(DIVISIONS):
            cell = _divide(embeddings, np.random.default_rng(division), threads)  # (N,)
            order = np.argsort(cell, kind="stable")
            threads.run(meet, np.split(order, np.flatnonzero(np.diff(cell[order])) + 1))
            recall = float((cosines[sample] >= kth[sample, None]).mean())
            on_progress(round(min(recall / RECALL, 1) * N), N)
            if recall >= RECALL:
                break
    alone = np.flatnonzero(nearest[:, -1] < 0)  # in tiny cells all the time
    for rows, others in fine_candidates(embeddings, alone, k):
        queries, found, true = nearest_of_each(embeddings, rows, others, k)
        nearest[queries], cosines[queries] = found, true
    return nearest, cosines, recall


def _divide(embeddings: FloatArray, rng: np.random.Generator, threads: "_Threads") -> IndexArray:
    """Return the cell of each row, (N,): which of √N rows drawn at random is nearest to it."""
    N = len(embeddings)
    pivots = embeddings[rng.choice(N, round(np.sqrt(N)), replace=False)].T.copy()  # (D, √N)
    cell = np.empty(N, np.int64)

    def choose(start: int) -> None:
        cell[start : start + ASSIGNED] = np.argmax(
            embeddings[start : start + ASSIGNED] @ pivots, axis=1
        )

    threads.run(choose, range(0, N, ASSIGNED))
    return cell


def _meet(nearest: RowArray, cosines: FloatArray, embeddings: FloatArray, rows: IndexArray) -> None:
    """Let the rows of a cell have each other among their nearest, if they are."""
    inside, k = embeddings[rows], min(nearest.shape[1], len(rows) - 1)
    if k == 0:
        return
    for start in range(0, len(rows), CELL_QUERIES):
        queries = rows[start : start + CELL_QUERIES]  # (B,)
        product = inside[start : start + CELL_QUERIES] @ inside.T  # (B, n)
        product[np.arange(len(queries)), start + np.arange(len(queries))] = -np.inf
        enough = np.maximum(kth_best_at_least(product, k), cosines[queries, -1])
        enough -= slack(inside.shape[1])
        for line, column in pairs_reaching(product, enough[:, None]):
            known = (nearest[queries[line]] == rows[column, None]).any(axis=1)
            insert(nearest, cosines, embeddings, queries[line[~known]], rows[column[~known]])


class _Threads:
    """As many threads as processors; what waits is dropped when an exception ends the work."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(os.cpu_count())

    def run(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Do the work on all items, in whatever order."""
        for _ in self._pool.map(work, items):
            pass

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
