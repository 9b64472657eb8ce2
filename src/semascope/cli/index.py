"""semascope index: a file of text becomes a collection."""

from pathlib import Path

import click

from semascope.cli import show
from semascope.encoder import DEFAULT_MODEL

MOSTLY = 0.5  # share of texts in another language that is worth a warning


@click.command("index")
@click.argument("source", metavar="FILE")
@click.option(
    "--text", metavar="COLUMN[,…]", help="The column to embed, or several; guessed if not given."
)
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="PATH", help="Default: FILE's name, .lance."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(source: str, text: str | None, to: Path | None, *, as_json: bool) -> None:
    """Embed the rows of FILE and store them in a collection.

    FILE is CSV, TSV, JSON Lines, JSON, Excel, Parquet or Arrow, plain or compressed (.gz, .zst), or
    a folder of .txt, .md and .html, or - for standard input. Long texts become passages.

    Run again, it goes on where it was stopped, and adds what is new in the file.

    \b
    Example:
        semascope index speeches.parquet --text text --to speeches.lance
    """
    import semascope as sema

    try:
        with show.progress(f"Reading {Path(source).name}", "rows") as on_progress:
            collection = sema.index(source, text=text, to=to, on_progress=on_progress)
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
    if run.skipped:
        show.note(f"Rows that cannot be parsed, left out: {run.skipped:,} ({run.why[0]})")
    if run.damaged:
        show.note(f"Lines with characters that cannot be decoded, shown as �: {run.damaged:,}")
    if run.not_english > MOSTLY and collection.model["name"] == DEFAULT_MODEL:
        show.note(
            f"{run.not_english:.0%} of the texts are not in English, but {DEFAULT_MODEL} reads "
            "English only; sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2 reads fifty "
            "languages: in Python, index(…, model=semascope.load(NAME))"
        )
    if run.empty:
        show.note(f"Rows without text, left out: {run.empty:,}")
    if run.split:
        show.note(f"Rows longer than the model reads, split into passages: {run.split:,}")
    if run.known:
        show.note(f"Rows that were stored before: {run.known:,}")
    click.echo(f"Passages added: {run.passages:,}, now {len(collection):,} in {collection.path}")
    show.note(f'Next: semascope search {collection.path} "what you look for"')
