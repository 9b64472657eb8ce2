"""semascope search: the passages nearest in meaning to a query."""

from pathlib import Path

import click

from semascope.cli import show


@click.command("search")
@click.argument("collection", type=click.Path(path_type=Path))
@click.argument("query")
@click.option("-k", default=10, show_default=True, help="Number of passages.")
@click.option("--passages", is_flag=True, help="All passages of a row, not its best alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def command(collection: Path, query: str, k: int, *, passages: bool, as_json: bool) -> None:
    """Print the passages of COLLECTION that are nearest in meaning to QUERY.

    Something is always found, however far it is: read before you believe.

    \b
    Example:
        semascope search speeches.lance "help for farmers hit by drought" -k 3
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Searching", "passages"):
        hits = talks.search(query, k=k, passages=passages)
    if as_json:
        show.as_json({"rank": rank, **vars(hit)} for rank, hit in enumerate(hits, start=1))
        return
    show.hits(talks, query, hits)
    click.echo(f"of {len(talks):,} passages")
