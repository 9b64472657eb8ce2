"""semascope demo: the whole path, on a text that comes with semascope."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

QUERIES = (
    "help for farmers hit by drought",
    "flying machines",
    "nobody should go broke over a hospital bill",
)
SHOWN = 3  # hits of each search, groups of duplicates, oddities


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
def command(folder: Path) -> None:
    """Index, search and map 231 years of State of the Union addresses, in FOLDER.

    \b
    Example:
        semascope demo
    """
    import semascope as sema
    from semascope import data

    path = folder / "speeches.lance"
    with show.progress("Embedding the State of the Union, 1790 to 2021", "passages") as on_progress:
        talks = sema.index(data.path("speeches"), to=path, on_progress=on_progress)
    click.echo(f"{len(talks):,} passages of State of the Union addresses, 1790 to 2021")

    for query in QUERIES:
        _title(f"Search by meaning: {query}")
        hits = talks.search(query, k=SHOWN, mode="vector")
        show.hits(talks, query, hits)
        if not _words(query) & _words(hits[0].text):
            click.echo("    (The first shares no word with the query.)")

    with show.progress("Finding each passage's neighbors", "passages") as on_progress:
        clusters = talks.clusters(on_progress=on_progress)
    _title("What they speak of: groups of passages, each with a typical one")
    show.clusters(clusters, talks.texts)

    _title("Said twice, or nearly")
    groups = sorted(talks.duplicates().groups, key=lambda group: -group.similarity)
    for group in groups[:SHOWN]:
        click.echo(f"    cosine {group.similarity:.3f}")
        near = zip(group.similarities, group.numbers, strict=True)
        _, other = max(pair for pair in near if pair[1] != group.keeper)
        _print_rows(talks, [group.keeper, other])
    _title("Unlike all others")
    _print_rows(talks, [outlier.number for outlier in talks.outliers(n=SHOWN)])

    picture, page = folder / "map.png", folder / "report.html"
    for file in (picture, page):
        with show.progress(f"Drawing {file.name}", "steps") as on_progress:
            talks.draw(file, on_progress=on_progress)
    _title("Made")
    click.echo(f"    {picture}: the map as a picture")
    click.echo(f"    {page}: the report with the map, for any browser, no network needed")
    click.echo(f"    {path}: the collection")
    _title("Next")
    click.echo(f"    semascope open {path}   the explorer: walk around in the map, search, compare")
    click.echo(f'    semascope search {path} "what you look for"')
    click.echo("    semascope index YOUR.csv, and then: semascope open YOUR.lance")


def _title(text: str) -> None:
    click.secho(f"\n{text}", bold=True)


def _print_rows(talks: Collection, numbers: Iterable[int]) -> None:
    for row in talks.rows(list(numbers)):
        click.echo(f"    {row['speech']}")
        click.echo(show.passage(row["text"], indent=" " * 6))


def _words(text: str) -> set[str]:
    """Return the words of a text that are longer than "the" and "for"."""
    return set(re.findall(r"[a-z]{4,}", text.lower()))
