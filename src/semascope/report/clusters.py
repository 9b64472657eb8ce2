"""Clusters: what a collection is about, each with passages that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope.collection import derived
from semascope.progress import Progress
from semascope.report.row import Row, quote

if TYPE_CHECKING:
    from semascope.collection.clustering import Clusters
    from semascope.collection.collection import Collection


@dataclass(frozen=True)
class Cluster:
    """A coarse cluster with the medium ones in it, or one of these."""

    label: int  # its number on its level
    name: str
    size: int  # passages
    share: float  # of all passages, in [0, 1]
    stability: int | None  # in how many of ten clusterings it was found again, where that is known
    typical: Sequence[Row] = ()  # of a medium one: at most three, the most typical first
    edge: Row | None = None  # and one that hardly belongs, unless it is among the typical
    children: Sequence[Cluster] = ()  # of a coarse one: the largest first


def gather(collection: Collection, on_progress: Progress) -> list[Cluster]:
    """Return the coarse clusters with the medium ones in them, the largest first."""
    known = is_stability_known(collection)
    coarse = collection.clusters("coarse", stability=known, on_progress=on_progress)
    medium = collection.clusters("medium", stability=known, on_progress=on_progress)
    parent = medium.parent or []
    return [
        _cluster(
            coarse,
            label,
            children=[
                _with_rows(collection, medium, child)
                for child, of in enumerate(parent)
                if of == label
            ],
        )
        for label in range(len(coarse.names))
    ]


def is_stability_known(collection: Collection) -> bool:
    """Say whether the clusters' stability was found out before: it takes as long as ten maps."""
    folder, version = collection.path / derived.FOLDER, collection.version
    return derived.recall(folder, "stability", of_version=version) is not None


def _with_rows(collection: Collection, found: Clusters, label: int) -> Cluster:
    typical, edge, name = list(found.typical[label]), found.edge[label], found.names[label]
    rows = quote(collection, [*typical, edge], about=name)
    others = None if edge in typical else rows[-1]
    return _cluster(found, label, typical=rows[:-1], edge=others)


def _cluster(
    found: Clusters,
    label: int,
    *,
    typical: Sequence[Row] = (),
    edge: Row | None = None,
    children: Sequence[Cluster] = (),
) -> Cluster:
    return Cluster(
        label=label,
        name=found.names[label],
        size=found.sizes[label],
        share=found.sizes[label] / len(found.labels),
        stability=None if found.stability is None else found.stability[label],
        typical=typical,
        edge=edge,
        children=children,
    )
