"""semascope check: whether a collection is what was committed, and how it is mended."""

from dataclasses import asdict
from pathlib import Path

import click

from semascope.cli import show

SHOWN = 10  # numbers of lost rows
DAMAGED = 1  # exit code


@click.command("check")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option("--repair", is_flag=True, help="Mend what is damaged.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(collection: Path, *, repair: bool, as_json: bool) -> None:
    """Compare every file of COLLECTION with what was written, bit by bit.

    With --repair, what is damaged is copied into its folder _aside first. Rows whose contents are
    intact stay; what can be read of others is written to a file there.

    The exit code is 0 if all is well (again), 1 if something is damaged or rows are lost.

    \b
    Example:
        semascope check speeches.lance --repair
    """
    from semascope.collection.check import check

    with show.progress("Comparing", "bytes") as on_progress:
        report = check(collection, repair=repair, on_progress=on_progress)
    if as_json:
        show.as_json([asdict(report) | {"intact": report.intact}])
        raise click.exceptions.Exit(0 if report.intact else DAMAGED)

    for damage in report.damaged:
        click.echo(f"{damage.file} {damage.what}: {damage.means}")
    for done in report.mended:
        show.note(f"Mended: {done}")
    if report.lost:
        first = ", ".join(map(str, report.lost[:SHOWN])) + ("…" if report.lost[SHOWN:] else "")
        click.echo(f"Rows that are not intact: {len(report.lost):,} (number {first})")
    if report.lost_in:
        show.note(f"What can be read of them: {report.lost_in}")
        show.note("To bring them back, index the original file again: it adds what is missing.")
    if report.leftovers:
        show.note(f"Files of no use, deleted by the next index: {len(report.leftovers):,}")
    if report.aside:
        show.note(
            f"{report.aside:,} bytes lie in {collection / '_aside'}; delete what you need not"
        )
    if report.damaged and not report.mended:
        show.note(f"Next: semascope check {collection} --repair")
    elif report.passages is not None:
        click.echo(
            f"{collection}: {report.passages:,} passages in {report.files:,} files, "
            f"{report.size / 1e6:,.1f} MB, as they were written"
        )
    raise click.exceptions.Exit(0 if report.intact else DAMAGED)
