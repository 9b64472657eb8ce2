"""A collection as a picture or as a page: its map with the names of its clusters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope import coloring, finding
from semascope.cartography import DARK, LIGHT, Theme
from semascope.coloring import Coloring
from semascope.errors import FileError, InvalidValue
from semascope.progress import Progress

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.mapping import Map

SUFFIXES = (".png", ".svg", ".pdf", ".html")
NONE, ALL = "torn from all its neighbors", "beside all of them"


def draw(
    collection: Collection,
    to: Path,
    color: tuple[str, pa.ChunkedArray] | None,
    *,
    honesty: bool,
    dark: bool,
    redo: bool,
    on_progress: Progress,
) -> Map:
    """Write the map of ``collection`` and return it.

    See `Collection.draw`; ``color`` is a column's name and the column.
    """
    if to.suffix.lower() not in SUFFIXES:
        raise InvalidValue(f"a map is written as {', '.join(SUFFIXES)}, not as {to.name!r}")
    if not to.parent.is_dir():  # said before the work, not after it
        raise FileError(f"cannot write {to}: there is no folder {to.parent}; create it first")
    if honesty and color is not None:
        raise InvalidValue("a map is colored by a column or by its honesty, not by both at once")
    clusters = collection.clusters(on_progress=on_progress)
    found = collection.map(redo=redo, on_progress=on_progress)
    neighbors = collection.neighbors(on_progress=on_progress)
    theme, name = DARK if dark else LIGHT, collection.path.stem
    shown = _coloring(found, color, theme, honesty=honesty)
    if to.suffix.lower() == ".html":
        from semascope.page import write_page

        others = [column for column in collection.columns if column != collection.text]
        rows = collection.rows()
        write_page(
            to,
            title=name,
            coordinates=found.coordinates,
            labels=clusters.labels,
            names=clusters.names,
            texts=collection.texts,
            columns={column: [row[column] for row in rows] for column in others},
            neighbors=neighbors,
            honesty=found.honesty,
            coloring=shown,
            dark=dark,
        )
        return found
    from semascope import plot  # matplotlib, which a page does without

    trust = finding.of_honesty(found.kept, neighbors.shape[1])
    title, figures = finding.of_groups(name, clusters.names), trust
    if honesty:
        title, figures = trust, ""
    elif color is not None:
        title, figures = _finding(color, neighbors)
    parts = [f"{len(collection):,} passages", figures]
    if color is not None or honesty:
        parts.insert(0, name)
    figure = plot.scatter(
        found.coordinates,
        clusters.labels,
        clusters.names,
        title=title,
        subtitle=" · ".join(part for part in parts if part),
        coloring=shown,
        dark=dark,
    )
    plot.save(figure, to)
    return found


def _coloring(
    found: Map, color: tuple[str, pa.ChunkedArray] | None, theme: Theme, *, honesty: bool
) -> Coloring | None:
    """Return what the dots are colored by; None for their clusters."""
    if honesty:
        shares = found.honesty.astype(np.float64)
        return coloring.by_amount("honesty", shares, (0.0, 1.0), (NONE, ALL), theme)
    return None if color is None else coloring.by_column(*color, theme)


def _finding(color: tuple[str, pa.ChunkedArray], neighbors: NDArray[np.int32]) -> tuple[str, str]:
    """Return what the colors show, and the figures behind it."""
    name, column = color
    values = coloring.amounts(column)
    if values is None:
        return finding.of_categories(name, coloring.categories(column), neighbors)
    return finding.of_amounts(name, values, neighbors)
