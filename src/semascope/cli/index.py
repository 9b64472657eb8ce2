"""semascope index: a file of text becomes a collection."""

from pathlib import Path

import click

from semascope.cli import show


@click.command("index")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--text", metavar="COLUMN", help="The column to embed; guessed if not given.")
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="PATH", help="Default: FILE's name, .lance."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: Path, text: str | None, to: Path | None, *, as_json: bool) -> None:
    """Embed the rows of FILE (CSV, JSON Lines or Parquet) and store them in a collection.

    Run again, it goes on where it was stopped, and adds what is new in the file.

    \b
    Example:
        semascope index speeches.parquet --text text --to speeches.lance
    """
    import semascope as sema

    try:
        with show.progress(f"Reading {file.name}", "rows") as on_progress:
            collection = sema.index(file, text=text, to=to, on_progress=on_progress)
    except KeyboardInterrupt:
        show.note("\nStopped. What is stored stays; the same command goes on from there.")
        raise click.exceptions.Exit(show.STOPPED) from None
    if as_json:
        fields = {"path": str(collection.path), "passages": len(collection)}
        show.as_json([fields | vars(collection.indexed)])
        return
    run = collection.indexed
    if run.guessed:
        show.note(f"Embedded the column {run.text!r}; choose another with --text.")
    if run.empty:
        show.note(f"Rows without text, left out: {run.empty:,}")
    if run.known:
        show.note(f"Rows that were stored before: {run.known:,}")
    click.echo(f"Passages added: {run.added:,}, now {len(collection):,} in {collection.path}")
    show.note(f'Next: semascope search {collection.path} "what you look for"')
