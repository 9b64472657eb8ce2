"""The passages nearest to an embedding: exactly and in memory, or through an index on the disk."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from semascope.collection import indexes
from semascope.collection.snapshot import EMBEDDING, FloatArray, Snapshot, to_matrix
from semascope.similarity import top_k

Numbers = NDArray[np.intp]

ROUNDING = 1e-6  # how far equal rows may be apart in a matrix product: sums in float32
FEW = 10_000  # passages that pass a filter: comparing all of them is as fast as the index
BLOCK = 16_384  # passages compared at a time where the index fails: 25 MB
PROBES = 40  # partitions of the index that are searched, of some 4,000 passages each
REFINE, COMPARED = 4, 200  # times as many as wanted are compared exactly, and at least so many


@dataclass(frozen=True)
class Filter:
    """A condition, and the passages of a snapshot that pass it."""

    where: str
    numbers: Numbers  # ascending


class Nearest(Protocol):
    """Finds the passages of a snapshot that are nearest to an embedding of unit length."""

    def find(self, embedding: FloatArray, n: int, passing: Filter | None) -> Numbers:
        """Return the n nearest, nearest first, ties by number; fewer only if no more pass."""

    def similarity(self, embedding: FloatArray, numbers: Numbers) -> FloatArray:
        """Return the similarity of each of some passages."""


def open_nearest(snapshot: Snapshot) -> Nearest:
    """Return what finds the nearest passages of a snapshot best."""
    return InMemory(snapshot) if len(snapshot) <= indexes.LIMIT else OnDisk(snapshot)


class InMemory:
    """Compares all: exact."""

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot

    def find(self, embedding: FloatArray, n: int, passing: Filter | None) -> Numbers:
        """See `Nearest.find`."""
        similarity = self._snapshot.embeddings @ embedding  # (N,)
        if passing:
            similarity = similarity[passing.numbers]
        near = _largest(similarity, n)
        numbers = passing.numbers[near] if passing else near
        return numbers[top_k(self.similarity(embedding, numbers), n)]

    def similarity(self, embedding: FloatArray, numbers: Numbers) -> FloatArray:
        """See `Nearest.similarity`."""
        similarity: FloatArray = np.vecdot(self._snapshot.embeddings[numbers], embedding)
        return similarity


class OnDisk:
    """Asks Lance, and holds no more than what it finds: nearly exact, exact where few pass."""

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot

    def find(self, embedding: FloatArray, n: int, passing: Filter | None) -> Numbers:
        """See `Nearest.find`."""
        there = len(passing.numbers) if passing else len(self._snapshot)
        if passing and there <= FEW:
            return self._compare(embedding, n, passing.numbers)
        found = self._snapshot.read(
            columns=[EMBEDDING, "_distance"],
            nearest={
                "column": EMBEDDING,
                "q": embedding,
                "k": n,
                "metric": indexes.METRIC,
                "minimum_nprobes": PROBES,  # more where a filter leaves too few
                "refine_factor": max(REFINE, COMPARED // n),
            },
            filter=passing.where if passing else None,
            prefilter=True,
            with_row_address=True,
        )
        if found.num_rows < min(n, there):
            return self._compare(embedding, n, passing.numbers if passing else np.arange(there))
        numbers = self._snapshot.numbers(found["_rowaddr"].to_numpy())
        similarity = np.vecdot(to_matrix(found[EMBEDDING]), embedding)
        return numbers[np.lexsort((numbers, -similarity))]

    def similarity(self, embedding: FloatArray, numbers: Numbers) -> FloatArray:
        """See `Nearest.similarity`."""
        parts = [
            np.vecdot(
                to_matrix(self._snapshot.take(some.tolist(), [EMBEDDING])[EMBEDDING]), embedding
            )
            for some in np.split(numbers, range(BLOCK, len(numbers), BLOCK))
        ]
        return np.concatenate(parts)

    def _compare(self, embedding: FloatArray, n: int, numbers: Numbers) -> Numbers:
        return numbers[top_k(self.similarity(embedding, numbers), n)]


def _largest(similarity: FloatArray, n: int) -> Numbers:
    """Return where the n largest are, and what equals the last of them but for rounding."""
    N = len(similarity)
    if n >= N:
        return np.arange(N)
    nth = np.partition(similarity, N - n)[N - n]
    return np.flatnonzero(similarity >= nth - ROUNDING)
