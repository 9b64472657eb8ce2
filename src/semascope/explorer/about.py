"""About: what a page must know of a collection before it shows anything."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from semascope import finding
from semascope.cartography import DARK, LIGHT, PALETTE, cluster_anchors, cluster_colors
from semascope.collection import derived
from semascope.collection.info import public_name
from semascope.coloring import shades
from semascope.explorer.columns import Column, describe, names
from semascope.explorer.points import LEVELS

if TYPE_CHECKING:
    from semascope.collection.collection import Collection


@dataclass(frozen=True)
class Cluster:
    """A cluster of one level."""

    name: str
    size: int  # passages
    anchor: tuple[float, float] | None  # where its name belongs on the map
    color: int  # position in the palette, so that clusters that touch differ
    typical: Sequence[int]  # passages nearest to its middle
    parent: int | None  # its cluster on the next coarser level
    stability: int | None  # found again in so many of ten clusterings, if that was computed


@dataclass(frozen=True)
class About:
    """What a page must know of a collection."""

    name: str
    command: str  # that opens it again
    passages: int  # N
    rows: int  # of the user's data; fewer where texts were split
    text: str  # the column that is embedded
    model: str
    finding: str  # one sentence
    kept: float  # mean honesty of the map, in [0, 1]
    columns: Sequence[Column]  # all but the text
    clusters: Mapping[str, Sequence[Cluster]]  # by level, the largest first
    palette: Sequence[str]
    shades: Mapping[str, Sequence[str]]  # low to high, on a light and on a dark ground


def about(collection: Collection) -> About:
    """Return what a page must know of a collection; what takes long is kept beside it."""
    drawn = collection.map()
    folder = collection.path / derived.FOLDER
    has_stability = derived.recall(folder, "stability", of_version=collection.version) is not None
    name = "explorer-stable" if has_stability else "explorer"
    _, kept = derived.remember(
        folder,
        name,
        lambda: ({}, _describe(collection, stability=has_stability)),
        of_version=collection.version,
    )
    clusters = {
        level: [Cluster(**cluster) for cluster in found]
        for level, found in kept["clusters"].items()
    }
    title = collection.path.stem
    return About(
        name=title,
        command=f"semascope open {shlex.quote(collection.path.name)}",
        passages=len(collection),
        rows=kept["rows"],
        text=collection.text,
        model=public_name(str(collection.model["name"])),
        finding=finding.of_groups(title, [cluster.name for cluster in clusters["medium"]]),
        kept=drawn.kept,
        columns=[Column(**column) for column in kept["columns"]],
        clusters=clusters,
        palette=PALETTE,
        shades={"light": shades(LIGHT), "dark": shades(DARK)},
    )


def _describe(collection: Collection, *, stability: bool) -> dict[str, Any]:
    """Return what is worth keeping, as JSON holds it."""
    described = {
        "rows": collection.info().rows,
        "columns": [asdict(describe(collection, name)) for name in names(collection)],
        "clusters": {
            level: [asdict(cluster) for cluster in _clusters(collection, level, stability)]
            for level in LEVELS
        },
    }
    return dict(json.loads(json.dumps(described)))


def _clusters(collection: Collection, level: Any, stability: bool) -> list[Cluster]:
    found = collection.clusters(level, stability=stability)
    coordinates, C = collection.map().coordinates, len(found.names)
    anchors = cluster_anchors(coordinates, found.labels, C)
    colors = cluster_colors(coordinates, found.labels, C)
    return [
        Cluster(
            name=found.names[i],
            size=found.sizes[i],
            anchor=(float(x), float(y)) if np.isfinite(x) else None,
            color=int(colors[i]),
            typical=list(found.typical[i]),
            parent=None if found.parent is None else found.parent[i],
            stability=None if found.stability is None else found.stability[i],
        )
        for i, (x, y) in enumerate(anchors)
    ]
