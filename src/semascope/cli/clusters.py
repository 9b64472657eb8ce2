"""semascope clusters: what a collection is about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.clustering import Clusters, Resolution

LEVELS: tuple[Resolution, ...] = ("coarse", "medium", "fine")


@click.command("clusters")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--resolution",
    metavar="|".join(LEVELS),
    default="medium",
    show_default=True,
    help="How finely to divide; each level splits the groups of the one before.",
)
@click.option(
    "--stability",
    is_flag=True,
    help="Say how often a group is found again in ten runs without a tenth of the passages.",
)
@click.option(
    "--stop-words",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Words that no name shall have, one a line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per cluster.")
def command(
    collection: Path,
    *,
    resolution: Resolution,
    stability: bool,
    stop_words: Path | None,
    as_json: bool,
) -> None:
    """Print the groups of passages in COLLECTION: their names, sizes and a typical passage.

    Every passage is in exactly one. A name tells a group from the others under the same heading.
    The first run finds each passage's neighbors and keeps them.

    \b
    Example:
        semascope clusters speeches.lance
    """
    import semascope as sema

    talks = sema.open(collection)
    words = _words(stop_words)
    with show.progress("Finding neighbors", "passages") as on_progress:
        found = talks.clusters(resolution, stop_words=words, on_progress=on_progress)
    if stability:
        with show.progress("Trying how stable they are", "clusterings") as on_progress:
            found = talks.clusters(
                resolution, stability=True, stop_words=words, on_progress=on_progress
            )
    if as_json:
        show.as_json(_facts(found, label, talks.texts) for label in range(len(found.names)))
        return
    above = None
    if resolution != LEVELS[0]:
        above = talks.clusters(LEVELS[LEVELS.index(resolution) - 1], stop_words=words)
    show.clusters(found, talks.texts, above)


def _words(file: Path | None) -> list[str]:
    from semascope.errors import FileError

    if file is None:
        return []
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{file} is not text in UTF-8: {error.reason}; save it as such") from error


def _facts(found: Clusters, label: int, texts: list[str]) -> dict[str, object]:
    facts: dict[str, object] = {
        "cluster": label,
        "name": found.names[label],
        "size": found.sizes[label],
        "parent": None if found.parent is None else found.parent[label],
        "typical": [texts[number] for number in found.typical[label]],
        "edge": texts[found.edge[label]],
        "strength": float(found.strength[found.labels == label].mean(dtype="float64")),
    }
    if found.stability is not None:
        facts["stability"] = found.stability[label]
    return facts
