"""Points: where each passage lies on the map, its clusters, and how far to trust its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from semascope.collection.beside import map_beside_clusters
from semascope.progress import Progress, silent

if TYPE_CHECKING:
    from semascope.collection.clustering import Resolution
    from semascope.collection.collection import Collection

LEVELS: tuple[Resolution, ...] = ("coarse", "medium", "fine")


def points(collection: Collection, *, on_progress: Progress = silent) -> pa.Table:
    """Return the points of a collection's map.

    Parameters
    ----------
    collection : Collection
        Its clusters and its map are made, if there are none yet.
    on_progress : callable(done, total)
        As for `Collection.map`.

    Returns
    -------
    pa.Table of N rows
        ``x``, ``y`` and ``honesty``, float32; ``coarse``, ``medium`` and ``fine``, int32, the
        cluster of each passage on that level.
    """
    drawn = map_beside_clusters(collection, redo=False, on_progress=on_progress)
    places = np.ascontiguousarray(drawn.coordinates.T)  # (2, N)
    arrays = {"x": places[0], "y": places[1], "honesty": drawn.honesty}
    labels = {level: collection.clusters(level).labels for level in LEVELS}
    return pa.table({name: pa.array(array) for name, array in (arrays | labels).items()})
