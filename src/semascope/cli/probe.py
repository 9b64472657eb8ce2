"""semascope probe: what of a sentence the model does not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.encoder.encoder import Encoder
    from semascope.reasons.probe import Variant

SEVERAL = 5  # passages looked at for one that has another text


@click.command("probe")
@click.argument("text")
@click.option(
    "--in",
    "within",
    metavar="COLLECTION",
    type=click.Path(path_type=Path),
    help="Compare with pairs of its passages, not with pairs of English sentences.",
)
@click.option("--seed", default=0, show_default=True, help="Of shuffled words, of new numbers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per change.")
def command(text: str, *, within: Path | None, seed: int, as_json: bool) -> None:
    """Change what TEXT says, and print how little its similarity moves.

    It is negated, two names are swapped, numbers changed, words shuffled, by simple rules for
    English: read what they made. A change that leaves the similarity near 1 is one that the model
    hardly sees: no search by meaning will tell the two texts apart.

    \b
    Example:
        semascope probe "John did not give Mary 3 apples." --in speeches.lance
    """
    import semascope as sema

    talks = sema.open(within) if within else None
    with show.progress("Changing the text", "texts"):
        model = sema.load(precision="f32") if talks is None else talks.encoder
        variants = sema.probe(text, model=model, collection=talks, seed=seed)
    if as_json:
        show.as_json(asdict(variant) for variant in variants)
        return
    for variant in variants:
        _print(variant, talks)
    click.echo()
    if talks is not None:
        click.echo(show.passage(_compare(text, variants, talks), lines=5, indent=""))
    unread = _unread(text, model)
    if unread is not None:
        cut = f"The model did not read the text from character {unread:,} on"
        click.echo(show.passage(f"{cut}: a change there has no effect.", indent=""))


def _print(variant: Variant, talks: Collection | None) -> None:
    from semascope.background import background
    from semascope.similarity import rounded_down

    if variant.text is None or variant.similarity is None:
        click.secho(f"{variant.kind}: not possible", bold=True)
        click.echo(show.passage(show.printable(variant.what)))
        return
    near = f"{variant.kind}: {rounded_down(variant.similarity)}"
    if talks is None:
        usual = background(variant.text)
        percentile = usual.percentile(variant.similarity)
        near += f", closer than {percentile:.5g}% of random pairs of English {usual.kind}"
    elif variant.percentile is not None:
        near += f", closer than {_share(variant.percentile)} pairs in {talks.path.name}"
    click.secho(show.fit(near), bold=True)
    click.echo(show.passage(show.printable(variant.text)))
    click.echo(show.passage(show.printable(f"({variant.what})"), lines=1))


def _compare(text: str, variants: Sequence[Variant], talks: Collection) -> str:
    """Say how many variants are nearer to the text than any passage that has other words."""
    hits = talks.search(text, k=SEVERAL, mode="vector", passages=True)
    nearest = next((hit for hit in hits if hit.text != text), None)
    if nearest is None or nearest.percentile is None or nearest.neighbor_percentile is None:
        return f"{talks.path.name} has no other text to compare with."
    near = [variant.similarity for variant in variants if variant.similarity is not None]
    nearer = sum(similarity > nearest.similarity for similarity in near)
    return (
        f"{nearer} of {len(near)} changed texts are nearer to yours than any other passage of "
        f"{talks.path.name}. The nearest of these is at {nearest.similarity:.2f}, closer than "
        f"{_share(nearest.percentile)} pairs and {nearest.neighbor_percentile:.0f}% of neighbors."
    )


def _share(percent: float) -> str:
    """Return a share of random pairs, never rounded up to all."""
    return "all random" if percent == 100 else f"{floor(percent * 100) / 100:.2f}% of"


def _unread(text: str, model: Encoder) -> int | None:
    """Return from which character on the model does not read; None also where that is unknown."""
    return None if model.pooling is None else model.reading(text).unread
