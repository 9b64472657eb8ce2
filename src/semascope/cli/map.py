"""semascope map: a picture of a collection, or a report with its map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.mapping import Map


@click.command("map")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=".html for a report with the map to walk around in; .png, .svg or .pdf for a picture.",
)
@click.option("--color", metavar="COLUMN", help="Color the dots by a column, not by cluster.")
@click.option("--honesty", is_flag=True, help="Color them by how truly the map shows them.")
@click.option("--dark", is_flag=True, help="Light on dark.")
@click.option("--redo", is_flag=True, help="Make the map anew; else new rows join the old map.")
def command(
    collection: Path, to: Path, color: str | None, honesty: bool, dark: bool, redo: bool
) -> None:
    """Draw COLLECTION as a map on which passages that mean similar things lie together.

    A report tells below the map what the clusters are about, what rises and falls over time, what
    is said twice, what is odd, and how far to trust it all. It is one file that needs no network
    and no server. Rows that were added since the map was made are placed on it, and no other moves.

    \b
    Example:
        semascope map speeches.lance --to report.html
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Drawing the map", "steps") as on_progress:
        drawn = talks.draw(
            to, color=color, honesty=honesty, dark=dark, redo=redo, on_progress=on_progress
        )
    _say_what_is_new(drawn)
    click.echo(f"{to}: {len(talks):,} passages of {collection}")


def _say_what_is_new(drawn: Map) -> None:
    """Say on stderr what became of an older map."""
    later = int(drawn.placed.sum())
    if drawn.remade:
        show.note(f"The map was made anew, and all has moved: {drawn.remade}.")
    elif later:
        were = "was" if later == 1 else "were"
        show.note(
            f"{show.count(later, 'passage')} came after the map was made and {were} placed on it; "
            "no other has moved. To make it anew, add --redo."
        )
