"""semascope export: a collection becomes a file that other programs read."""

from pathlib import Path

import click

from semascope.cli import show


@click.command("export")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=".csv, .tsv or .jsonl, also with .gz or .zst behind it, or .parquet.",
)
@click.option(
    "--embeddings", is_flag=True, help="A line per passage, with its embedding, not one per row."
)
@click.option(
    "--raw",
    is_flag=True,
    help="In CSV and TSV, text exactly as it is, for programs. By default text that begins with "
    "= + - @ gets an apostrophe, since a spreadsheet would run it as a formula.",
)
@click.option(
    "--without-duplicates",
    is_flag=True,
    help="Leave out rows that others say too, or nearly: see semascope duplicates.",
)
def command(
    collection: Path, to: Path, *, embeddings: bool, raw: bool, without_duplicates: bool
) -> None:
    """Write the rows of COLLECTION to a file, each with its text whole.

    With --embeddings, passages: their rows' columns, and _row (number of the row), _start (the
    character of the row's text at which the passage begins) and _embedding (of length 1).

    With --without-duplicates, a row that was split stays whole if any passage of it is its own.

    \b
    Example:
        semascope export speeches.lance --to speeches.csv
    """
    import semascope as sema

    talks = sema.open(collection)
    unit = "passages" if embeddings else "rows"
    with show.progress(f"Writing {to.name}", unit) as on_progress:
        made = talks.export(
            to,
            embeddings=embeddings,
            raw=raw,
            without_duplicates=without_duplicates,
            on_progress=on_progress,
        )
    if without_duplicates:
        show.note(f"Rows that others say too, left out: {made.left_out:,}")
    if made.escaped:
        show.note(
            f"Cells that a spreadsheet would run, given an apostrophe: {made.escaped:,} "
            "(--raw leaves them)"
        )
    what = "passages with their embeddings" if embeddings else "rows"
    click.echo(f"{to}: {made.lines:,} {what} of {collection}")
