"""What a collection of embeddings is made of: pure functions over arrays, one graph, many views.

    embeddings ─▶ Graph ─┬▶ nested_clusters ─▶ strength, typical_and_edge, name_clusters, stability
                         ├▶ layout, place ─▶ neighbors_kept, torn
                         └▶ near_duplicates, outliers

Everything here is deterministic given the order of the rows. Callers pass distinct texts sorted
by content hash, and then the order of a file cannot matter either.
"""

from semascope.structure.clusters import (
    LEVELS,
    Level,
    nested_clusters,
    strength,
    typical_and_edge,
)
from semascope.structure.graph import Graph, extend, nearest_neighbors
from semascope.structure.honesty import neighbors_kept, torn
from semascope.structure.labels import REST, name_clusters
from semascope.structure.map import layout
from semascope.structure.placement import place
from semascope.structure.reruns import stability
from semascope.structure.similar import near_duplicates, outliers, suggest_threshold

__all__ = [
    "LEVELS",
    "REST",
    "Graph",
    "Level",
    "extend",
    "layout",
    "name_clusters",
    "near_duplicates",
    "nearest_neighbors",
    "neighbors_kept",
    "nested_clusters",
    "outliers",
    "place",
    "stability",
    "strength",
    "suggest_threshold",
    "torn",
    "typical_and_edge",
]
