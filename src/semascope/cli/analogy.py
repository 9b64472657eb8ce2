"""semascope analogy: which words answer uncle − man + woman, by three kinds of vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import click

from semascope.cli import show
from semascope.errors import InvalidValue

if TYPE_CHECKING:
    from semascope.encoder.encoder import Encoder
    from semascope.space.analogy import Analogy, Answer
    from semascope.space.space import Space
    from semascope.space.vocabulary import KnownModel

Kind = Literal["sentence", "tokens", "glove"]
TITLES: dict[Kind, str] = {
    "sentence": "sentence embeddings",
    "tokens": "token table",
    "glove": "GloVe 50d",
}
COLUMN = 24  # of the terminal; three of them and the ranks fit into 80
WORD = 14  # of such a column
INPUT = "·"


@click.command("analogy")
@click.argument("expression")
@click.option("-k", default=10, show_default=True, help="Number of words.")
@click.option("--expect", metavar="WORD", help="Also explain how WORD does as the answer.")
@click.option(
    "--vectors",
    type=click.Choice(list(TITLES)),
    multiple=True,
    help="Kind of vectors, may be repeated. By default all three; GloVe if it is here already.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    expression: str, k: int, expect: str | None, vectors: Sequence[Kind], *, as_json: bool
) -> None:
    """Print the words that come nearest to EXPRESSION, a sum of words.

    They are ranked by cosine over the 20,000 commonest English words, by three kinds of vectors:
    embeddings of each word as a sentence, the model's table of tokens, and GloVe. Put spaces
    around a minus, and double quotes around a phrase with a sign in it.

    \b
    Example:
        semascope analogy "uncle - man + woman" --expect aunt
    """
    from semascope.space.analogy import parse

    plus, minus = parse(expression.lower())  # as the vocabulary has its words
    word = expect.lower() if expect is not None else None
    found = _solve(plus, minus, k, vectors)
    expected = {kind: one.answer(word) for kind, one in found.items()} if word else {}
    if as_json:
        _print_json(plus, minus, found, expected)
        return
    n = next(iter(found.values())).n_labels
    question = " ".join(expression.split())
    click.echo(show.fit(f"{question}, among {n:,} common English words") + "\n")
    _print_ranking(found)
    if word:
        click.echo()
        _print_expected(word, found, expected)
        kind = next(iter(found))
        told = _explanation(question, found[kind], expected[kind])
        click.echo("\n" + show.passage(told, lines=10, indent=""))


def _solve(plus: list[str], minus: list[str], k: int, kinds: Sequence[Kind]) -> dict[Kind, Analogy]:
    """Return the analogy by each kind of vectors; leave out GloVe where nobody asked for it."""
    import semascope as sema
    from semascope.encoder import GLOVE, weights
    from semascope.space.vocabulary import common_space

    wanted = list(dict.fromkeys(kinds)) or list(TITLES)
    if not kinds and not weights.is_cached(GLOVE):
        wanted.remove("glove")
        show.note("GloVe is left out: it is not here yet; --vectors glove fetches it (76 MB).")
    with show.news():
        model = sema.load(precision="f32")
    found: dict[Kind, Analogy] = {}
    for kind in wanted:
        with show.progress("Embedding", "words") as on_progress:
            space = common_space(_vectors(kind, model), on_progress=on_progress)
        if not found:
            _note_unknown(space, [*plus, *minus])
        try:
            found[kind] = space.analogy(plus, minus, k=k)
        except InvalidValue as error:
            if kinds or kind != "glove":
                raise
            show.note(f"GloVe is left out: {error}.")
    return found


def _vectors(kind: Kind, model: Encoder) -> KnownModel:
    import semascope as sema
    from semascope.encoder import GLOVE
    from semascope.encoder.words import TokenTable

    if kind == "sentence":
        return model
    if kind == "tokens":
        return TokenTable(model)
    with show.news():
        return sema.load(GLOVE)


def _note_unknown(space: Space, texts: Sequence[str]) -> None:
    """Say which words are taken as they stand: a misspelt one would change the answer silently."""
    for text in texts:
        if text not in space:
            try:
                space.row(text)
            except InvalidValue as error:
                show.note(f"{error}. It is taken as it stands.")


def _print_ranking(found: Mapping[Kind, Analogy]) -> None:
    click.secho(_line("rank", [f"    {TITLES[kind]}" for kind in found]), bold=True)
    rows = list(zip(*(one.answers for one in found.values()), strict=True))
    for rank, answers in enumerate(rows, start=1):
        click.echo(_line(str(rank), [_cell(answer) for answer in answers]))
    click.echo(_line("", [f"    length {one.norm:.2f}" for one in found.values()]))
    meaning = (
        f"In each column: rank without the inputs ({INPUT} marks those), word, cosine with the "
        "combined vector. The length is that of this vector; each word's own is 1."
    )
    click.echo("\n" + show.passage(meaning, lines=4, indent=""))


def _line(first: str, cells: Sequence[str]) -> str:
    return show.fit(f"{first:>4} {''.join(cell.ljust(COLUMN) for cell in cells)}".rstrip())


def _cell(answer: Answer) -> str:
    rank = INPUT if answer.is_input else str(answer.rank_without_inputs)
    word = answer.label if len(answer.label) <= WORD else f"{answer.label[: WORD - 1]}…"
    return f"{rank:>3} {word:<{WORD}} {answer.cosine:.2f}"


def _print_expected(
    word: str, found: Mapping[Kind, Analogy], expected: Mapping[Kind, Answer]
) -> None:
    head = f"{word:<20}  dot product  ÷ length  = cosine    rank  without inputs"
    click.secho(show.fit(head), bold=True)
    for kind, answer in expected.items():
        norm, cosine = found[kind].norm, answer.cosine
        without = INPUT if answer.is_input else f"{answer.rank_without_inputs:,}"
        sum_up = f"{cosine * norm:11.2f}  {norm:8.2f}  {cosine:8.2f}"
        ranks = f"{answer.rank:6,}  {without:>14}"
        click.echo(show.fit(f"{TITLES[kind]:<20}  {sum_up}  {ranks}"))


def _explanation(question: str, one: Analogy, answer: Answer) -> str:
    """Return why a bare dot product does not tell whether an analogy works."""
    word, dot = answer.label, answer.cosine * one.norm
    told = (
        f"np.dot({question}, {word}) is {dot:.2f}, but that is no cosine: the combined vector is "
        f"{one.norm:.2f} long, not 1, and the product grows with it. Divided by it, the cosine is "
        f"{answer.cosine:.2f}. Nor does one number say whether the analogy works; the ranking "
        "does: "
    )
    if answer.is_input:
        return f"{told}{word} is an input itself, so it is no answer."
    place = "first" if answer.rank_without_inputs == 1 else f"number {answer.rank_without_inputs:,}"
    return f"{told}{word} comes {place} of {one.n_labels:,} words, the inputs left out."


def _print_json(
    plus: Sequence[str],
    minus: Sequence[str],
    found: Mapping[Kind, Analogy],
    expected: Mapping[Kind, Answer],
) -> None:
    kinds = [
        {
            "vectors": kind,
            "labels": one.n_labels,
            "norm": one.norm,
            "answers": [_fields(answer, one) for answer in one.answers],
            "expected": _fields(expected[kind], one) if expected else None,
        }
        for kind, one in found.items()
    ]
    show.as_json([{"plus": plus, "minus": minus, "kinds": kinds}])


def _fields(answer: Answer, one: Analogy) -> dict[str, object]:
    return asdict(answer) | {"is_input": answer.is_input, "dot": answer.cosine * one.norm}
