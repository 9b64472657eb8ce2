"""Nearly all nearest neighbors of very many embeddings, and how many of them.

The rows are divided many times, at random, into cells of about 2 √N: each row joins the nearest of
√N / 2 rows that were drawn. Within a cell products tell the neighbors, as exactly as the processor
multiplies fastest, and the best that a row has met in any of its cells are kept, by cosines summed
in float64. Neighbors that one division parts are together in another; divisions go on until, of a
sample of rows, the share of true neighbors found is large enough. So a division costs N √N, and the
recall is not hoped for but measured.

Wang, Wang, Zeng, Tu, Gan & Li (2012), Scalable k-NN graph construction for visual descriptors, who
divide by random planes. Against a hierarchical navigable small world graph (Malkov & Yashunin
2018), which has to be built on one thread to be the same every time, see docs/decisions.md.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import local
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from semascope.encoder.runtime import compile_model, make_model, native_precision, op
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
)
from semascope.structure.stored import TYPES, Stored, as_stored, tensor

RECALL = 0.96  # of the sample: 0.95 of all rows, then, as good as surely (3 standard errors)
SAMPLE = 500  # rows
DIVISIONS = 60  # at most; 14 to 20 are usual
ASSIGNED = 4096  # rows that choose their cell at once: 4 MB of products with 500
CELL_QUERIES = 1024  # rows of a cell whose neighbors are sought at once
STEP = 64  # rows that a cell is filled up to a multiple of: few sizes, as each costs a kernel
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
    for queries, others in fine_candidates(embeddings, sample, k):
        of, _, true = nearest_of_each(embeddings, queries, others, k)
        kth[of] = true[:, -1]

    recall, rows = 0.0, _Rows(embeddings)
    with closing(_Threads()) as threads:
        for division in range(DIVISIONS):
            cell = _divide(rows, np.random.default_rng(division), threads)  # (N,)
            order = np.argsort(cell, kind="stable")
            cells = np.split(order, np.flatnonzero(np.diff(cell[order])) + 1)
            threads.run(lambda members: _meet(nearest, cosines, rows, members), cells)
            recall = float((cosines[sample] >= kth[sample, None]).mean())
            on_progress(round(min(recall / RECALL, 1) * N), N)
            if recall >= RECALL:
                break
    alone = np.flatnonzero(nearest[:, -1] < 0)  # in tiny cells all the time
    for queries, others in fine_candidates(embeddings, alone, k):
        of, found, true = nearest_of_each(embeddings, queries, others, k)
        nearest[of], cosines[of] = found, true
    return nearest, cosines, recall


class _Rows:
    """N embeddings, and their products in what the processor multiplies fastest.

    A product of bfloat16 is left as it is stored, and taken for a whole number: those from 0 on
    are in the order of what they stand for, and the others, all below, are nobody's neighbors.
    """

    def __init__(self, embeddings: FloatArray):
        self.embeddings = embeddings
        self._precision = native_precision()
        self._stored = as_stored(embeddings, self._precision)
        a, b = (op.parameter([-1, embeddings.shape[1]], TYPES[self._precision]) for _ in "ab")
        model = make_model([op.matmul(a, b, False, True)], [a, b], "products")
        self._compiled = compile_model(model, self._precision)
        self._of_thread = local()

    def __len__(self) -> int:
        return len(self.embeddings)

    def __getitem__(self, rows: IndexArray | slice) -> Stored:
        """Return some rows, with zeros up to a multiple of ``STEP``."""
        stored = self._stored[rows]
        return np.concatenate(
            [stored, np.zeros((-len(stored) % STEP, stored.shape[1]), stored.dtype)]
        )

    def products(self, a: Stored, b: Stored) -> NDArray[Any]:
        """Return the products of all rows of a with all of b; good until this thread's next."""
        if not hasattr(self._of_thread, "request"):
            self._of_thread.request = self._compiled.create_infer_request()
        request = self._of_thread.request
        for place, rows in enumerate((a, b)):
            request.set_input_tensor(place, tensor(rows, self._precision))
        request.infer()
        product: NDArray[Any] = request.get_output_tensor(0).data
        return product if self._precision == "f32" else product.view(np.int16)

    def comparable(self, cosines: FloatArray) -> NDArray[Any]:
        """Return cosines as their products are, rounded down; at least 0."""
        positive = np.maximum(cosines, 0)
        if self._precision == "f32":
            return positive
        return (positive.view(np.uint32) >> 16).astype(np.int16)


def _divide(rows: _Rows, rng: np.random.Generator, threads: "_Threads") -> IndexArray:
    """Return the cell of each row, (N,): which of √N / 2 rows drawn at random is nearest to it."""
    N = len(rows)
    pivots = rows[rng.choice(N, round(np.sqrt(N) / 2), replace=False)]
    cell = np.empty(N, np.int64)

    def choose(start: int) -> None:
        some = rows[start : start + ASSIGNED]
        nearest = np.argmax(rows.products(some, pivots), axis=1)
        cell[start : start + ASSIGNED] = nearest[: N - start]

    threads.run(choose, range(0, N, ASSIGNED))
    return cell


def _meet(nearest: RowArray, cosines: FloatArray, rows: _Rows, members: IndexArray) -> None:
    """Let the rows of a cell have each other among their nearest, if they are."""
    n, k = len(members), min(nearest.shape[1], len(members) - 1)
    if k == 0:
        return
    inside = rows[members]
    for start in range(0, n, CELL_QUERIES):
        queries = members[start : start + CELL_QUERIES]  # (B,)
        product = rows.products(inside[start : start + CELL_QUERIES], inside)[: len(queries)]
        lines = np.arange(len(queries))
        product[lines, start + lines] = 0
        enough = rows.comparable(cosines[queries, -1])
        enough = np.maximum(enough, kth_best_at_least(product, k))
        for line, column in pairs_reaching(product, enough[:, None]):
            new = (column < n) & (line + start != column)
            line, column = line[new], members[column[new]]
            new = (nearest[queries[line]] != column[:, None]).all(axis=1)
            insert(nearest, cosines, rows.embeddings, queries[line[new]], column[new])


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
