"""A collection as a picture or as a page: its map with the names of its clusters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from semascope.errors import FileError, InvalidValue
from semascope.progress import Progress

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

SUFFIXES = (".png", ".svg", ".pdf", ".html")


def draw(collection: Collection, to: Path, on_progress: Progress) -> None:
    """Write the map of ``collection``; see `Collection.draw`."""
    if to.suffix.lower() not in SUFFIXES:
        raise InvalidValue(f"a map is written as {', '.join(SUFFIXES)}, not as {to.name!r}")
    if not to.parent.is_dir():  # said before the work, not after it
        raise FileError(f"cannot write {to}: there is no folder {to.parent}; create it first")
    clusters = collection.clusters(on_progress=on_progress)
    coordinates = collection.map(on_progress=on_progress).coordinates
    title = collection.path.stem
    if to.suffix.lower() == ".html":
        from semascope.page import write_page

        others = [name for name in collection.columns if name != collection.text]
        rows = collection.rows()
        write_page(
            to,
            title=title,
            coordinates=coordinates,
            labels=clusters.labels,
            names=clusters.names,
            texts=collection.texts,
            columns={name: [row[name] for row in rows] for name in others},
            neighbors=collection.neighbors(),
        )
        return
    from semascope import plot  # matplotlib, which a page does without

    subtitle = f"{len(collection):,} passages in {len(clusters.names)} groups"
    plot.save(
        plot.scatter(coordinates, clusters.labels, clusters.names, title=title, subtitle=subtitle),
        to,
    )
