"""semascope explain: which words make two texts similar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.encoder.encoder import Encoder
    from semascope.encoder.reading import Reading
    from semascope.reasons.explanation import Explanation
    from semascope.reasons.omission import Omission, Omissions

LONG = 48  # words of a text up to which each has its number below it
PAIRS = 8  # pairs that are shown
WORDS = 12  # words of a longer text whose numbers are shown
INDENT = "    "
ALL = 99  # lines, of what is never cut

MEANING = "the cosine of A and B: the sum of what the words of A, or those of B, add to it"

WHY_THEY_DIFFER = (
    "What a word adds and what its absence changes differ. Without it more goes than its part: "
    "the other words, which were read with it beside them, get other vectors, and the mean is "
    "taken over fewer tokens."
)


@click.command("explain")
@click.argument("a")
@click.argument("b")
@click.option(
    "--to",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw all pairs of words as a heat map instead: a .png, .svg or .pdf file.",
)
@click.option("--leave-one-out", is_flag=True, help="Print the cosine without each word too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(a: str, b: str, *, to: Path | None, leave_one_out: bool, as_json: bool) -> None:
    """Print what each word of the texts A and B adds to their cosine.

    The vector of a text is the mean of its tokens' vectors, so the cosine is exactly the sum of
    what each pair of words adds: how alike the two are in their contexts. Words are shaded blue
    where they add and orange where they take away, with the amount below them. [CLS] and [SEP],
    which the model puts around every text, count as any word does.

    \b
    Example:
        semascope explain "a cat sat" "the kitten was sitting"
    """
    import semascope as sema

    if not (a.strip() and b.strip()):
        raise sema.SemascopeError("a text is empty; give two texts to compare")
    with show.news():
        model = sema.load()
    score = sema.cosine_similarity(*model.encode([a, b]))
    found = sema.explain(a, b, model=model, similarity=score)
    if to:
        from semascope import plot

        plot.save(plot.explanation(found), to)
        click.echo(f"{to}: {len(found.words_a)} × {len(found.words_b)} words")
        return
    without = _leave_one_out(a, b, model) if leave_one_out else None
    if as_json:
        show.as_json([_fields(found, model, without)])
        return
    _print_words(found)
    _print_pairs(found)
    if without:
        _print_omissions(without)
    click.echo()
    for sentence in _sentences(found, model):
        click.echo(show.passage(sentence, lines=ALL, indent=""))


def _leave_one_out(a: str, b: str, model: Encoder) -> Omissions:
    """Leave one out in f32: in bf16 a cosine is less exact than what many a word changes."""
    import semascope as sema

    exact = model if model.precision == "f32" else sema.load(precision="f32")
    with show.progress("Leaving words out", "texts") as on_progress:
        return sema.leave_one_out(a, b, model=exact, on_progress=on_progress)


def _print_words(found: Explanation) -> None:
    from semascope.cli import shading

    console = show.console()
    click.echo(f"{found.cosine:.4f}")
    click.echo(show.passage(MEANING, lines=ALL, indent=""))
    sides = (("A", found.a, found.of_a.tolist()), ("B", found.b, found.of_b.tolist()))
    most = max(abs(amount) for _, _, amounts in sides for amount in amounts)
    for letter, reading, amounts in sides:
        _title(letter)
        if len(reading.words) <= LONG and reading.unread is None:
            words = [word.text for word in reading.words]
            console.print(shading.above_numbers(words, amounts, most, console.width), no_wrap=True)
        else:
            for line in shading.flowing(reading, amounts, most).wrap(console, console.width):
                line.rstrip()
                console.print(line)
            click.echo(show.passage(_most(reading, amounts, most), lines=ALL, indent=INDENT))


def _most(reading: Reading, amounts: Sequence[float], most: float) -> str:
    """Name the words of a long text that add the most."""
    from semascope.cli.shading import label, number

    order = sorted(range(len(amounts)), key=lambda i: -abs(amounts[i]))[:WORDS]
    named = (f"{label(reading.words[i].text)} {number(amounts[i], most)}" for i in order)
    return f"Most of its {len(amounts)} words: {', '.join(named)}"


def _print_pairs(found: Explanation) -> None:
    from semascope.cli.shading import label, number

    _title("Strongest pairs, a word of A and one of B")
    pairs = found.strongest(PAIRS)
    most = abs(pairs[0].contribution)
    for pair in pairs:
        words = f"{label(pair.a.text)} – {label(pair.b.text)}"
        click.echo(show.fit(f"{INDENT}{number(pair.contribution, most):>6}  {words}"))


def _print_omissions(without: Omissions) -> None:
    from semascope.cli.shading import label, number

    for letter, omissions in (("A", without.a), ("B", without.b)):
        _title(f"Without a word of {letter}")
        click.echo(show.fit(f"{INDENT}cosine  change   adds  word"))
        shown = sorted(omissions, key=lambda each: -abs(each.change))[:WORDS]
        for each in shown:
            adds = "" if each.contribution is None else number(each.contribution, 1)
            numbers = f"{each.similarity:6.4f}  {each.change:+6.3f}  {adds:>5}"
            click.echo(show.fit(f"{INDENT}{numbers}  {label(each.word.text)}"))
        if len(omissions) > len(shown):
            more = f"{INDENT}{len(omissions) - len(shown)} more words change it less"
            click.echo(show.fit(more))
    click.echo()
    click.echo(show.passage(WHY_THEY_DIFFER, lines=ALL, indent=""))


def _title(text: str) -> None:
    click.secho(f"\n{show.fit(text)}", bold=True)


def _sentences(found: Explanation, model: Encoder) -> Iterator[str]:
    """Say how the parts make the whole, and what is not in them."""
    yield (
        f"All {found.by_word.size:,} pairs of words add up to {found.cosine:.4f}. Those with a "
        "token that the model puts around every text, such as [CLS], make "
        f"{found.of_special:.4f} of it."
    )
    if model.precision != "f32" and found.difference is not None:
        yield (
            f"In {model.precision}, in which collections are embedded here, the cosine is "
            f"{found.similarity:.4f}: {found.difference:+.4f}."
        )
    for letter, reading in (("A", found.a), ("B", found.b)):
        if reading.start:
            prompt = show.printable(reading.text[: reading.start])
            yield f'Before {letter} the model reads its prompt, "{prompt}".'
        if reading.unread is not None:
            read = reading.unread - reading.start
            yield (
                f"The model did not read {letter} from character {read:,} on: what stands there "
                "has no effect."
            )


def _fields(found: Explanation, model: Encoder, without: Omissions | None) -> dict[str, object]:
    """Return all but the contributions of tokens, for which there is the library."""
    sides = (("a", found.a, found.of_a), ("b", found.b, found.of_b))
    fields: dict[str, object] = {
        "cosine": found.cosine,
        "similarity": found.similarity,
        "precision": model.precision,
        "difference": found.difference,
    }
    for letter, reading, amounts in sides:
        words = [
            {
                "word": word.text,
                "kind": word.kind,
                "start": word.start,
                "end": word.end,
                "adds": adds,
            }
            for word, adds in zip(reading.words, amounts.tolist(), strict=True)
        ]
        fields[letter] = {
            "text": reading.text,
            "tokens": reading.tokens,
            "words": words,
            "unread": reading.unread,
        }
    fields["by_word"] = found.by_word.tolist()
    if without:
        fields["without"] = {
            letter: [_without(each) for each in omissions]
            for letter, omissions in (("a", without.a), ("b", without.b))
        }
    return fields


def _without(omission: Omission) -> dict[str, object]:
    return {
        "word": omission.word.text,
        "start": omission.word.start,
        "cosine": omission.similarity,
        "change": omission.change,
        "adds": omission.contribution,
    }
