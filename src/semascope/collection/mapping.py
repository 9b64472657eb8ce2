"""The map of a collection over time: made once, then new passages find a place on it.

A map that moved with every new row would be a new town every day. So rows that were there keep
their places, and new ones are placed among them, until too much is new for the old map to hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection.derived import Arrays
from semascope.progress import Progress

FloatArray = NDArray[np.float32]
HashArray = NDArray[np.uint64]

MOST_NEW = 1 / 3  # share of texts that were placed later, or went; beyond, the map is made anew


@dataclass(frozen=True)
class Map:
    """A place in the plane for each passage, so that neighbors stay together.

    Attributes
    ----------
    coordinates : ndarray of shape (N, 2), float32
        In [-1, 1].
    honesty : ndarray of shape (N,), float32
        The share of each passage's true neighbors that are among its nearest on the map, in
        [0, 1].
    placed : ndarray of shape (N,), bool
        Whether a passage came after the map was made, and was given a place on it.
    remade : str
        Why the map was made anew although there was one; empty if it was not, or not just now.
    """

    coordinates: FloatArray
    honesty: FloatArray
    placed: NDArray[np.bool_]
    remade: str = ""
    _neighbors_of: Callable[[int], NDArray[np.int32]] = field(
        default=lambda _: np.empty(0, np.int32), repr=False, compare=False
    )

    @property
    def kept(self) -> float:
        """The mean honesty: one figure for how far to trust the map, in [0, 1]."""
        return float(self.honesty.mean(dtype=np.float64)) if len(self.honesty) else 1.0

    def torn(self, number: int) -> list[int]:
        """Return the true neighbors of a passage that lie far away from it on the map.

        Far is where more than one passage in a hundred lies nearer, and more than three times as
        many as it has neighbors.

        Parameters
        ----------
        number : int
            Of a passage, from 0.

        Returns
        -------
        list of int
            Numbers of passages, the most similar first; of those with one text the first.
        """
        neighbors = self._neighbors_of(number)
        return [int(far) for far in structure.torn(self.coordinates, neighbors, number)]


@dataclass(frozen=True)
class Known:
    """What is already known of the texts from an older map."""

    coordinates: FloatArray  # (M, 2), NaN where a text is new
    placed: NDArray[np.bool_]  # (M,) whether it was not there when that map was made
    gone: int  # texts of that map that are no more

    def reason_against(self) -> str:
        """Return why the older map cannot stay; empty if it can."""
        M, later = len(self.placed), int(self.placed.sum())
        old = M - later
        if later > MOST_NEW * M:
            return f"{later:,} of {M:,} texts have come since it was made"
        if self.gone > MOST_NEW * (old + self.gone):
            return f"{self.gone:,} of {old + self.gone:,} texts have gone since it was made"
        return ""


def recall(older: Arrays, hashes: HashArray) -> Known:
    """Return what an older map says of the texts with these hashes.

    Parameters
    ----------
    older : mapping of str to ndarray
        As `make` and `extend` returned it.
    hashes : ndarray of shape (M,), uint64
        Of the texts that there are now.
    """
    at = np.searchsorted(older["hashes"], hashes).clip(max=len(older["hashes"]) - 1)
    known = older["hashes"][at] == hashes  # (M,)
    coordinates = np.where(known[:, None], older["coordinates"][at], np.float32(np.nan))
    placed = np.where(known, older["placed"][at] != 0, True)
    return Known(coordinates, placed, gone=len(older["hashes"]) - int(known.sum()))


def make(
    hashes: HashArray, graph: structure.Graph, embeddings: FloatArray, on_progress: Progress
) -> Arrays:
    """Return a map of M texts: their hashes, coordinates, honesty, and that none came later."""
    coordinates = structure.layout(graph, embeddings, on_progress=on_progress)
    return _arrays(hashes, coordinates, graph, np.zeros(len(hashes), bool))


def extend(
    known: Known, hashes: HashArray, graph: structure.Graph, embeddings: FloatArray
) -> Arrays:
    """Return the older map with the new texts on it; no old one has moved."""
    coordinates = structure.place(graph, embeddings, known.coordinates)
    return _arrays(hashes, coordinates, graph, known.placed)


def _arrays(
    hashes: HashArray,
    coordinates: FloatArray,
    graph: structure.Graph,
    placed: NDArray[np.bool_],
) -> Arrays:
    return {
        "hashes": hashes,
        "coordinates": coordinates,
        "honesty": structure.neighbors_kept(coordinates, graph),
        "placed": placed.astype(np.uint8),
    }
