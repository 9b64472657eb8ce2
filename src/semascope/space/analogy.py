"""Analogies: which label lies nearest to a sum of vectors, and how its words rank themselves.

One number says little about an analogy. The sum of vectors is no unit vector, so its dot product
with a word is no cosine; and even a high cosine means nothing where others are higher. So all
labels are ranked, by cosine, with the words that went in and without them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue
from semascope.similarity import top_k

if TYPE_CHECKING:
    from semascope.space.space import FloatArray, Space

NOTHING = 1e-6  # what rounding leaves of vectors that cancel out
MINUS = "−–-"
QUOTED = re.compile(r'^"([^"]*)"$')
# A sign is followed by an even number of quotation marks: it is not within them.
SIGN = re.compile(rf'(\+|(?<!\S)[{MINUS}]|[{MINUS}](?!\S))(?=[^"]*(?:"[^"]*"[^"]*)*$)')


@dataclass(frozen=True)
class Answer:
    """A label as an answer to an analogy."""

    label: str
    cosine: float  # with the combined vector, in [-1, 1]
    rank: int  # among all labels, 1 for the best
    rank_without_inputs: int | None  # among those that did not go in; None for one that did

    @property
    def is_input(self) -> bool:
        """Whether it is one of the words of the question."""
        return self.rank_without_inputs is None


@dataclass(frozen=True)
class Analogy:
    """What comes nearest to the sum of some vectors less others.

    Attributes
    ----------
    plus, minus : tuple of str
        What went in.
    answers : list of Answer
        The best labels, those that went in among them.
    combined : ndarray of shape (D,), float32
        The sum of the unit vectors of ``plus`` less those of ``minus``.
    norm : float
        Its length: what a bare dot product with it is to be divided by to give a cosine.

    References
    ----------
    Mikolov, Yih & Zweig (2013), Linguistic regularities in continuous space word representations.
    Levy & Goldberg (2014), Linguistic regularities in sparse and explicit word representations,
    equation 3 (3CosAdd).
    Rogers, Drozd & Li (2017), The (too many) problems of analogical reasoning with word vectors:
    most answers are an input where inputs are not left out.
    """

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    answers: list[Answer]
    combined: FloatArray
    norm: float
    _space: Space = field(repr=False)
    _similarity: FloatArray = field(repr=False)  # (N,)
    _inputs: NDArray[np.intp] = field(repr=False)  # rows of the labels that went in

    @property
    def n_labels(self) -> int:
        """How many labels were ranked."""
        return len(self._space)

    def answer(self, label: str) -> Answer:
        """Return how a label ranks as an answer, also where it is not among the best.

        Raises
        ------
        InvalidValue
            If the space has no such label.
        """
        return _answer(self._space, self._similarity, self._inputs, self._space.row(label))


def solve(space: Space, plus: list[str], minus: list[str], *, k: int) -> Analogy:
    """Return the ``k`` labels nearest to ``plus`` less ``minus``; see `Space.analogy`."""
    if not plus:
        raise InvalidValue("an analogy adds at least one word")
    signs = np.repeat(np.array([1, -1], np.float32), [len(plus), len(minus)])
    combined = signs @ space.embed([*plus, *minus])  # (D,)
    norm = float(np.linalg.norm(combined))
    if norm < NOTHING:
        raise InvalidValue(f"{', '.join(plus)} less {', '.join(minus)} leaves nothing to look for")
    similarity = space.vectors @ (combined / np.float32(norm))  # (N,)
    inputs = np.array([space.row(text) for text in {*plus, *minus} if text in space], np.intp)
    best = [_answer(space, similarity, inputs, row) for row in top_k(similarity, k).tolist()]
    return Analogy(tuple(plus), tuple(minus), best, combined, norm, space, similarity, inputs)


def _answer(space: Space, similarity: FloatArray, inputs: NDArray[np.intp], row: int) -> Answer:
    ahead = similarity > similarity[row]
    ahead[:row] |= similarity[:row] == similarity[row]  # ties by row
    rank = 1 + int(ahead.sum())
    rank_without = None if row in inputs else rank - int(ahead[inputs].sum())
    return Answer(space.labels[row], float(similarity[row]), rank, rank_without)


def parse(text: str) -> tuple[list[str], list[str]]:
    """Return what is added and what is subtracted in an expression.

    Parameters
    ----------
    text : str
        Such as ``uncle - man + woman``. A minus stands free on one side at least, unless there
        are no spaces at all: so "mother-in-law" is one word. What double quotes enclose is one
        term, signs and all.

    Raises
    ------
    InvalidValue
        If it is no sum of two terms or more.
    """
    if not re.search(r'[\s"]', text):
        text = re.sub(f"[{MINUS}]", " - ", text)
    first, *rest = SIGN.split(text)
    parts = ["+", first, *rest] if first.strip() else rest  # a first sign may be left out
    terms = [QUOTED.sub(r"\1", term.strip()) for term in parts[1::2]]
    if len(terms) < 2 or not all(terms) or '"' in "".join(terms):
        raise InvalidValue(
            f"{text!r} is no sum of words; write it as 'uncle - man + woman', with a phrase in "
            "double quotes"
        )
    signed = list(zip(parts[::2], terms, strict=True))
    plus = [term for sign, term in signed if sign == "+"]
    return plus, [term for sign, term in signed if sign != "+"]
