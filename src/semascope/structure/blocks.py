"""Pairs of rows among which are each row's nearest neighbors, at the speed of the hardware.

An OpenVINO graph multiplies a block of queries by all rows and takes the maximum over groups of
products; only the groups with a great one are looked into. Where the processor multiplies bfloat16
numbers itself it is asked to: that is several times as fast as float32, and too coarse to rank
neighbors by. It need not rank them. What belongs to the k nearest of a row is at most twice the
error of a product below its k-th best product, and that error has a proven bound.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from semascope.encoder.runtime import (
    CompiledModel,
    Precision,
    compile_model,
    make_model,
    native_precision,
    op,
    ov,
)
from semascope.structure.stored import (
    BLOCK_ROWS,
    STORED_AS,
    TYPES,
    FloatArray,
    Stored,
    as_float32,
    as_stored,
    tensor,
)

IndexArray = NDArray[np.int64]

QUERIES = 512  # multiplied at once, where there are not too many rows
CELLS = 2**26  # products that a request holds at most: 128 MB of bfloat16, 256 of float32
GROUP = 32  # products with one maximum
STRIDE = 32  # from one of them to the next: maxima of lines then, yet a group is near together
PART = GROUP * STRIDE  # rows whose products still lie in the cache when the maxima are taken
MANY = 512  # groups within reach of a query: beyond, float32 is faster, as it tells more apart


def candidates(
    embeddings: FloatArray, k: int, precision: Precision | None = None
) -> Iterator[tuple[IndexArray, IndexArray, IndexArray]]:
    """Yield pairs (row, other) among which are the k nearest of each row, ties included.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Of about unit length; N as `are_enough` wants it.
    k : int
    precision : "bf16" or "f32", optional
        What to multiply in; by default what the processor is best at.

    Yields
    ------
    queries, rows, others : ndarray of shape (B,), (P,), (P,), int64
        The rows sought for, and the pairs of each. A row without pairs has so many others that
        are equally near, as far as products in this precision tell, that they are not listed.
    """
    N = len(embeddings)
    precision = precision or native_precision()
    multiplied, error = _as_multiplied(embeddings, precision)
    layout = _Layout(N, int(np.clip(CELLS // N, 1, QUERIES)))
    compiled = _compile(multiplied, layout, precision)
    streams = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
    idle = [_Request(compiled, layout, precision) for _ in range(streams + 1)]  # one is looked into
    running: deque[_Request] = deque()
    try:
        for start in range(0, N, layout.queries):
            request = idle.pop()
            request.start(start, multiplied[start : start + layout.queries])
            running.append(request)
            if not idle:
                idle.append(running.popleft())
                yield idle[-1].candidates(k, error)
        while running:
            yield running.popleft().candidates(k, error)
    finally:  # after Ctrl-C too, what is under way must end before its memory goes
        for request in running:
            request.wait()


def are_enough(N: int, k: int) -> bool:
    """Return whether there are more groups without zeros than neighbors."""
    return k < _Layout(N, 1).full_groups


def _as_multiplied(embeddings: FloatArray, precision: Precision) -> tuple[Stored, float]:
    """Return the rows as they are multiplied, and how far a product is off at most.

    Not counting its own rounding when it is stored. With x' for the row x as multiplied,
    |xy - x'y'| ≤ |x - x'| |y| + |x'| |y - y'| (Cauchy and Schwarz), and a sum of D products is off
    by D u / (1 - D u) |x'| |y'| at most in whatever order it is taken, u = 2⁻²⁴ (Higham 2002,
    Accuracy and Stability of Numerical Algorithms, section 3.1).
    """
    N, D = embeddings.shape
    multiplied = as_stored(embeddings, precision)
    away, length = np.empty(N), np.empty(N)  # |x - x'|, |x|
    for start in range(0, N, BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        rows = embeddings[block]
        lost = (rows - as_float32(multiplied[block])).astype(np.float64)
        away[block] = np.sqrt(np.vecdot(lost, lost))
        wide = rows.astype(np.float64)
        length[block] = np.sqrt(np.vecdot(wide, wide))
    farthest, longest = float(away.max()), float(length.max())
    summing = (D + 2) * 2.0**-24 * (longest + farthest) ** 2  # + 2: for the denominator
    return multiplied, farthest * (2 * longest + farthest) + summing


class _Layout:
    """How N rows are dealt into parts and groups, and where their products with B queries lie.

    Zeros fill the rows up to whole parts. Group i of a part has its rows i, ``STRIDE`` + i,
    2 ``STRIDE`` + i, …
    """

    def __init__(self, N: int, queries: int):
        self.N, self.queries = N, queries
        self.parts = -(-N // PART)
        self.groups = self.parts * STRIDE
        self.full_groups = N // PART * STRIDE  # those without zeros, the first

    def first(self, group: IndexArray) -> IndexArray:
        """Return the first row of each of P groups, (P,)."""
        return group // STRIDE * PART + group % STRIDE

    def places(self, query: IndexArray, row: IndexArray) -> IndexArray:
        """Return where the products of P queries and rows are, (P,)."""
        return (row // PART * self.queries + query) * PART + row % PART


def _compile(rows: Stored, layout: _Layout, precision: Precision) -> CompiledModel:
    """Return the graph from queries (B, D) to groups' maxima (B, G) and parts' products."""
    D = rows.shape[1]
    zeros = np.zeros((layout.parts * PART - len(rows), D), rows.dtype)
    parts = np.concatenate([rows, zeros]).reshape(-1, PART, D)
    queries = op.parameter([layout.queries, D], TYPES[precision])
    by_group = op.constant(np.array([layout.queries, GROUP, STRIDE]))
    products = [
        op.matmul(queries, op.constant(tensor(part, precision)), False, True)  # (B, PART)
        for part in parts
    ]
    maxima = [
        op.reduce_max(op.reshape(some, by_group, False), op.constant(np.array([1])))  # (B, STRIDE)
        for some in products
    ]
    outputs = [op.convert(op.concat(maxima, 1), "f32"), *products]
    model = make_model([op.result(output) for output in outputs], [queries], "neighbors")
    return compile_model(model, precision)


class _Request:
    """A block of queries on its way through the graph, and memory for what comes out."""

    def __init__(self, compiled: CompiledModel, layout: _Layout, precision: Precision):
        self._layout = layout
        self._precision = precision
        self._request = compiled.create_infer_request()
        B = layout.queries
        self._maxima = np.empty((B, layout.groups), np.float32)
        self._products: Stored = np.empty((layout.parts, B, PART), STORED_AS[precision])
        self._request.set_output_tensor(0, ov.Tensor(self._maxima, shared_memory=True))
        for number, part in enumerate(self._products, start=1):
            self._request.set_output_tensor(number, tensor(part, precision))

    def start(self, first: int, queries: Stored) -> None:
        """Send a block of queries on its way, given the number of the first."""
        self._numbers = np.arange(first, first + len(queries))
        missing = self._layout.queries - len(queries)  # at the very end
        self._queries = np.pad(queries, ((0, missing), (0, 0))) if missing else queries
        self._request.set_input_tensor(tensor(self._queries, self._precision))
        self._request.start_async()

    def wait(self) -> None:
        self._request.wait()

    def candidates(self, k: int, error: float) -> tuple[IndexArray, IndexArray, IndexArray]:
        """Wait for the products and return what `candidates` yields."""
        self.wait()
        layout, queries = self._layout, self._numbers
        maxima = self._maxima[: len(queries)]  # (B, G)
        # the row itself is among the k + 1
        best = kth_best_at_least(maxima[:, : layout.full_groups], k + 1)  # (B,)
        enough = self._within_reach(best, error)
        reached = maxima >= enough[:, None]
        reached[np.count_nonzero(reached, axis=1) > MANY] = False
        query, group = np.divmod(np.flatnonzero(reached), layout.groups)  # (P,)
        first = layout.first(group)
        places = layout.places(query, first)[:, None] + STRIDE * np.arange(GROUP)  # (P, GROUP)
        near = as_float32(self._products.ravel()[places]) >= enough[query, None]
        pair, member = np.divmod(np.flatnonzero(near), GROUP)
        query, rows = queries[query[pair]], first[pair] + STRIDE * member
        others = (rows < layout.N) & (rows != query)
        return queries, query[others], rows[others]

    def _within_reach(self, best: FloatArray, error: float) -> FloatArray:
        """Return the least product that a row as near as the k-th has, as stored.

        A cosine of k rows reaches ``best``, less the error of a product. What is as near has a
        product that is smaller by another error at most. Each was rounded when it was stored.
        The cosines are rounded to float32 and cut at 1 when they are ranked: what they may lose
        in it, and what is lost here, are the last steps' 2⁻²².
        """
        rounding = 2.0**-8 if self._precision == "bf16" else 0.0
        reach = np.minimum(best.astype(np.float64), 1.0)
        reach -= rounding * np.abs(reach) + 2 * error + 2.0**-22
        reach -= rounding * np.abs(reach) + 2.0**-22
        return reach.astype(np.float32)


def kth_best_at_least(product: FloatArray, k: int) -> FloatArray:
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
