"""Clusters: communities of the neighbor graph, so that every row belongs to one."""

import random

import igraph
import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue
from semascope.structure.graph import FloatArray, Graph, RowArray

SEED = 0
LEAST_WEIGHT = 1e-6  # of an edge: modularity knows no negative weights, and needs a positive sum


def leiden(graph: Graph, *, resolution: float = 1.0) -> RowArray:
    """Return the cluster of each row, found by maximizing modularity.

    Parameters
    ----------
    graph : Graph
        N rows; its edges are taken as undirected, weighted by cosine similarity.
    resolution : float
        Above 0; the higher, the more and smaller the clusters.

    Returns
    -------
    ndarray of shape (N,), int32
        Labels 0 to C - 1 by descending size, clusters of equal size by their lowest row. Every
        row has one. The same for the same graph.

    Raises
    ------
    InvalidValue
        If resolution is not above 0.

    References
    ----------
    Traag, Waltman & van Eck (2019), From Louvain to Leiden: guaranteeing well-connected
    communities. The resolution is γ in Reichardt & Bornholdt (2006).
    """
    if not resolution > 0:
        raise InvalidValue(f"resolution must be above 0, got {resolution}")
    low, high, similarity = graph.edges()
    edges = np.column_stack([low, high]).astype(np.int64)  # (E, 2), igraph's own integers
    network = igraph.Graph(n=len(graph.neighbors), edges=edges.data)
    igraph.set_random_number_generator(random.Random(SEED))  # noqa: S311, no secret here
    try:
        found = network.community_leiden(
            objective_function="modularity",
            weights=np.maximum(similarity, LEAST_WEIGHT),
            resolution=resolution,
            n_iterations=2,
        )
    finally:
        igraph.set_random_number_generator(random)  # igraph's default
    return _largest_first(np.array(found.membership, dtype=np.int64))


def typical(embeddings: FloatArray, labels: RowArray, *, n: int = 3) -> list[RowArray]:
    """Return for each cluster the rows most similar to its mean.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    labels : ndarray of shape (N,), int32
        Clusters 0 to C - 1, none of them empty.
    n : int
        Rows wanted of each cluster.

    Returns
    -------
    list of C ndarrays of shape (at most n,), int32
        Most typical first, equally typical ones by row number.
    """
    return [rows[_most_typical(embeddings[rows], n)] for rows in members(labels)]


def members(labels: RowArray) -> list[RowArray]:
    """Return the rows of each cluster, ascending."""
    order = np.argsort(labels, kind="stable").astype(np.int32)
    return np.split(order, np.cumsum(np.bincount(labels))[:-1]) if len(labels) else []


def _largest_first(membership: NDArray[np.int64]) -> RowArray:
    """Renumber clusters by descending size, those of equal size by their lowest row."""
    _, first, cluster, size = np.unique(
        membership, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[cluster]


def _most_typical(embeddings: FloatArray, n: int) -> NDArray[np.int64]:
    """Return the places of the n embeddings most similar to the mean of all."""
    similarity = embeddings @ embeddings.mean(axis=0, dtype=np.float64)  # up to a factor
    return np.argsort(-similarity.astype(np.float32), kind="stable")[:n]  # float32: equals tie
