"""semascope index: a file of text becomes a collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show
from semascope.encoder import DEFAULT_MODEL

if TYPE_CHECKING:
    from semascope.collection.indexed import Indexed
    from semascope.encoder import PrecisionName

MOSTLY = 0.5  # share of texts in another language that is worth a warning


@click.command("index")
@click.argument("source", metavar="FILE")
@click.option(
    "--text", metavar="COLUMN[,…]", help="The column to embed, or several; guessed if not given."
)
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="PATH", help="Default: FILE's name, .lance."
)
@click.option(
    "--key", metavar="COLUMN", help="Names a row: what comes under a known key replaces it."
)
@click.option("--sync", is_flag=True, help="Take away the rows that FILE no longer has.")
@click.option(
    "--passages/--no-passages",
    default=None,
    help="Cut texts that the model would not read whole (default), or store what it misses.",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "f32", "bf16", "int8"]),
    help="auto (default), f32, bf16: sentence-transformers' embeddings; int8: others, as good, "
    "made faster.",
)
@click.option("--strict", is_flag=True, help="Store nothing if a row would be left out.")
@click.option("--verbose", is_flag=True, help="Name each row that is left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    source: str,
    *,
    text: str | None,
    to: Path | None,
    key: str | None,
    sync: bool,
    passages: bool | None,
    precision: PrecisionName | None,
    strict: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Embed the rows of FILE and store them in a collection.

    FILE is CSV, TSV, JSON Lines, JSON, Excel, Parquet or Arrow, plain or compressed (.gz, .zst), or
    a folder of .txt, .md and .html, or - for standard input. Long texts become passages.

    Run again, it goes on where it was stopped, adds what is new in the file, and with a key
    replaces what has changed. Only texts that it does not have yet are encoded.

    With --precision int8 the embeddings are not quite those of sentence-transformers, but find as
    well; the collection keeps to it, and its queries are made in int8 too.

    \b
    Example:
        semascope index speeches.parquet --text text --to speeches.lance
    """
    import semascope as sema

    try:
        with show.progress(f"Reading {Path(source).name}", "rows") as on_progress:
            collection = sema.index(
                source,
                text=text,
                to=to,
                key=key,
                sync=sync,
                passages=passages,
                precision=precision,
                strict=strict,
                on_progress=on_progress,
            )
    except KeyboardInterrupt:
        show.note("\nStopped. What is stored stays; the same command goes on from there.")
        raise click.exceptions.Exit(show.STOPPED) from None
    run = collection.indexed
    if as_json:
        fields = {"path": str(collection.path), "collection_passages": len(collection)}
        show.as_json([fields | vars(run)])
        return
    for line in _notes(run, collection.model["name"]):
        show.note(line)
    if verbose:
        for row, why in run.left_out:
            show.note(f"    row {row}: {why}")
        unnamed = run.empty + run.skipped - len(run.left_out)
        if unnamed:
            show.note(f"    and {unnamed:,} more")
    done = [f"{show.count(run.passages, 'passage')} added"] if run.added else []
    done += [f"{show.count(run.removed, 'row')} removed"] if run.removed else []
    news = f"{', '.join(done)}, now" if done else "nothing new,"
    click.echo(f"{collection.path}: {news} {show.count(len(collection), 'passage')}")
    show.note(f'Next: semascope search {collection.path} "what you look for"')


def _notes(run: Indexed, model: str) -> Iterator[str]:
    """Yield what there is to say about a run, a line each."""
    from semascope.collection.snapshot import UNREAD
    from semascope.collection.usable import NO_TEXT

    if run.guessed:
        yield f"Embedded the column {run.text!r}; choose another with --text."
    if run.skipped:
        row, why = next(fault for fault in run.left_out if fault[1] != NO_TEXT)
        yield f"Rows that cannot be read or have no key: {run.skipped:,} (row {row}: {why})"
    if run.damaged:
        yield f"Lines with characters that cannot be decoded, shown as �: {run.damaged:,}"
    if run.not_english > MOSTLY and model == DEFAULT_MODEL:
        yield (
            f"{run.not_english:.0%} of the texts are not in English, but {DEFAULT_MODEL} reads "
            "English only; sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2 reads fifty "
            "languages: in Python, index(…, model=semascope.load(NAME))"
        )
    if run.empty:
        yield f"Rows without text, left out: {run.empty:,}"
    if run.split:
        yield f"Rows longer than the model reads, split into passages: {run.split:,}"
    if run.unread:
        yield (
            f"Rows longer than the model reads: {run.unread:,}; of these it did not read "
            f"{run.unread_share:.0%} on average (column {UNREAD!r})"
        )
    if run.known:
        yield f"Rows that were stored before: {run.known:,}"
    if run.replaced:
        yield f"Rows that have changed, replaced: {run.replaced:,}"
    if run.missing and (run.known or run.replaced):
        yield f"Rows stored before that are not in the file: {run.missing:,}; --sync removes such"
