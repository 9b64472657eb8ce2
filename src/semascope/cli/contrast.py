"""semascope contrast: what tells two sets of passages apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.contrast import Contrast, ContrastSide, Side
    from semascope.structure.contrast import Word


@click.command("contrast")
@click.argument("collection", type=click.Path(path_type=Path))
@click.argument("a")
@click.argument("b")
@click.option("-n", default=2, show_default=True, help="Passages of each kind, up to 5.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(collection: Path, a: str, b: str, *, n: int, as_json: bool) -> None:
    """Print what tells the passages A and B of COLLECTION apart: words, and how far by meaning.

    A and B are conditions in SQL, as for search --where, or clusters: their number or name, as
    semascope clusters --json gives them. How far they can be told apart is measured on passages
    that were left out when the difference was learned; by chance it is 50%.

    \b
    Example:
        semascope contrast speeches.lance "year < 1900" "year > 2000"
    """
    import semascope as sema

    if not 1 <= n <= 5:
        raise sema.SemascopeError(f"-n must be from 1 to 5, got {n}")
    talks = sema.open(collection)
    with show.progress("Comparing", "passages") as on_progress:
        found = talks.contrast(_side(a), _side(b), on_progress=on_progress)
    if as_json:
        show.as_json([_fields(talks, found)])
        return
    for letter, side in (("A", found.a), ("B", found.b)):
        click.echo(show.passage(f"{letter}  {side.name}: {_size(side)}", indent=""))
    if found.overlap:
        click.echo(f"   {show.count(found.overlap, 'passage')} on both sides, left out")
    click.echo()
    click.echo(show.passage(_verdict(found), lines=4, indent=""))
    for letter, side in (("A", found.a), ("B", found.b)):
        _title(f"Words of {letter}")
        click.echo(show.passage(_words(side.words), lines=5))
    if not found.told_apart:  # then no passage is like one side rather than the other
        return
    _passages(talks, "Most like A", found.a.clearest[:n])
    _passages(talks, "Most like B", found.b.clearest[:n])
    _passages(talks, "In A, but like B", found.a.like_other[:n])
    _passages(talks, "In B, but like A", found.b.like_other[:n])
    _passages(talks, "In between", found.between[:n])


def _side(text: str) -> Side:
    return int(text) if text.isdecimal() else text


def _size(side: ContrastSide) -> str:
    size = show.count(side.size, "passage")
    return size if side.compared == side.size else f"{size}, {side.compared:,} of them compared"


def _verdict(found: Contrast) -> str:
    if found.accuracy is None or found.by_chance is None:
        return "A side has fewer than five rows: too few to say how far they can be told apart."
    low, high = found.by_chance
    chance = f"by chance 50%, with A and B shuffled {low:.0%} to {high:.0%}"
    if found.told_apart:
        return f"A and B can be told apart {_rounded(found.accuracy)} of the time; {chance}."
    guess = f"a guess is right {found.accuracy:.0%} of the time"
    return f"A and B cannot be told apart: {guess}; {chance}."


def _rounded(accuracy: float) -> str:
    """Return an accuracy that is not rounded up to all."""
    return f"{accuracy:.0%}" if accuracy < 0.99 else f"{int(accuracy * 1000) / 10:g}%"


def _words(words: Sequence[Word]) -> str:
    named = (f"{w.word} {_percent(w.here)} ({_percent(w.there)})" for w in words)
    return ", ".join(named) or "none is clearly more frequent"


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"


def _passages(talks: Collection, title: str, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    _title(title)
    for number, row in zip(numbers, talks.rows(numbers), strict=True):
        click.echo(show.fit(f"    {number:,}   {show.facts(talks, row)}".rstrip()))
        click.echo(show.passage(row[talks.text], indent=" " * 6))


def _title(text: str) -> None:
    click.secho(f"\n{text}", bold=True)


def _fields(talks: Collection, found: Contrast) -> dict[str, object]:
    """Return all but the direction and the scores, with the texts that are named."""
    kept = ("a", "b", "overlap", "accuracy", "by_chance", "p", "between")
    fields = {name: value for name, value in asdict(found).items() if name in kept}
    named = {*found.between}
    for side in (found.a, found.b):
        named |= {*side.clearest, *side.like_other}
    numbers = sorted(named)
    rows = talks.rows(numbers)
    texts = {str(number): row[talks.text] for number, row in zip(numbers, rows, strict=True)}
    return fields | {"told_apart": found.told_apart, "texts": texts}
