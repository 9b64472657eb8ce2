"""semascope outliers: passages unlike all others."""

from __future__ import annotations

from pathlib import Path

import click

from semascope.cli import show


@click.command("outliers")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option("-n", default=10, show_default=True, help="Number of passages.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per passage.")
def command(collection: Path, *, n: int, as_json: bool) -> None:
    """Print the passages of COLLECTION that are least like any other, the oddest first, and why.

    Before each stands the mean cosine similarity to the 15 passages nearest to it.

    \b
    Example:
        semascope outliers speeches.lance -n 5
    """
    import semascope as sema

    talks = sema.open(collection)
    with show.progress("Finding neighbors", "passages") as on_progress:
        found = talks.outliers(n=n, on_progress=on_progress)
    texts = talks.texts
    if as_json:
        show.as_json(
            {**vars(outlier), "text": texts[outlier.number], "nearest_text": texts[outlier.nearest]}
            for outlier in found
        )
        return
    if not found:
        click.echo("All passages have one text: none is odd.")
        return
    click.echo(f"Passages are typically at {found[0].usual:.2f} to the 15 nearest to them.")
    for outlier in found:
        (row,) = talks.rows([outlier.number])
        click.echo()
        line = f"{outlier.neighborhood:.2f}  {outlier.number:,}   {show.facts(talks, row)}"
        click.echo(show.fit(line.rstrip()))
        click.echo(show.passage(row[talks.text], indent=" " * 6))
        for reason in outlier.why:
            click.echo(show.passage(f"– {reason}", indent=" " * 6))
        nearest = f"– nearest, {outlier.similarity:.2f}: {texts[outlier.nearest]}"
        click.echo(show.passage(nearest, lines=1, indent=" " * 6))
    click.echo(f"\nof {show.count(len(talks), 'passage')}")
