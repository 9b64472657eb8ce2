"""Embeddings that are stored already, found again by their texts."""

import hashlib
from collections.abc import Sequence

import numpy as np

from semascope.collection.snapshot import EMBEDDING, FloatArray, Snapshot, to_matrix

BATCH = 8192  # texts held in memory


class Reuse:
    """The embeddings of a collection by the passages' texts.

    Parameters
    ----------
    snapshot : Snapshot
    """

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot
        hashes = [
            _short_hash(text)
            for batch in snapshot.batches([snapshot.text], BATCH)
            for text in batch.column(0).to_pylist()
        ]
        unsorted = np.array(hashes, np.uint64)
        self._numbers = np.argsort(unsorted, kind="stable")
        self._hashes = unsorted[self._numbers]  # ascending

    def find(self, texts: Sequence[str]) -> tuple[list[int], FloatArray]:
        """Return which texts are stored, and their embeddings.

        Parameters
        ----------
        texts : sequence of N str

        Returns
        -------
        positions : list of M int
            Of the texts that are stored, ascending.
        embeddings : ndarray of shape (M, D), float32
        """
        wanted = np.array([_short_hash(text) for text in texts], np.uint64)
        places = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        likely = np.flatnonzero(self._hashes[places] == wanted)
        numbers = self._numbers[places[likely]]
        columns = [self._snapshot.text, EMBEDDING]
        stored = self._snapshot.take(numbers.tolist(), columns)
        same = [
            texts[position] == text  # a hash of 64 bits is no proof
            for position, text in zip(likely.tolist(), stored[columns[0]].to_pylist(), strict=True)
        ]
        return likely[same].tolist(), to_matrix(stored[EMBEDDING])[same]


def _short_hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
