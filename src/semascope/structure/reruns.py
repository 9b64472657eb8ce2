"""Stability: which clusters are found again when some rows are missing and chance differs."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semascope.progress import Progress, silent
from semascope.structure.clusters import Level, nested_communities
from semascope.structure.communities import Membership, network_of
from semascope.structure.graph import Graph, RowArray

RERUNS = 10
LEFT_OUT = 0.1  # share of the rows
SAME = 0.5  # Jaccard similarity above which a cluster is found again


def stability(
    graph: Graph, levels: Mapping[str, Level], *, on_progress: Progress = silent
) -> dict[str, RowArray]:
    """Return how often each cluster is found again in ten clusterings of most of the rows.

    Each leaves out another tenth of the rows, at random, and has another seed. A cluster is found
    again if one of the new clusters of its level has a Jaccard similarity above one half with it,
    counting the rows that are there: they share more rows than they do not. At one half or below,
    a cluster counts as dissolved (Hennig).

    Neighbors are not sought anew. Of the neighbors that a row has, nine in ten are left, and those
    that would take the others' places are farther away than all of them.

    Parameters
    ----------
    graph : Graph
        N rows.
    levels : mapping of Level
        As `nested_clusters` returned them for this graph.
    on_progress : callable(done, total)
        Counts clusterings.

    Returns
    -------
    dict of ndarrays of shape (C,), int32
        For each level how often each of its C clusters was found again, 0 to 10. A rest never is.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data
    Analysis 52; Hennig (2008), Dissolution point and isolation robustness, section 3.
    """
    network, N = network_of(graph), len(graph.neighbors)
    again = {name: np.zeros(len(level.parent), np.int32) for name, level in levels.items()}
    for run in range(1, RERUNS + 1):
        keep = np.random.default_rng(run).random(N) >= LEFT_OUT  # (N,)
        communities = nested_communities(network.restricted(keep), seed=run)
        for name, level in levels.items():
            again[name] += _found_again(level.labels[keep], communities[name], len(level.parent))
        on_progress(run, RERUNS)
    for name, level in levels.items():
        again[name][level.rest] = 0
    return again


def _found_again(labels: RowArray, communities: Membership, C: int) -> NDArray[np.bool_]:
    """Return for each of C clusters whether a community is much the same."""
    sizes, others = np.bincount(labels, minlength=C), np.bincount(communities)
    shape = (C, len(others))
    pairs = sparse.coo_array((np.ones(len(labels)), (labels, communities)), shape=shape)
    shared = pairs.tocsr().tocoo()  # summed
    cluster, other = shared.coords
    jaccard = shared.data / (sizes[cluster] + others[other] - shared.data)
    found = np.zeros(C, dtype=np.bool_)
    found[cluster[jaccard > SAME]] = True
    return found
