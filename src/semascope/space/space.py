"""A space: texts or words as points, each under its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semascope.encoder.texts import as_texts
from semascope.errors import InvalidValue
from semascope.progress import Progress, silent
from semascope.similarity import top_k

if TYPE_CHECKING:
    from semascope.space.analogy import Analogy
    from semascope.space.direction import Direction
    from semascope.space.without import Without

FloatArray = NDArray[np.float32]


class Model(Protocol):
    """What makes a vector of a text: an `Encoder`, `WordVectors`, a `TokenTable`."""

    def encode(self, texts: Sequence[str], /, *, on_progress: Progress = ...) -> FloatArray:
        """Return one vector per text, (N, D)."""
        ...


@dataclass(frozen=True)
class Neighbor:
    """A label, and how near it is."""

    label: str
    similarity: float  # cosine, in [-1, 1]


class Space:
    """N labels and their vectors, all of unit length.

    Attributes
    ----------
    labels : tuple of N str
        All different.
    vectors : ndarray of shape (N, D), float32
        Row i is what ``labels[i]`` stands for.
    model : Encoder, WordVectors, TokenTable or None
        Makes the vectors of texts that are no label.

    Parameters
    ----------
    model : Encoder, WordVectors or TokenTable
        Makes the vectors, also those of texts that are no label.
    labels : sequence of N str
    on_progress : callable(done, total)
        Called while the labels are embedded.

    Raises
    ------
    InvalidValue
        If there are no labels, or two are the same.
    InvalidText
        If a label is not a string.

    Examples
    --------
    >>> import semascope as sema
    >>> words = sema.Space(sema.load(), ["uncle", "aunt", "man", "woman", "grandmother"])
    >>> found = words.analogy(["uncle", "woman"], minus="man")
    >>> [(answer.label, answer.is_input) for answer in found.answers[:3]]
    [('grandmother', False), ('aunt', False), ('uncle', True)]
    """

    def __init__(self, model: Model, labels: Sequence[str], *, on_progress: Progress = silent):
        labels = _distinct(labels)
        self._hold(labels, model.encode(labels, on_progress=on_progress), model)

    @classmethod
    def from_vectors(
        cls, labels: Sequence[str], vectors: ArrayLike, *, model: Model | None = None
    ) -> Self:
        """Return a space of vectors that are at hand.

        Parameters
        ----------
        labels : sequence of N str
        vectors : array_like of shape (N, D)
            Brought to unit length, so that only their directions count.
        model : optional
            Makes the vectors of texts that are no label; without it there are none.

        Raises
        ------
        InvalidValue
            If there are no labels, or two are the same, or there is not one vector for each; or
            if a vector is zero or not finite.
        InvalidText
            If a label is not a string.
        """
        space = cls.__new__(cls)
        space._hold(_distinct(labels), vectors, model)
        return space

    def __repr__(self) -> str:
        return f"Space({len(self):,} labels, dim={self.vectors.shape[1]})"

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self._rows

    def row(self, label: str) -> int:
        """Return where a label stands.

        Raises
        ------
        InvalidValue
            If there is no such label; the message names some that are spelled alike.
        """
        if label not in self._rows:
            raise InvalidValue(
                f"{label!r} is none of the {len(self):,} labels of this space; {self._close(label)}"
            )
        return self._rows[label]

    def vector(self, text: str) -> FloatArray:
        """Return the unit vector (D,) of a label, or of any text if the space has a model.

        Raises
        ------
        InvalidValue
            If it is no label and there is no model, or the model knows no such word.
        """
        vector: FloatArray = self.embed([text])[0]
        return vector

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return the unit vectors (M, D) of M texts; each as in `vector`."""
        texts = as_texts(texts)
        others = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if others and self.model is None:
            self.row(others[0])  # which is refused
        found = dict(zip(others, self._encode(others), strict=True))
        rows = [found[t] if t in found else self.vectors[self._rows[t]] for t in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.vectors.shape[1])

    def nearest(self, query: str | ArrayLike, *, k: int = 10) -> list[Neighbor]:
        """Return the k labels nearest to ``query``, most similar first, ties by row.

        Parameters
        ----------
        query : str, or array_like of shape (D,)
            A label, which is left out of the answer; another text, if the space has a model; or
            a vector of any length.
        k : int, at least 1
            Fewer come back where there are fewer.
        """
        check_k(k)
        similarity = self.similarity_to(query)
        itself = self._rows.get(query) if isinstance(query, str) else None
        rows = top_k(similarity, k if itself is None else k + 1).tolist()
        others = [row for row in rows if row != itself][:k]
        return [Neighbor(self.labels[row], float(similarity[row])) for row in others]

    def similarity_to(self, query: str | ArrayLike) -> FloatArray:
        """Return the cosine of ``query``, as in `nearest`, with each label, (N,)."""
        similarity: FloatArray = self.vectors @ self._direction_of(query)
        return similarity

    def similarity(self) -> FloatArray:
        """Return the cosine of each label with each, (N, N); the diagonal is 1."""
        similarity: FloatArray = self.vectors @ self.vectors.T
        return similarity

    def analogy(
        self, plus: str | Sequence[str], minus: str | Sequence[str] = (), *, k: int = 10
    ) -> Analogy:
        """Return the labels ranked by their cosine with the sum of ``plus`` less ``minus``.

        "Man is to uncle as woman is to …" is ``analogy(["uncle", "woman"], minus="man")``. The
        words that went in are ranked too, and marked: often one of them comes first.

        Parameters
        ----------
        plus, minus : str or sequence of str
            Labels, or any texts if the space has a model.
        k : int, at least 1
            Length of `Analogy.answers`.

        Raises
        ------
        InvalidValue
            If nothing is added, a word is unknown, or all cancels out.
        """
        from semascope.space.analogy import solve

        check_k(k)
        return solve(self, _several(plus), _several(minus), k=k)

    def direction(self, pairs: Sequence[tuple[str, str]]) -> Direction:
        """Return the direction that leads from the first of each pair to the second.

        Parameters
        ----------
        pairs : sequence of (str, str)
            Such as ``[("walk", "walked"), ("jump", "jumped"), ("ask", "asked")]``. From 3 pairs
            on, the direction says how well it does on pairs that were held out.

        Raises
        ------
        InvalidValue
            If there is no pair, a text comes twice, or nothing leads from one side to the other.
        """
        from semascope.space.direction import from_pairs

        return from_pairs(self, pairs)

    def axis(self, low: str | Sequence[str], high: str | Sequence[str]) -> Direction:
        """Return the direction from ``low`` to ``high``, each a text or the mean of several."""
        from semascope.space.direction import from_sides

        return from_sides(self, _several(low), _several(high))

    def without(self, direction: Direction) -> Without:
        """Return this space with a direction taken out, what changes by it, and what remains."""
        from semascope.space.without import take_out

        return take_out(self, direction)

    def _hold(self, labels: list[str], vectors: ArrayLike, model: Model | None) -> None:
        self.labels = tuple(labels)
        self.vectors = _unit(labels, vectors)
        self.model = model
        self._rows = {label: row for row, label in enumerate(labels)}

    def _encode(self, texts: list[str]) -> FloatArray:
        if self.model is None or not texts:
            return self.vectors[:0]
        return _unit(texts, self.model.encode(texts))

    def _direction_of(self, query: str | ArrayLike) -> FloatArray:
        if isinstance(query, str):
            return self.vector(query)
        vector = np.asarray(query)
        if vector.shape != self.vectors.shape[1:]:
            D = self.vectors.shape[1]
            raise InvalidValue(f"a query is a text or a vector of shape ({D},), not {vector.shape}")
        unit: FloatArray = _unit(["the query"], vector[None])[0]
        return unit

    def _close(self, label: str) -> str:
        close = get_close_matches(label, self.labels)
        return f"close to it are {', '.join(close)}" if close else "add it when making the space"


def check_k(k: int) -> None:
    """Refuse a number of answers below 1."""
    if k < 1:
        raise InvalidValue(f"k must be at least 1, got {k}")


def _several(texts: str | Sequence[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else as_texts(texts)


def _distinct(labels: Sequence[str]) -> list[str]:
    labels = as_texts(labels)
    if not labels:
        raise InvalidValue("a space needs at least one label")
    seen = set()
    for label in labels:
        if label in seen:
            raise InvalidValue(f"the label {label!r} comes twice; labels must all be different")
        seen.add(label)
    return labels


def _unit(labels: Sequence[str], vectors: ArrayLike) -> FloatArray:
    """Return vectors brought to unit length; refuse what has no direction."""
    found = np.asarray(vectors, np.float32)
    if found.ndim != 2 or len(found) != len(labels) or not found.size:
        raise InvalidValue(
            f"{len(labels)} labels need vectors of shape ({len(labels)}, D), got {found.shape}"
        )
    lengths = np.linalg.norm(found, axis=1, keepdims=True)  # (N, 1)
    wrong = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if wrong.size:
        raise InvalidValue(
            f"the vector of {labels[wrong[0]]!r} is zero or not finite and has no direction; "
            "leave it out"
        )
    unit: FloatArray = found / lengths
    return unit
