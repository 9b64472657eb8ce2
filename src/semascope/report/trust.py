"""Trust: how far what a report says can be relied on, measured where it can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection.info import PROMISES
from semascope.encoder import DEFAULT_MODEL
from semascope.passages import not_english
from semascope.progress import Progress
from semascope.report.clusters import is_stability_known
from semascope.report.histogram import Histogram, histogram

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.info import Info
    from semascope.collection.mapping import Map

WEAK = 0.5  # of a passage's strength: below, more of its likeness lies outside its cluster
STABLE = 8  # of ten clusterings: a cluster found so often hardly depends on chance
STEPS = 10  # of strength
LOOKED_AT = 200  # passages whose torn neighbors are counted, at even distances
FOREIGN = 0.05  # of the texts: fewer in another language are names, numbers and mistakes
RANDOM = (5.0, 50.0, 95.0, 99.0)  # percent of random pairs


@dataclass(frozen=True)
class OnMap:
    """How truly the map shows the collection."""

    k: int  # neighbors of a passage
    kept: float  # share of them that lie beside it, the mean
    honesty: Histogram  # that share for each passage, in k + 1 steps
    alone: float  # share of passages beside which none of them lies
    looked_at: int  # passages, for what follows
    torn: float  # share of passages with a neighbor far away


@dataclass(frozen=True)
class InClusters:
    """How clear the medium clusters are."""

    weak: float  # share of passages that are more like those of other clusters
    strength: Histogram  # of each passage
    stable: int | None  # clusters found again in 8 of 10 clusterings or more, where that is known
    clusters: int


@dataclass(frozen=True)
class OfPairs:
    """How similar random pairs of passages are: percentiles of their cosine."""

    low: float  # 5%
    middle: float  # 50%
    high: float  # 95%
    top: float  # 99%


@dataclass(frozen=True)
class Trust:
    """How far to trust a report."""

    on_map: OnMap | None  # None where no passage has a neighbor
    in_clusters: InClusters | None  # None where there is but one cluster
    of_pairs: OfPairs | None  # None of a single passage
    recall: float | None  # share of the true neighbors that were found, as measured on a sample
    foreign: float | None  # share of texts that are not in English, if that is worth a warning
    split: int  # rows that are several passages
    cut: int  # rows whose end the model did not read
    promise: str  # how exact the embeddings are
    precision: str  # of the arithmetic
    dim: int  # of the embeddings


def gather(collection: Collection, about: Info, on_progress: Progress) -> Trust:
    """Return how far what can be said of a collection can be relied on."""
    return Trust(
        on_map=_on_map(collection.map(on_progress=on_progress), collection.neighbors()),
        in_clusters=_in_clusters(collection),
        of_pairs=_of_pairs(collection),
        recall=about.recall,
        foreign=_foreign(collection),
        split=about.split,
        cut=about.cut,
        promise=PROMISES[about.model["precision"]],
        precision=str(about.model["precision"]),
        dim=int(about.model["dim"]),
    )


def _on_map(drawn: Map, neighbors: NDArray[np.int32]) -> OnMap | None:
    N, k = neighbors.shape
    if not neighbors.size:
        return None
    some = np.unique(np.linspace(0, N - 1, min(N, LOOKED_AT)).round().astype(np.intp))
    torn = [structure.torn(drawn.coordinates, neighbors[number], number).size for number in some]
    return OnMap(
        k=k,
        kept=drawn.kept,
        honesty=histogram(drawn.honesty * k, 0, k + 1, k + 1),
        alone=float((drawn.honesty == 0).mean()),
        looked_at=len(some),
        torn=float((np.array(torn) > 0).mean()),
    )


def _in_clusters(collection: Collection) -> InClusters | None:
    found = collection.clusters(stability=is_stability_known(collection))
    if len(found.names) < 2:
        return None
    stable = None
    if found.stability is not None:
        stable = sum(often >= STABLE for often in found.stability)
    weak = float((found.strength < WEAK).mean())
    return InClusters(weak, histogram(found.strength, 0, 1, STEPS), stable, len(found.names))


def _of_pairs(collection: Collection) -> OfPairs | None:
    found = [collection.similarity_at(percent) for percent in RANDOM]
    known = [similarity for similarity in found if similarity is not None]
    return OfPairs(*known) if len(known) == len(RANDOM) else None


def _foreign(collection: Collection) -> float | None:
    """Return how many texts the model cannot read; None of models that may read any language."""
    if collection.model["name"] != DEFAULT_MODEL:
        return None
    share = not_english(collection.texts)
    return share if share > FOREIGN else None
