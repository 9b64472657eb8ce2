"""What a collection's structure tells: clusters, map, duplicates, outliers.

Structure is computed over the *distinct* texts in the order of their hashes, and handed back to
the passages that have them. So the order of rows in a file cannot matter, and a text that comes
a thousand times does not fill its own neighborhood.
"""

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection import (
    clustering,
    derived,
    distinct,
    duplicates,
    graphing,
    mapping,
    outliers,
)
from semascope.collection.clustering import Clusters
from semascope.collection.duplicates import Duplicates
from semascope.collection.mapping import Map
from semascope.collection.outliers import Outlier
from semascope.collection.snapshot import Snapshot
from semascope.progress import Progress, silent

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.int32]


class Insight:
    """Computes the structure of N passages and keeps it beside them."""

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot
        self._folder = snapshot.path / derived.FOLDER
        self._remember = partial(derived.remember, self._folder, of_version=snapshot.version)
        self._graph: structure.Graph | None = None

    def clusters(
        self, resolution: str, stability: bool, stop_words: Iterable[str], on_progress: Progress
    ) -> Clusters:
        """See `Collection.clusters`."""
        clustering.check(resolution)
        own = sorted({word.strip().lower() for word in stop_words} - {""})
        made = self._remember("clusters", lambda: self._make_clusters(on_progress))
        levels = clustering.levels(*made)

        def make_names() -> tuple[derived.Arrays, dict[str, list[str]]]:
            return {}, structure.name_clusters(self._texts, levels, stop_words=own)

        def make_stability() -> tuple[derived.Arrays, dict[str, list[int]]]:
            graph = self._neighbors(on_progress)
            found = structure.stability(graph, levels, on_progress=on_progress)
            return {}, {level: often.tolist() for level, often in found.items()}

        _, names = self._remember("-".join(["names", *_tags(own)]), make_names)
        found = self._remember("stability", make_stability)[1] if stability else None
        return clustering.of_passages(resolution, made, names, found, self._row)

    def map(self, redo: bool, on_progress: Progress) -> Map:
        """See `Collection.map`."""
        remade = ""

        def make() -> tuple[derived.Arrays, None]:
            nonlocal remade
            graph = self._neighbors(on_progress)
            older = None if redo else derived.latest(self._folder, "map")
            if older is not None:
                known = mapping.recall(older[0], self._hashes)
                remade = known.reason_against()
                if not remade:
                    return mapping.extend(known, self._hashes, graph, self._embeddings), None
            return mapping.make(self._hashes, graph, self._embeddings, on_progress), None

        if redo:
            for name in derived.OF_MAP:
                derived.forget(self._folder / f"{name}.arrow")
        arrays, _ = self._remember("map", make, anew=redo)
        return Map(
            arrays["coordinates"][self._row],
            arrays["honesty"][self._row],
            arrays["placed"][self._row] != 0,
            remade,
            self._neighbors_of,
        )

    def duplicates(self, threshold: float | None, on_progress: Progress) -> Duplicates:
        """See `Collection.duplicates`."""
        graph = self._neighbors(on_progress)
        return duplicates.find(graph, self._embeddings, self._texts, self._passages, threshold)

    def outliers(self, n: int, on_progress: Progress) -> list[Outlier]:
        """See `Collection.outliers`."""
        return outliers.find(self._neighbors(on_progress), self._texts, self._passages, n)

    def neighbors(self, on_progress: Progress) -> NDArray[np.int32]:
        """Return the (N, k) nearest passages of each passage, one for each distinct text."""
        graph = self._neighbors(on_progress)
        return self._first.astype(np.int32)[graph.neighbors][self._row]

    def _neighbors_of(self, number: int) -> NDArray[np.int32]:
        """Return those of one passage, (k,)."""
        nearest: RowArray = self._neighbors(silent).neighbors[self._row[number]]
        return self._first[nearest].astype(np.int32)

    @cached_property
    def _row(self) -> RowArray:
        """Which of the M distinct texts each of the N passages has, (N,)."""
        arrays, _ = self._remember(
            "texts", lambda: ({"row": distinct.rows_of(self._snapshot.texts)}, None)
        )
        return arrays["row"]

    @cached_property
    def _first(self) -> NDArray[np.intp]:
        """The first passage that has each of the M texts, (M,)."""
        return distinct.firsts(self._row)

    @cached_property
    def _passages(self) -> list[list[int]]:
        """The passages that have each of the M texts."""
        return distinct.members(self._row)

    @cached_property
    def _texts(self) -> list[str]:
        """The M distinct ones."""
        return [self._snapshot.texts[number] for number in self._first.tolist()]

    @cached_property
    def _hashes(self) -> NDArray[np.uint64]:
        """What tells the M texts in later versions of the collection, ascending as they are."""
        digests = b"".join(distinct.content_hash(text)[:8] for text in self._texts)
        return np.frombuffer(digests, ">u8").astype(np.uint64)

    @cached_property
    def _embeddings(self) -> FloatArray:
        return self._snapshot.embeddings_of(self._first)  # (M, D)

    def _make_clusters(self, on_progress: Progress) -> tuple[derived.Arrays, dict[str, Any]]:
        return clustering.make(self._neighbors(on_progress), self._embeddings)

    def _neighbors(self, on_progress: Progress) -> structure.Graph:
        def make() -> tuple[derived.Arrays, Any]:
            older = derived.latest(self._folder, "graph")
            return graphing.make(self._hashes, self._embeddings, older, on_progress)

        if self._graph is None:
            alone = len(self._first) == 1  # no neighbors: nothing that Arrow could hold
            self._graph = graphing.recall(*(make() if alone else self._remember("graph", make)))
        return self._graph


def _tags(words: list[str]) -> list[str]:
    """Return what tells results that depend on these words; nothing for none."""
    return [distinct.content_hash("\n".join(words)).hex()] if words else []
