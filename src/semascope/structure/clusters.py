"""Clusters: communities of the neighbor graph on three levels, so that every row has one on each.

The fine ones come first; merging them makes the medium ones, and merging these the coarse. So
zooming in splits and never reshuffles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.structure.communities import Membership, Network, leiden, network_of
from semascope.structure.graph import FloatArray, Graph, RowArray

# Modularity's resolution on each level, fine to coarse. Its number of clusters hardly depends on
# the number of rows, unlike that of other objectives: see docs/decisions.md.
RESOLUTIONS: Mapping[str, float] = {"coarse": 0.5, "medium": 1.0, "fine": 4.0}
LEVELS = tuple(RESOLUTIONS)
LEAST_ROWS = 5  # of a cluster; smaller ones with the same parent are gathered in a rest


@dataclass(frozen=True)
class Level:
    """Clusters of N rows, numbered by descending size, those of equal size by their lowest row.

    Attributes
    ----------
    labels : ndarray of shape (N,), int32
        The cluster of each row, 0 to C - 1. Every row has one.
    parent : ndarray of shape (C,), int32
        The cluster of the next coarser level that each belongs to; 0 on the coarsest.
    rest : ndarray of shape (C,), bool
        Whether it is a gathering of groups too small to be called clusters.
    """

    labels: RowArray
    parent: RowArray
    rest: NDArray[np.bool_]


def nested_clusters(graph: Graph) -> dict[str, Level]:
    """Return coarse, medium and fine clusters, each level a splitting of the one before.

    Parameters
    ----------
    graph : Graph
        N rows; its edges are taken as undirected, weighted by cosine similarity.

    Returns
    -------
    dict of three Level
        In the order of `LEVELS`. The same for the same graph.
    """
    levels: dict[str, Level] = {}
    N = len(graph.neighbors)
    above = Level(np.zeros(N, np.int32), np.zeros(1, np.int32), np.zeros(1, np.bool_))
    for name, membership in nested_communities(network_of(graph)).items():
        above = levels[name] = _level(membership, above)
    return levels


def nested_communities(network: Network, *, seed: int = 0) -> dict[str, Membership]:
    """Return the coarse, medium and fine communities of N nodes, each (N,), before any rest."""
    found: dict[str, Membership] = {}
    of_node = np.arange(len(network.strength))  # (N,) where each now is in the merged network
    for name in reversed(LEVELS):
        membership = leiden(network, resolution=RESOLUTIONS[name], seed=seed)
        found[name] = of_node = membership[of_node]
        network = network.merged(membership)
    return {name: found[name] for name in LEVELS}


def strength(graph: Graph, levels: Mapping[str, Level]) -> dict[str, FloatArray]:
    """Return how strongly each row belongs to its cluster.

    Parameters
    ----------
    graph : Graph
        N rows.
    levels : mapping of Level
        Their clusters.

    Returns
    -------
    dict of ndarrays of shape (N,), float32
        For each level the share of a row's edges' weight that stays in its cluster, in [0, 1]; 1
        for a row without neighbors.
    """
    network = network_of(graph)
    return {name: _strength(network, level.labels) for name, level in levels.items()}


def typical_and_edge(
    embeddings: FloatArray, labels: RowArray, strength: FloatArray, *, n: int = 3
) -> tuple[list[RowArray], RowArray]:
    """Return for each cluster the rows most similar to its mean, and one that hardly belongs.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    labels : ndarray of shape (N,), int32
        Clusters 0 to C - 1, none of them empty.
    strength : ndarray of shape (N,), float32
        Of each row's membership.
    n : int
        Typical rows wanted of each cluster.

    Returns
    -------
    typical : list of C ndarrays of shape (at most n,), int32
        Most typical first, equally typical ones by row number.
    edge : ndarray of shape (C,), int32
        The row of least strength; among equally weak ones the least similar to the mean.
    """
    typical, edge = [], []
    for rows in members(labels):
        similarity = _to_mean(embeddings[rows])
        typical.append(rows[np.argsort(-similarity, kind="stable")[:n]])
        edge.append(rows[np.lexsort((similarity, strength[rows]))[0]])
    return typical, np.array(edge, dtype=np.int32)


def members(labels: RowArray) -> list[RowArray]:
    """Return the rows of each cluster, ascending."""
    order = np.argsort(labels, kind="stable").astype(np.int32)
    return np.split(order, np.cumsum(np.bincount(labels))[:-1]) if len(labels) else []


def children(parent: RowArray | Sequence[int]) -> list[list[int]]:
    """Return the clusters that belong to each parent, ascending."""
    return [rows.tolist() for rows in members(np.asarray(parent, dtype=np.int32))]


def _strength(network: Network, labels: RowArray) -> FloatArray:
    N = len(labels)
    weight = np.where(labels[network.low] == labels[network.high], network.weight, 0)
    inside = np.bincount(network.low, weight, N) + np.bincount(network.high, weight, N)
    share = np.divide(inside, network.strength, out=np.ones(N), where=network.strength > 0)
    found: FloatArray = np.minimum(share, 1).astype(np.float32)  # sums in two orders
    return found


def _level(membership: Membership, above: Level) -> Level:
    """Gather what is tiny, and number the clusters."""
    membership, is_rest = _gathered(membership, above)
    labels = _largest_first(membership)
    _, first = np.unique(labels, return_index=True)  # (C,) a row of each
    return Level(labels, above.labels[first], is_rest[first])


def _gathered(membership: Membership, above: Level) -> tuple[Membership, NDArray[np.bool_]]:
    """Put the tiny clusters of each parent into one, where there are several.

    Where all of them are tiny, the parent stays whole. Also returns which rows are in a rest.
    """
    C, P = int(membership.max(initial=-1)) + 1, len(above.parent)
    parent = np.zeros(C, dtype=np.int64)
    parent[membership] = above.labels
    tiny = np.bincount(membership, minlength=C) < LEAST_ROWS  # (C,)
    n_tiny, n_all = np.bincount(parent[tiny], minlength=P), np.bincount(parent, minlength=P)
    gather = tiny & (n_tiny[parent] > 1)
    becomes = np.where(gather, C + parent, np.arange(C))
    rest = above.rest[parent] | (gather & (n_tiny < n_all)[parent])
    return becomes[membership], rest[membership]


def _largest_first(membership: Membership) -> RowArray:
    """Renumber clusters by descending size, those of equal size by their lowest row."""
    _, first, cluster, size = np.unique(
        membership, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[cluster]


def _to_mean(embeddings: FloatArray) -> FloatArray:
    """Return the similarity of each embedding to the mean of all, up to a factor."""
    similarity = embeddings @ embeddings.mean(axis=0, dtype=np.float64)
    found: FloatArray = similarity.astype(np.float32)  # so that equal ones tie
    return found
