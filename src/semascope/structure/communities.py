"""Communities: groups of nodes with more weight between them than chance would put there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue
from semascope.structure.graph import Graph

LEAST_WEIGHT = 1e-6  # of an edge: modularity knows no negative weights, and needs a positive sum
ITERATIONS = 2  # of Leiden; the first finds nearly all there is

Membership = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """An undirected graph with weights: what communities are sought in.

    Attributes
    ----------
    low, high : ndarray of shape (E,), int64
        The two nodes of each edge, low < high.
    weight : ndarray of shape (E,), float64
        Above 0.
    strength : ndarray of shape (N,), float64
        Of each node, the sum of the weights of its edges, those within it included.
    """

    low: Membership
    high: Membership
    weight: Weights
    strength: Weights

    def restricted(self, keep: NDArray[np.bool_]) -> Network:
        """Return the network of the nodes to ``keep``, (N,), and the edges between them."""
        place = np.cumsum(keep) - 1
        inside = keep[self.low] & keep[self.high]
        low, high = place[self.low[inside]], place[self.high[inside]]
        return _network(low, high, self.weight[inside], int(keep.sum()))

    def merged(self, membership: Membership) -> Network:
        """Return the network whose nodes are the C communities that ``membership`` numbers."""
        C = int(membership.max(initial=-1)) + 1
        a, b = membership[self.low], membership[self.high]
        between = a != b
        a, b, weight = a[between], b[between], self.weight[between]
        pairs, pair = np.unique(np.minimum(a, b) * C + np.maximum(a, b), return_inverse=True)
        low, high = np.divmod(pairs, max(C, 1))
        weight = np.bincount(pair, weight, len(pairs)).astype(np.float64)
        strength = np.bincount(membership, self.strength, C).astype(np.float64)
        return Network(low, high, weight, strength)


def network_of(graph: Graph) -> Network:
    """Return the graph's pairs of neighbors, weighted by cosine similarity."""
    low, high, similarity = graph.edges()
    weight = np.maximum(similarity, LEAST_WEIGHT).astype(np.float64)
    return _network(low.astype(np.int64), high.astype(np.int64), weight, len(graph.neighbors))


def leiden(network: Network, *, resolution: float = 1.0, seed: int = 0) -> Membership:
    """Return the community of each node, found by maximizing modularity.

    Parameters
    ----------
    network : Network
        N nodes.
    resolution : float
        Above 0; the higher, the more and smaller the communities.
    seed : int
        Of the order in which nodes are visited.

    Returns
    -------
    ndarray of shape (N,), int64
        Communities numbered from 0, none of them empty. The same for the same network and seed.

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
    import igraph  # 0.4 s, which only those wait for who make clusters

    N, total = len(network.strength), network.strength.sum()
    if not len(network.weight):
        return np.arange(N)
    edges = np.column_stack([network.low, network.high])  # (E, 2), igraph's own integers
    with _seeded(seed):
        # Modularity is this objective with strengths as the nodes' weights. Given explicitly,
        # they are right for a merged network too, of whose edges some lie within a node.
        found = igraph.Graph(n=N, edges=edges.data).community_leiden(
            objective_function="CPM",
            weights=network.weight,
            node_weights=network.strength,
            resolution=resolution / total,
            n_iterations=ITERATIONS,
        )
    return np.unique(found.membership, return_inverse=True)[1].astype(np.int64)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    import igraph

    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311, no secret here
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)  # igraph's default


def _network(low: Membership, high: Membership, weight: Weights, N: int) -> Network:
    strength = np.bincount(low, weight, N) + np.bincount(high, weight, N)
    return Network(low, high, weight, strength.astype(np.float64))
