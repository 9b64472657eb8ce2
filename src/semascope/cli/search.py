"""semascope search: the passages that answer a query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.search import Mode

MODES = ("hybrid", "vector", "keyword")


@click.command("search")
@click.argument("collection", type=click.Path(path_type=Path))
@click.argument("query")
@click.option("-k", default=10, show_default=True, help="Number of passages.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="hybrid",
    show_default=True,
    help="By meaning (vector), by word (keyword), or by both.",
)
@click.option(
    "--where",
    metavar="CONDITION",
    help="Only passages of which this is true, in SQL: \"year > 1960 and party = 'Republican'\".",
)
@click.option("--full", is_flag=True, help="Whole passages, not their best sentence.")
@click.option("--passages", is_flag=True, help="All passages of a row, not its best alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def command(
    collection: Path,
    query: str,
    k: int,
    *,
    mode: Mode,
    where: str | None,
    full: bool,
    passages: bool,
    as_json: bool,
) -> None:
    """Print the passages of COLLECTION that answer QUERY, best first.

    Before each stands its cosine similarity to the query, then how much that is here: "closer
    than 97% of pairs and 2% of neighbors" says that 97% of random pairs of passages are less
    similar, and that 2% of all passages are less similar to their own nearest neighbor. By meaning
    something is always found, however far it is: read before you believe. Words that occur nowhere
    in the collection are named at the end.

    \b
    Example:
        semascope search speeches.lance "help for farmers hit by drought" -k 3
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Searching", "passages"):
        hits = talks.search(query, k=k, mode=mode, where=where, passages=passages)
        unknown = talks.unknown_words(query)
    absent = _name(unknown)
    if as_json:
        show.as_json({"rank": rank, **vars(hit)} for rank, hit in enumerate(hits, start=1))
        if absent:
            show.note(absent)
        return
    show.hits(talks, query, hits, by_words=mode == "keyword", full=full)
    if not hits:
        reason = "no passage passes --where" if mode != "keyword" else "no passage has its words"
        click.echo(f"Nothing found: {reason}.")
    if absent:
        click.echo(show.passage(absent, indent=""))
    click.echo(f"of {len(talks):,} passages · {mode}")


def _name(unknown: Sequence[str]) -> str:
    """Say which words of a query the collection has not."""
    if not unknown:
        return ""
    *others, last = (f'"{word}"' for word in unknown)
    names = f"{', '.join(others)} and {last} occur" if others else f"{last} occurs"
    return f"{names} nowhere in the collection."
