"""info: what a collection is, without a look at its embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from semascope.collection import derived
from semascope.collection.head import HEAD
from semascope.collection.snapshot import ROW, UNREAD, Snapshot

PARTS = {"_indices": "indexes", derived.FOLDER: "derived"}  # by folder; the rest is the table
# How exact embeddings are, by the precision of the arithmetic; tests/test_encoder.py measures it.
PROMISES = {
    "f32": "exact: sentence-transformers' embeddings (cosine 0.999999 or more)",
    "bf16": "exact: sentence-transformers' embeddings (cosine 0.9999 or more)",
    "int8": "fast: embeddings as good, but others; never mixed with exact ones",
}


@dataclass(frozen=True)
class Info:
    """What a collection is."""

    path: Path
    rows: int  # of the user's data
    passages: int  # that they make
    split: int  # rows among them that are several passages
    cut: int  # rows whose end the model did not read, as no passages were made
    text: str  # the column that is embedded
    joins: Sequence[str]  # the columns that it was made of, one or several
    columns: Mapping[str, str]  # the user's, with their Arrow types
    key: str | None  # the column that names a row
    model: Mapping[str, Any]  # name, revision, precision, dim
    indexes: Mapping[str, str]  # the kind of search index by the column that it is of
    recall: float | None  # share of true neighbors in the neighbor graph; None before it is made
    size: Mapping[str, int]  # bytes on the disk: table, indexes, derived (graph, clusters, map)
    version: int
    changed: datetime  # when that was committed, or the folder copied


def info(snapshot: Snapshot) -> Info:
    """See `Collection.info`."""
    stored, about = snapshot.table.schema, snapshot.about
    _, passages = np.unique(snapshot.column(ROW).to_numpy(), return_counts=True)  # of each row
    unread = UNREAD in stored.names
    return Info(
        path=snapshot.path,
        rows=len(passages),
        passages=len(snapshot),
        split=int((passages > 1).sum()),
        cut=int((snapshot.column(UNREAD).to_numpy() > 0).sum()) if unread else 0,
        text=snapshot.text,
        joins=tuple(about["columns"]),
        columns={name: str(stored.field(name).type) for name in snapshot.columns},
        key=about.get("key"),
        model=dict(about["model"]),
        indexes={
            index.field_names[0]: index.index_type for index in snapshot.table.describe_indices()
        },
        recall=_recall(snapshot),
        size=_size(snapshot.path),
        version=snapshot.version,
        changed=datetime.fromtimestamp((snapshot.path / HEAD).stat().st_mtime, UTC),
    )


def _recall(snapshot: Snapshot) -> float | None:
    folder = snapshot.path / derived.FOLDER
    stored = derived.recall(folder, "graph", of_version=snapshot.version)
    return None if stored is None else float(stored[1]["recall"])


def _size(path: Path) -> dict[str, int]:
    size = dict.fromkeys(["table", *PARTS.values()], 0)
    for file in path.rglob("*"):
        if file.is_file():
            part = PARTS.get(file.relative_to(path).parts[0], "table")
            size[part] += file.stat().st_size
    return size


def public_name(model: str) -> str:
    """Return a model's name; of a folder its last part, as a page tells nothing of a machine."""
    is_path = model.startswith(("/", "\\", ".", "~")) or Path(model).is_absolute()
    return Path(model).name if is_path else model
