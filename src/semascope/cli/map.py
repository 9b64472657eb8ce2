"""semascope map: a picture of a collection."""

from pathlib import Path

import click

from semascope.cli import show


@click.command("map")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=".png, .svg or .pdf for a picture, .html for a page to walk around in.",
)
def command(collection: Path, to: Path) -> None:
    """Draw COLLECTION as a map on which passages that mean similar things lie together.

    The page is one file that needs no network and no server.

    \b
    Example:
        semascope map speeches.lance --to map.html
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Drawing the map", "steps") as on_progress:
        talks.draw(to, on_progress=on_progress)
    click.echo(f"{to}: {len(talks):,} passages of {collection}")
