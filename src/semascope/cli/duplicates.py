"""semascope duplicates: passages that are the same, or nearly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.duplicates import Duplicates, Group

MEMBERS = 5  # of a group that are shown, beside its keeper


@click.command("duplicates")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--threshold",
    type=float,
    metavar="COSINE",
    help="Similarity from which two are nearly the same; suggested by COLLECTION if not given.",
)
@click.option("-n", default=10, show_default=True, help="Number of groups to print.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per group, of all.")
def command(collection: Path, *, threshold: float | None, n: int, as_json: bool) -> None:
    """Print the passages of COLLECTION that are the same as another, or nearly.

    Each group has a passage to keep, the longest one, which stands first. Before the others stands
    their cosine similarity to it. What counts as nearly the same depends on how similar passages
    are to their nearest in this collection; both figures are printed.

    \b
    Example:
        semascope duplicates speeches.lance
    """
    import semascope as sema

    if n < 1:
        raise sema.SemascopeError(f"-n must be at least 1, got {n}")
    talks = sema.open(collection)
    with show.progress("Finding neighbors", "passages") as on_progress:
        found = talks.duplicates(threshold=threshold, on_progress=on_progress)
    if as_json:
        show.as_json(_fields(talks, found, group) for group in found.groups)
        return
    click.echo(show.passage(_usual(found), indent=""))
    for group in found.groups[:n]:
        _print(talks, group)
    if len(found.groups) > n:
        click.echo(f"\nand {show.count(len(found.groups) - n, 'more group')} (-n shows them)")
    groups = show.count(len(found.groups), "group")
    repeats = "repeats" if found.copies == 1 else "repeat"
    click.echo(
        f"\n{groups}: {found.copies:,} of {len(talks):,} passages {repeats} one that is kept"
    )
    if found.copies and threshold is None:
        show.note(f"Next: semascope export {collection} --to FILE --without-duplicates")


def _usual(found: Duplicates) -> str:
    """Say what is usual here, and what counts as the same."""
    from semascope.similarity import rounded_down

    if found.usual is None:
        return "All passages have one text."
    near = f"Nearest neighbors are typically at {found.usual:.2f} here; nearly the same: from "
    threshold, suggested = rounded_down(found.threshold), rounded_down(found.suggested)
    if found.threshold != found.suggested:
        return f"{near}{threshold}, as you say (suggested: {suggested})."
    return f"{near}{threshold}."


def _print(talks: Collection, group: Group) -> None:
    from semascope.excerpt import from_difference
    from semascope.similarity import rounded_down

    similarity = dict(zip(group.numbers, group.similarities, strict=True))
    others = sorted(
        (number for number in group.numbers if number != group.keeper),
        key=lambda number: -similarity[number],
    )
    numbers = [group.keeper, *others[:MEMBERS]]
    kept, *rows = talks.rows(numbers)
    click.echo()
    click.echo(show.fit(f"keep  {group.keeper:,}   {show.facts(talks, kept)}".rstrip()))
    click.echo(show.passage(kept[talks.text], indent=" " * 6))
    for number, row in zip(numbers[1:], rows, strict=True):
        is_same = row[talks.text] == kept[talks.text]
        near = "same" if is_same else rounded_down(similarity[number])
        click.echo(show.fit(f"{near}  {number:,}   {show.facts(talks, row)}".rstrip()))
        if not is_same:
            text = from_difference(row[talks.text], kept[talks.text])
            click.echo(show.passage(text, indent=" " * 6))
    if len(others) > MEMBERS:
        click.echo(f"      and {len(others) - MEMBERS:,} more")


def _fields(talks: Collection, found: Duplicates, group: Group) -> dict[str, object]:
    texts = talks.texts
    return {
        "keeper": group.keeper,
        "text": texts[group.keeper],
        "others": [
            {"number": number, "similarity": similarity, "text": texts[number]}
            for number, similarity in zip(group.numbers, group.similarities, strict=True)
            if number != group.keeper
        ],
        "threshold": found.threshold,
    }
