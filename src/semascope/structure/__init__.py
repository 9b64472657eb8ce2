"""What a collection of embeddings is made of: pure functions over arrays, one graph, many views.

    embeddings ─▶ Graph ─┬▶ leiden ─▶ typical, name_clusters
                         ├▶ layout ─▶ neighbors_kept
                         └▶ near_duplicates, outliers

Everything here is deterministic given the order of the rows. Callers pass distinct texts sorted
by content hash, and then the order of a file cannot matter either.
"""

from semascope.structure.clusters import leiden, typical
from semascope.structure.graph import Graph, nearest_neighbors
from semascope.structure.labels import name_clusters
from semascope.structure.map import layout, neighbors_kept
from semascope.structure.similar import near_duplicates, outliers, suggest_threshold

__all__ = [
    "Graph",
    "layout",
    "leiden",
    "name_clusters",
    "near_duplicates",
    "nearest_neighbors",
    "neighbors_kept",
    "outliers",
    "suggest_threshold",
    "typical",
]
