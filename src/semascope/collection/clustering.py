"""The clusters of a collection's passages, on three levels that nest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semascope import structure
from semascope.collection import distinct
from semascope.collection.derived import Arrays
from semascope.errors import InvalidValue

FloatArray = NDArray[np.float32]
RowArray = NDArray[np.int32]
Resolution = Literal["coarse", "medium", "fine"]

N_TYPICAL = 3


@dataclass(frozen=True)
class Clusters:
    """Groups of passages that belong together; every passage is in one.

    Attributes
    ----------
    labels : ndarray of shape (N,), int32
        The cluster of each passage, 0 the largest.
    names : sequence of C str
        What sets each cluster apart from its siblings. No two are equal.
    sizes : sequence of C int
        In passages, descending.
    typical : sequence of C sequences of int
        The at most three passages nearest to a cluster's middle, nearest first.
    edge : sequence of C int
        A passage that belongs to its cluster least.
    strength : ndarray of shape (N,), float32
        How strongly each passage belongs to its cluster: the share, in [0, 1], of the similarity
        to its neighbors that is to those in the cluster.
    parent : sequence of C int, or None
        The cluster of the next coarser level that each is part of; None on the coarsest.
    stability : sequence of C int, or None
        In how many of ten clusterings of nine tenths of the passages each was found again; None
        if that was not asked for.
    """

    labels: RowArray
    names: Sequence[str]
    sizes: Sequence[int]
    typical: Sequence[Sequence[int]]
    edge: Sequence[int]
    strength: FloatArray
    parent: Sequence[int] | None
    stability: Sequence[int] | None


def check(resolution: str) -> None:
    """Raise InvalidValue if there is no such level."""
    if resolution not in structure.LEVELS:
        known = ", ".join(structure.LEVELS)
        raise InvalidValue(f"resolution is one of {known}, got {resolution!r}")


def make(graph: structure.Graph, embeddings: FloatArray) -> tuple[Arrays, dict[str, Any]]:
    """Return what there is to know of M texts' clusters but for their names."""
    arrays: dict[str, NDArray[Any]] = {}
    notes: dict[str, Any] = {}
    found = structure.nested_clusters(graph)
    strength = structure.strength(graph, found)
    for name, level in found.items():
        arrays[name], arrays[f"{name} strength"] = level.labels, strength[name]
        typical, edge = structure.typical_and_edge(
            embeddings, level.labels, strength[name], n=N_TYPICAL
        )
        notes[name] = {
            "parent": level.parent.tolist(),
            "rest": level.rest.tolist(),
            "typical": [rows.tolist() for rows in typical],
            "edge": edge.tolist(),
        }
    return arrays, notes


def levels(arrays: Arrays, notes: Mapping[str, Any]) -> dict[str, structure.Level]:
    """Return the levels of M texts' clusters out of what `make` returned."""
    return {
        name: structure.Level(
            arrays[name], np.array(about["parent"], np.int32), np.array(about["rest"], np.bool_)
        )
        for name, about in notes.items()
    }


def of_passages(
    resolution: str,
    made: tuple[Arrays, Mapping[str, Any]],
    names: Mapping[str, Sequence[str]],
    stability: Mapping[str, Sequence[int]] | None,
    row: RowArray,
) -> Clusters:
    """Return the clusters of N passages on one level.

    Parameters
    ----------
    resolution : str
        The level.
    made : arrays and notes
        As `make` returned them.
    names, stability : mapping
        Of each level's clusters of texts.
    row : ndarray of shape (N,), int32
        Which of the M texts each passage has.
    """
    number = structure.LEVELS.index(resolution)
    above = None
    if number:
        above = of_passages(structure.LEVELS[number - 1], made, names, None, row)
    arrays, about = made[0], made[1][resolution]
    first = distinct.firsts(row).tolist()  # (M,)
    of_text = arrays[resolution][row]  # (N,)
    sizes = np.bincount(of_text, minlength=len(about["rest"]))  # counting passages, not texts
    order = np.argsort(-sizes, kind="stable").tolist()
    representative = [first[about["typical"][i][0]] for i in order]
    parent = None if above is None else above.labels[representative].tolist()
    shown = [names[resolution][i] for i in order]
    for i, cluster in enumerate(order):
        if about["rest"][cluster]:
            of = "" if above is None or parent is None else above.names[parent[i]]
            shown[i] = _rest_of(of, sizes[cluster])
    return Clusters(
        labels=np.argsort(order).astype(np.int32)[of_text],
        names=shown,
        sizes=sizes[order].tolist(),
        typical=[[first[i] for i in about["typical"][cluster]] for cluster in order],
        edge=[first[about["edge"][cluster]] for cluster in order],
        strength=arrays[f"{resolution} strength"][row],
        parent=parent,
        stability=None if stability is None else [stability[resolution][i] for i in order],
    )


def _rest_of(parent: str, size: int) -> str:
    """Return the name of a rest: its parent's, if that is a rest as a whole."""
    if parent.startswith((f"{structure.REST}: ", f"{structure.REST} of ")):
        return parent
    of = f" of {parent}" if parent else ""
    return f"{structure.REST}{of}: {size:,} passages in small groups"
