"""semascope clusters: what a collection is about."""

from pathlib import Path

import click

from semascope.cli import show


@click.command("clusters")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per cluster.")
def command(collection: Path, *, as_json: bool) -> None:
    """Print the groups of passages in COLLECTION: their names, sizes and a typical passage.

    Every passage is in exactly one. The first run finds each passage's neighbors and keeps them.

    \b
    Example:
        semascope clusters speeches.lance
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Finding neighbors", "passages") as on_progress:
        clusters = talks.clusters(on_progress=on_progress)
    if as_json:
        show.as_json(
            {
                "cluster": label,
                "name": name,
                "size": clusters.sizes[label],
                "typical": [talks.texts[number] for number in clusters.typical[label]],
            }
            for label, name in enumerate(clusters.names)
        )
    else:
        show.clusters(clusters, talks.texts)
