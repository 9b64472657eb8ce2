"""Stored: all that a page shows of a collection, to lie in the page's own file."""

from __future__ import annotations

import base64
import gzip
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from semascope.explorer.about import about
from semascope.explorer.columns import column, names
from semascope.explorer.points import points
from semascope.explorer.rows import values

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

LEVEL = 6  # of compression: 9 takes three times as long for a hundredth


def stored(collection: Collection) -> dict[str, Any]:
    """Return what JSON can hold of a collection, its map, its texts and its neighbors.

    Returns
    -------
    dict
        ``StoredData`` of ``explorer/src/stored.ts``. Each table is an Arrow stream, compressed
        with gzip, in base64.
    """
    rows = [values(collection, row) for row in collection.rows()]
    cells = enumerate(zip(*rows, strict=True))
    shown = {str(at): pa.array(column, pa.string()) for at, column in cells}
    near, k = _neighbors(collection)
    return {
        "about": asdict(about(collection)),
        "points": _pack(points(collection)),
        "columns": [_pack(column(collection, at)) for at in range(len(names(collection)))],
        "texts": _pack(pa.table({"text": pa.array(collection.texts, pa.string())})),
        "values": _pack(pa.table(shown)) if shown else "",
        "neighbors": _pack(near),
        "k": k,
    }


def _neighbors(collection: Collection) -> tuple[pa.Table, int]:
    """Return the k nearest of each of N passages, (N·k) rows, and k."""
    numbers = collection.neighbors()  # (N, k)
    embeddings = collection.embeddings
    similarity = np.empty(numbers.shape, np.float32)
    for at in range(numbers.shape[1]):
        similarity[:, at] = np.vecdot(embeddings, embeddings[numbers[:, at]])
    percentile = collection.percentiles(similarity.ravel()).astype(np.float32)
    table = {"number": numbers, "similarity": similarity, "percentile": percentile}
    arrays = {name: pa.array(array.ravel()) for name, array in table.items()}
    return pa.table(arrays), numbers.shape[1]


def _pack(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    # Without a time in it, the same collection gives the same file.
    return base64.b64encode(gzip.compress(sink.getvalue(), LEVEL, mtime=0)).decode("ascii")
