"""Placement: rows that are new on a map on which everything else stays where it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semascope.structure.graph import FloatArray, Graph

SEED = 0
ROUNDS = 20  # steps towards the neighbors: the median step of the last is under 1% of the first
PROBES = 2_000  # rows from which the usual distance between neighbors on the map is learned
LANDMARKS = 2**16  # rows among which one without any tie to the map finds its nearest
BLOCK = 512  # such rows at once: 128 MB of similarities
APART = 0.1  # of the usual distance: how far rows that come to one spot are put apart
CROWD = 0.9  # how much more where all neighbors are new, so that a new topic is more than a dot


def place(graph: Graph, embeddings: FloatArray, coordinates: FloatArray) -> FloatArray:
    """Return the map with a place for the rows that have none yet; no other moves.

    Each new row goes where its neighbors pull it: t-SNE's attraction, 1/(1 + d²), with d in units
    of the usual distance between neighbors. So it ends among those that lie together, where a
    mean would end between two groups. New rows pull each other too, those without a tie to the
    old ones start at the most similar row that is on the map.

    Parameters
    ----------
    graph : Graph
        N rows and their k neighbors.
    embeddings : ndarray of shape (N, D), float32
        Unit vectors; asked only for rows without ties.
    coordinates : ndarray of shape (N, 2), float32
        The older map; NaN for a new row. At least one row is old.

    Returns
    -------
    ndarray of shape (N, 2), float32
        The same for the same input, whatever the number of threads.

    References
    ----------
    Poličar, Stražar & Zupan (2023), Embedding to reference t-SNE space addresses batch effects in
    single-cell classification, which places new points one by one among fixed old ones.
    """
    new = np.flatnonzero(np.isnan(coordinates[:, 0]))  # (M,)
    if not len(new):
        return coordinates
    unit = _usual_distance(coordinates[np.isfinite(coordinates[:, 0])], graph.neighbors.shape[1])
    places = _start(graph, embeddings, coordinates, new)  # (N, 2) float64
    neighbors, weights = graph.neighbors[new], np.maximum(graph.similarity[new], 1e-6)  # (M, k)
    for _ in range(ROUNDS if neighbors.size else 0):
        there = places[neighbors]  # (M, k, 2)
        square = ((there - places[new][:, None]) ** 2).sum(axis=2) / unit**2  # (M, k)
        pull = weights / (1 + square)
        places[new] = (pull[:, :, None] * there).sum(axis=1) / pull.sum(axis=1)[:, None]
    crowd = np.isin(neighbors, new).mean(axis=1) if neighbors.size else np.zeros(len(new))  # (M,)
    scatter = np.random.default_rng(SEED).normal(0, unit, (len(new), 2))
    places[new] += scatter * (APART + CROWD * crowd**2)[:, None]
    placed: FloatArray = coordinates.copy()
    placed[new] = places[new]
    return placed


def _start(
    graph: Graph, embeddings: FloatArray, coordinates: FloatArray, new: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return (N, 2): each new row at the most similar of its neighbors that has a place."""
    places = coordinates.astype(np.float64)
    homeless = new
    while len(homeless):
        neighbors = graph.neighbors[homeless]  # (M, k)
        settled = np.isfinite(places[neighbors, 0])
        found = settled.any(axis=1)
        if not found.any():
            found[:] = True
            hosts = _most_similar(embeddings, homeless, np.flatnonzero(np.isfinite(places[:, 0])))
        else:
            hosts = neighbors[found, settled[found].argmax(axis=1)]
        places[homeless[found]] = places[hosts]
        homeless = homeless[~found]
    return places


def _most_similar(
    embeddings: FloatArray, rows: NDArray[np.intp], others: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return for each row the most similar of the others, or of a fair sample of many."""
    landmarks = others[:: -(-len(others) // LANDMARKS)]
    space = embeddings[landmarks]
    best = [
        (embeddings[rows[start : start + BLOCK]] @ space.T).argmax(axis=1)
        for start in range(0, len(rows), BLOCK)
    ]
    found: NDArray[np.intp] = landmarks[np.concatenate(best)]
    return found


def _usual_distance(coordinates: FloatArray, k: int) -> float:
    """Return the median distance to the nearest k on the map; never quite 0."""
    from scipy.spatial import cKDTree  # as in `honesty`

    probes = coordinates[:: -(-len(coordinates) // PROBES)]
    nearest = min(k, len(coordinates) - 1) + 1  # itself too
    distance, _ = cKDTree(coordinates).query(probes, [nearest])
    return max(float(np.median(distance)), 1e-6)
