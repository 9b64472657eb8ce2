"""What a collection's structure tells: clusters, map, duplicates, outliers.

Structure is computed over the *distinct* texts in the order of their hashes, and handed back to
the passages that have them. So the order of rows in a file cannot matter, and a text that comes
a thousand times does not fill its own neighborhood.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection import derived
from semascope.progress import Progress

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.int32]

N_TYPICAL = 3


@dataclass(frozen=True)
class Clusters:
    """Groups of passages that belong together; every passage is in one."""

    labels: RowArray  # (N,) the cluster of each passage, 0 the largest
    names: Sequence[str]  # by cluster
    sizes: Sequence[int]  # by cluster, in passages
    typical: Sequence[Sequence[int]]  # by cluster, the passages nearest to its middle


@dataclass(frozen=True)
class Map:
    """A place in the plane for each passage, so that neighbors stay together."""

    coordinates: FloatArray  # (N, 2)
    honesty: FloatArray  # (N,) share of its true neighbors that are near on the map, in [0, 1]


@dataclass(frozen=True)
class Group:
    """Passages that are the same, or nearly."""

    numbers: Sequence[int]  # of the passages, ascending
    similarity: float  # cosine of the two that are nearest


@dataclass(frozen=True)
class Duplicates:
    """All groups of passages that are the same, or nearly."""

    groups: Sequence[Group]  # the largest first, of those of one size the most similar
    threshold: float  # cosine from which two passages count as nearly the same


@dataclass(frozen=True)
class Outlier:
    """A passage unlike all others."""

    number: int
    nearest: int  # the passage most similar to it
    similarity: float  # how similar that is, cosine


class Insight:
    """Computes the structure of N passages and keeps it in a folder."""

    def __init__(self, texts: Sequence[str], embeddings: FloatArray, folder: Path, version: int):
        self._all_embeddings = embeddings  # (N, D)
        self._remember = partial(derived.remember, folder, of_version=version)
        passages: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            passages.setdefault(text, []).append(number)
        self._texts = sorted(passages, key=_content_hash)  # the M distinct ones
        self._passages = [passages[text] for text in self._texts]  # that have each of them
        self._row = np.empty(len(texts), np.int32)  # (N,) which of the M a passage has
        for row, numbers in enumerate(self._passages):
            self._row[numbers] = row
        self._first = [numbers[0] for numbers in self._passages]
        self._graph: structure.Graph | None = None

    def clusters(self, resolution: float, on_progress: Progress) -> Clusters:
        """See `Collection.clusters`."""

        def make() -> tuple[derived.Arrays, list[str]]:
            labels = structure.leiden(self._neighbors(on_progress), resolution=resolution)
            return {"labels": labels}, structure.name_clusters(self._texts, labels)

        arrays, names = self._remember(f"clusters-{resolution:g}", make)
        typical = structure.typical(self._embeddings, arrays["labels"], n=N_TYPICAL)
        labels = arrays["labels"][self._row]  # (N,)
        sizes = np.bincount(labels, minlength=len(names))
        largest_first = np.argsort(-sizes, kind="stable").tolist()  # counting passages, not texts
        return Clusters(
            labels=np.argsort(largest_first).astype(np.int32)[labels],
            names=[names[i] for i in largest_first],
            sizes=sizes[largest_first].tolist(),
            typical=[[self._first[row] for row in typical[i]] for i in largest_first],
        )

    def map(self, on_progress: Progress) -> Map:
        """See `Collection.map`."""

        def make() -> tuple[derived.Arrays, None]:
            graph = self._neighbors(on_progress)
            coordinates = structure.layout(graph, self._embeddings, on_progress=on_progress)
            kept = structure.neighbors_kept(coordinates, graph)
            return {"coordinates": coordinates, "honesty": kept}, None

        arrays, _ = self._remember("map", make)
        return Map(arrays["coordinates"][self._row], arrays["honesty"][self._row])

    def duplicates(self, threshold: float | None, on_progress: Progress) -> Duplicates:
        """See `Collection.duplicates`."""
        graph = self._neighbors(on_progress)
        if threshold is None:
            threshold = structure.suggest_threshold(graph)
        near = [group.tolist() for group in structure.near_duplicates(graph, threshold)]
        grouped = {row for rows in near for row in rows}
        alone = [[row] for row in range(len(self._texts)) if row not in grouped]
        groups = [self._group(rows) for rows in near + alone]
        groups = [group for group in groups if len(group.numbers) > 1]
        groups.sort(key=lambda group: (-len(group.numbers), -group.similarity, group.numbers))
        return Duplicates(groups, threshold)

    def _group(self, rows: list[int]) -> Group:
        """Return the passages that have one of these texts."""
        numbers = sorted(number for row in rows for number in self._passages[row])
        if len(numbers) > len(rows):  # a text comes twice
            return Group(numbers, 1.0)
        similarity = self._embeddings[rows] @ self._embeddings[rows].T
        np.fill_diagonal(similarity, -1)
        return Group(numbers, float(similarity.max()))

    def outliers(self, n: int, on_progress: Progress) -> list[Outlier]:
        """See `Collection.outliers`."""
        graph = self._neighbors(on_progress)
        return [
            Outlier(
                number=self._first[row],
                nearest=self._first[graph.neighbors[row, 0]],
                similarity=float(graph.similarity[row, 0]),
            )
            for row in structure.outliers(graph, n=n)[0].tolist()
        ]

    def neighbors(self, on_progress: Progress) -> NDArray[np.int32]:
        """Return the (N, k) nearest passages of each passage, one for each distinct text."""
        graph = self._neighbors(on_progress)
        return np.array(self._first, np.int32)[graph.neighbors][self._row]

    @cached_property
    def _embeddings(self) -> FloatArray:
        return self._all_embeddings[self._first]  # (M, D)

    def _neighbors(self, on_progress: Progress) -> structure.Graph:
        def make() -> tuple[derived.Arrays, None]:
            graph = structure.nearest_neighbors(self._embeddings, on_progress=on_progress)
            return {"neighbors": graph.neighbors, "similarity": graph.similarity}, None

        if self._graph is None:
            alone = len(self._texts) == 1  # no neighbors: nothing that Arrow could hold
            arrays, _ = make() if alone else self._remember("graph", make)
            self._graph = structure.Graph(arrays["neighbors"], arrays["similarity"])
        return self._graph


def _content_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
