"""What similarities are usual in a collection, so that one of them can be judged.

They are measured once per version and kept beside the collection. It is read in blocks: memory
does not grow with it.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from semascope.collection import derived
from semascope.collection.snapshot import BLOCK, EMBEDDING, FloatArray, Snapshot, to_matrix

PAIRS = 100_000  # a step in a percentile is 0.001%
PAIRED = 32_768  # passages that they are made of: 50 MB
NEIGHBORS = 500  # passages whose nearest is looked for: a percentile is off by 2% (one sigma)
SAME = 1 - 1e-5  # similarity above which two texts are the same to the model, but for rounding
NONE = -2  # less than any similarity
SEED = 0


@dataclass(frozen=True)
class Usual:
    """Similarities of samples, ascending; none where there is nothing to compare."""

    pairs: FloatArray  # of random pairs of different passages
    neighbors: FloatArray  # of random passages, each to its nearest that has another text


def prepare(snapshot: Snapshot) -> Usual:
    """Return what similarities are usual, measured now or at an earlier time."""
    measured: list[Usual] = []

    def make(name: str) -> tuple[derived.Arrays, None]:
        if not measured:
            measured.append(_measure(snapshot))
        return {"similarity": getattr(measured[0], name)}, None

    def remember(name: str) -> FloatArray:
        folder, version = snapshot.path / derived.FOLDER, snapshot.version
        arrays, _ = derived.remember(
            folder, f"usual-{name}", lambda: make(name), of_version=version
        )
        return arrays["similarity"]

    return Usual(pairs=remember("pairs"), neighbors=remember("neighbors"))


def _measure(snapshot: Snapshot) -> Usual:
    random = np.random.default_rng(SEED)
    paired = np.sort(random.permutation(len(snapshot))[:PAIRED])
    some = np.sort(random.permutation(len(snapshot))[:NEIGHBORS])
    sample = to_matrix(snapshot.take(some.tolist(), [EMBEDDING])[EMBEDDING])  # (500, D)
    nearest = np.full(len(some), NONE, np.float32)
    embeddings, start = [], 0
    for batch in snapshot.batches([EMBEDDING], BLOCK):
        block = to_matrix(pa.chunked_array([batch[EMBEDDING]]))  # (BLOCK, D)
        first, last = np.searchsorted(paired, [start, start + len(block)])
        embeddings.append(block[paired[first:last] - start])
        similarity = sample @ block.T  # (500, BLOCK)
        similarity[similarity > SAME] = NONE
        np.maximum(nearest, similarity.max(axis=1), out=nearest)
        start += len(block)
    return Usual(
        _random_pairs(np.concatenate(embeddings), random), np.sort(nearest[nearest > NONE])
    )


def _random_pairs(embeddings: FloatArray, random: np.random.Generator) -> FloatArray:
    """Return the similarities of random pairs of N embeddings, ascending."""
    N = len(embeddings)
    if N < 2:
        return np.empty(0, np.float32)
    a = random.integers(N, size=PAIRS)
    b = (a + random.integers(1, N, size=PAIRS)) % N  # never a itself
    parts = [
        np.vecdot(embeddings[a[block]], embeddings[b[block]])
        for block in np.array_split(np.arange(PAIRS), 20)  # 2 × 8 MB at a time
    ]
    return np.sort(np.concatenate(parts))
