"""Leave one out: the cosine of two texts when a word of one is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semascope.encoder import load
from semascope.encoder.encoder import Encoder
from semascope.encoder.reading import Reading, Word
from semascope.progress import Progress, silent
from semascope.reasons.explanation import explain
from semascope.similarity import cosine_similarity


@dataclass(frozen=True)
class Omission:
    """A word, and the cosine without it."""

    word: Word
    text: str  # what is left of its text when it is cut out
    similarity: float  # cosine of that to the other text
    change: float  # that less the cosine with the word: negative for a word that is needed
    contribution: float | None  # what the word adds to the cosine; None where that is no sum


@dataclass(frozen=True)
class Omissions:
    """The cosine of two texts, and without each of their words."""

    cosine: float  # of the whole texts
    a: Sequence[Omission]  # of each word of a, in order; not of special tokens and the prompt
    b: Sequence[Omission]


def leave_one_out(
    a: str, b: str, *, model: Encoder | None = None, on_progress: Progress = silent
) -> Omissions:
    """Return the cosine of two texts without each of their words, beside what the word adds.

    The change is not the contribution with the other sign, and need not even point the other way.
    What a word adds (see `explain`) is its part of the cosine as it is. When the word is cut out
    its part goes, and more changes: the vectors of the other words, which were read with it beside
    them; the number of tokens that the mean is taken over; the length that the sum is divided by.
    Of a text longer than the model reads, a word that was cut off comes in.

    Parameters
    ----------
    a, b : str
    model : Encoder, optional
        The default model if not given. Cosines are in its precision: bf16 may be off by 0.002,
        as much as many a word changes, so load f32 to compare words.
    on_progress : callable(done, total)
        Counts texts: the two, and those with a word cut out.

    Returns
    -------
    Omissions
        A text of one word is compared as the empty text, which has a cosine too.

    Raises
    ------
    UnsupportedModel
        If sentence-transformers runs the model: what it takes for a word is not known.
    InvalidText
        If a text is not a string or not valid Unicode.

    References
    ----------
    Li, Monroe & Jurafsky (2016), Understanding Neural Networks through Representation Erasure.
    """
    model = model or load()
    cuts_a, cuts_b = _cuts(model.reading(a)), _cuts(model.reading(b))
    shorter = [text for _, text in cuts_a + cuts_b]
    whole_a, whole_b, *rest = model.encode([a, b, *shorter], on_progress=on_progress)
    near_a = [cosine_similarity(each, whole_b) for each in rest[: len(cuts_a)]]
    near_b = [cosine_similarity(whole_a, each) for each in rest[len(cuts_a) :]]
    cosine = cosine_similarity(whole_a, whole_b)
    of_a, of_b = _contributions(a, b, model)
    return Omissions(
        cosine=cosine,
        a=_omissions(cuts_a, near_a, cosine, of_a),
        b=_omissions(cuts_b, near_b, cosine, of_b),
    )


def _cuts(reading: Reading) -> list[tuple[Word, str]]:
    """Return each word of a text, and what is left without it."""
    text, shift = reading.text[reading.start :], reading.start
    return [
        (word, _without(text, word.start - shift, word.end - shift))
        for word in reading.words
        if word.kind == "text"
    ]


def _without(text: str, start: int, end: int) -> str:
    """Return ``text`` without a part; its neighbors stay apart, by one space at most."""
    before, after = text[:start], text[end:]
    if before[-1:].isalnum() and after[:1].isalnum():
        return f"{before} {after}"
    if not before or before[-1].isspace():
        after = after.lstrip()
    return before + after if after else before.rstrip()


def _contributions(
    a: str, b: str, model: Encoder
) -> tuple[Mapping[Word, float], Mapping[Word, float]]:
    """Return what each word of a and of b adds to the cosine; nothing where that is no sum."""
    if model.pooling != "mean":
        return {}, {}
    why = explain(a, b, model=model)
    of_a, of_b = why.of_a.tolist(), why.of_b.tolist()
    return dict(zip(why.words_a, of_a, strict=True)), dict(zip(why.words_b, of_b, strict=True))


def _omissions(
    cuts: Sequence[tuple[Word, str]],
    near: Sequence[float],
    cosine: float,
    contributions: Mapping[Word, float],
) -> list[Omission]:
    return [
        Omission(word, text, similarity, similarity - cosine, contributions.get(word))
        for (word, text), similarity in zip(cuts, near, strict=True)
    ]
