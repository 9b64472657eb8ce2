"""A collection as a picture of its map, or as a page with the map and a report below it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope import coloring, finding
from semascope.cartography import DARK, LIGHT, Theme
from semascope.collection.beside import map_beside_clusters
from semascope.coloring import Coloring
from semascope.errors import FileError, InvalidValue
from semascope.progress import Progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from semascope.collection.clustering import Clusters
    from semascope.collection.collection import Collection
    from semascope.collection.mapping import Map
    from semascope.page import Picture

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
    found = map_beside_clusters(collection, redo=redo, on_progress=on_progress)
    clusters = collection.clusters(on_progress=on_progress)
    drawing = Drawing(collection, clusters, found, color, honesty=honesty)
    if to.suffix.lower() == ".html":
        _write_page(drawing, to, dark=dark)
        return found
    from semascope import plot  # matplotlib, which a page does without

    plot.save(_picture(drawing, dark=dark), to)
    return found


@dataclass(frozen=True)
class Drawing:
    """A map, and what its dots are colored by."""

    collection: Collection
    clusters: Clusters
    map: Map
    color: tuple[str, pa.ChunkedArray] | None
    honesty: bool

    def coloring(self, theme: Theme) -> Coloring | None:
        """Return what the dots are colored by; None for their clusters."""
        if self.honesty:
            shares = self.map.honesty.astype(np.float64)
            return coloring.by_amount("honesty", shares, (0.0, 1.0), (NONE, ALL), theme)
        return None if self.color is None else coloring.by_column(*self.color, theme)


def _write_page(drawing: Drawing, to: Path, *, dark: bool) -> None:
    from semascope import explorer, page, report

    few = len(drawing.collection) <= page.MOST
    view = explorer.stored(drawing.collection) if few else _pictures(drawing)
    told = report.gather(drawing.collection)
    page.write_page(to, told, view=view, start=_start(drawing), dark=dark)


def _start(drawing: Drawing) -> str:
    """Return what the page is colored by at first, as its address has it."""
    if drawing.color is None and not drawing.honesty:
        return ""
    by = "honesty" if drawing.color is None else [drawing.color[0]]
    return f"color={quote(json.dumps(by))}"


def _pictures(drawing: Drawing) -> Picture:
    """Return a map of more passages than a browser takes."""
    from semascope import plot
    from semascope.page import Picture

    light, dark = (_picture(drawing, dark=is_dark) for is_dark in (False, True))
    alt = str(light.get_label())
    return Picture(plot.render(light, ".png"), plot.render(dark, ".png"), alt)


def _picture(drawing: Drawing, *, dark: bool) -> Figure:
    """Return the map as a figure; its title is what it shows."""
    from semascope import plot

    collection, clusters, color = drawing.collection, drawing.clusters, drawing.color
    neighbors, name = collection.neighbors(), collection.path.stem
    trust = finding.of_honesty(drawing.map.kept, neighbors.shape[1])
    title, figures = finding.of_groups(name, clusters.names), trust
    if drawing.honesty:
        title, figures = trust, ""
    elif color is not None:
        title, figures = _finding(color, neighbors)
    parts = [f"{len(collection):,} passages", figures]
    if color is not None or drawing.honesty:
        parts.insert(0, name)
    return plot.scatter(
        drawing.map.coordinates,
        clusters.labels,
        clusters.names,
        title=title,
        subtitle=" · ".join(part for part in parts if part),
        coloring=drawing.coloring(DARK if dark else LIGHT),
        dark=dark,
    )


def _finding(color: tuple[str, pa.ChunkedArray], neighbors: NDArray[np.int32]) -> tuple[str, str]:
    """Return what the colors show, and the figures behind it."""
    name, column = color
    values = coloring.amounts(column)
    if values is None:
        return finding.of_categories(name, coloring.categories(column), neighbors)
    return finding.of_amounts(name, values, neighbors)
