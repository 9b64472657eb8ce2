"""A collection's neighbor graph: kept with what tells its rows, and extended when some are new."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection import derived
from semascope.progress import Progress

FloatArray = NDArray[np.float32]
HashArray = NDArray[np.uint64]

N_NEIGHBORS = 15
BLOCK_ROWS = 2**14  # fingerprinted at once: 50 MB at 384 dimensions


def make(
    hashes: HashArray,
    embeddings: FloatArray,
    older: tuple[derived.Arrays, Any] | None,
    on_progress: Progress,
) -> tuple[derived.Arrays, Any]:
    """Return the arrays and notes of the graph of M texts, made from those of an older if it can.

    Parameters
    ----------
    hashes : ndarray of shape (M,), uint64
        Of the texts, ascending.
    embeddings : ndarray of shape (M, D)
    older : (arrays, notes), optional
        What this function returned for another version of the collection.
    on_progress : callable(done, total)
    """
    prints = _fingerprints(embeddings)
    graph = None
    if older is not None and len(older[0].get("prints", ())):
        earlier = _earlier(hashes, prints, older[0])
        graph = structure.extend(
            recall(*older), earlier, embeddings, k=N_NEIGHBORS, on_progress=on_progress
        )
    if graph is None:
        graph = structure.nearest_neighbors(embeddings, k=N_NEIGHBORS, on_progress=on_progress)
    arrays: derived.Arrays = {
        "hashes": hashes,
        "prints": prints,
        "neighbors": graph.neighbors,
        "similarity": graph.similarity,
    }
    return arrays, {"recall": graph.recall}


def recall(arrays: derived.Arrays, notes: Any) -> structure.Graph:
    """Return the graph that `make` made."""
    return structure.Graph(arrays["neighbors"], arrays["similarity"], notes["recall"])


def _earlier(hashes: HashArray, prints: HashArray, older: derived.Arrays) -> NDArray[np.int64]:
    """Return the number that each text had in an older graph, -1 if it was not there as it is."""
    place = np.searchsorted(older["hashes"], hashes)
    place = np.minimum(place, len(older["hashes"]) - 1)
    same = (older["hashes"][place] == hashes) & (older["prints"][place] == prints)
    return np.where(same, place, -1)


def _fingerprints(embeddings: FloatArray) -> HashArray:
    """Return a number for each embedding, (M,), which another one, to the bit, hardly ever has.

    The sum of the float32 numbers' bits times random factors, modulo 2⁶⁴ (multilinear hashing;
    Lemire & Kaser 2014, Strongly universal string hashing is fast).
    """
    D = embeddings.shape[1]
    factors = np.random.default_rng(0).integers(2**64, size=D, dtype=np.uint64) | np.uint64(1)
    prints = np.empty(len(embeddings), np.uint64)
    for start in range(0, len(embeddings), BLOCK_ROWS):
        block = np.ascontiguousarray(embeddings[start : start + BLOCK_ROWS])
        prints[start : start + BLOCK_ROWS] = block.view(np.uint32).astype(np.uint64) @ factors
    return prints
