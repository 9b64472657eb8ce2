"""A cosine as the sum of what each pair of tokens adds to it.

With mean pooling the embedding of a text has the direction of Σᵢ hᵢ, the sum of its tokens'
vectors, so that the cosine of two texts with the vectors h and g is

    cos = (Σᵢ hᵢ) · (Σⱼ gⱼ) / (‖Σᵢ hᵢ‖ ‖Σⱼ gⱼ‖) = Σᵢⱼ hᵢ · gⱼ / (‖Σᵢ hᵢ‖ ‖Σⱼ gⱼ‖).

It is exactly a sum over pairs of tokens. Each vector holds its token in context: what it is, and
what the layers have brought to it from its neighbors.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semascope.encoder import load
from semascope.encoder.encoder import Encoder
from semascope.encoder.reading import Reading, Word
from semascope.errors import InvalidValue, UnsupportedModel


class Pair(NamedTuple):
    """A word of one text and a word of the other."""

    a: Word
    b: Word
    contribution: float  # to the cosine


@dataclass(frozen=True)
class Explanation:
    """What the tokens and words of two texts add to their cosine.

    Text a makes Ta tokens and Wa words, text b makes Tb and Wb; [CLS] and [SEP] are among both.
    """

    a: Reading
    b: Reading
    contributions: NDArray[np.float64]  # (Ta, Tb) of each pair of tokens; they add up to the cosine
    similarity: float | None  # as stored or computed elsewhere, if given

    @property
    def text_a(self) -> str:
        """What the model is given for a: its prompt, if it has one, and the text."""
        return self.a.text

    @property
    def text_b(self) -> str:
        """What the model is given for b."""
        return self.b.text

    @property
    def tokens_a(self) -> tuple[str, ...]:
        """The tokens of a, (Ta,)."""
        return self.a.tokens

    @property
    def tokens_b(self) -> tuple[str, ...]:
        """The tokens of b, (Tb,)."""
        return self.b.tokens

    @property
    def words_a(self) -> tuple[Word, ...]:
        """The words of a with their places in `text_a`, (Wa,)."""
        return self.a.words

    @property
    def words_b(self) -> tuple[Word, ...]:
        """The words of b with their places in `text_b`, (Wb,)."""
        return self.b.words

    @property
    def unread_a(self) -> int | None:
        """The character of `text_a` from which on it was not read; None if all of it was."""
        return self.a.unread

    @property
    def unread_b(self) -> int | None:
        """The character of `text_b` from which on it was not read; None if all of it was."""
        return self.b.unread

    @property
    def cosine(self) -> float:
        """The cosine of the two texts in f32: the sum of all contributions, in [-1, 1]."""
        return float(self.contributions.sum())

    @property
    def difference(self) -> float | None:
        """How much more than `cosine` the similarity is that was given; None without one."""
        return None if self.similarity is None else self.similarity - self.cosine

    @cached_property
    def by_word(self) -> NDArray[np.float64]:
        """What each pair of words adds to the cosine, (Wa, Wb)."""
        rows = np.add.reduceat(self.contributions, self.a.first_tokens, axis=0)  # (Wa, Tb)
        return np.add.reduceat(rows, self.b.first_tokens, axis=1)

    @property
    def of_a(self) -> NDArray[np.float64]:
        """What each word of a adds to the cosine, over all words of b, (Wa,)."""
        adds: NDArray[np.float64] = self.by_word.sum(axis=1)
        return adds

    @property
    def of_b(self) -> NDArray[np.float64]:
        """What each word of b adds to the cosine, over all words of a, (Wb,)."""
        adds: NDArray[np.float64] = self.by_word.sum(axis=0)
        return adds

    @property
    def of_special(self) -> float:
        """What the pairs add that have a special token such as [CLS], of either text."""
        words_a, words_b = (
            np.array([word.kind != "special" for word in reading.words])
            for reading in (self.a, self.b)
        )
        return self.cosine - float(self.by_word[np.ix_(words_a, words_b)].sum())

    def strongest(self, n: int = 10) -> list[Pair]:
        """Return the n pairs of words that matter most, for or against, largest first.

        Raises
        ------
        InvalidValue
            If n is less than 1.
        """
        if n < 1:
            raise InvalidValue(f"n must be at least 1, got {n}")
        order = np.argsort(-np.abs(self.by_word), axis=None, kind="stable")[:n]
        rows, columns = np.unravel_index(order, self.by_word.shape)
        return [
            Pair(self.a.words[i], self.b.words[j], float(self.by_word[i, j]))
            for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        ]


def explain(
    a: str, b: str, *, model: Encoder | None = None, similarity: float | None = None
) -> Explanation:
    """Return what each pair of tokens, and of words, adds to the cosine of two texts.

    Parameters
    ----------
    a, b : str
        What lies beyond the model's limit is not read; the explanation says where that begins.
    model : Encoder, optional
        The default model if not given. Whatever its precision, the sum is computed in f32.
    similarity : float, optional
        The similarity of the two as it is stored or was computed in bf16, to be compared with.

    Returns
    -------
    Explanation
        Its `contributions`, of shape (Ta, Tb), add up to the cosine of the f32 embeddings, to
        1e-5. A contribution may be negative. Special tokens such as [CLS] have a share in the
        mean as every token has; they are shown.

    Raises
    ------
    UnsupportedModel
        If the model does not take the mean of its tokens: its cosine is no sum over them.
    InvalidText
        If a text is not a string or not valid Unicode.

    Examples
    --------
    >>> import semascope as sema
    >>> why = sema.explain("a cat sat", "the kitten was sitting")
    >>> round(why.cosine, 3)
    0.699
    >>> [(pair.a.text, pair.b.text) for pair in why.strongest(2)]
    [('cat', 'kitten'), ('sat', 'sitting')]
    """
    model = model or load()
    _check_pooling(model)
    readings = model.reading(a), model.reading(b)
    # The vectors of the last layer, which pooling takes the mean of: h (Ta, D) and g (Tb, D).
    h, g = (model.hidden_states(reading.text)[-1].astype(np.float64) for reading in readings)
    lengths = np.linalg.norm(h.sum(axis=0)) * np.linalg.norm(g.sum(axis=0))
    return Explanation(*readings, contributions=h @ g.T / lengths, similarity=similarity)


def _check_pooling(model: Encoder) -> None:
    if model.pooling == "cls":
        raise UnsupportedModel(
            f"{model.name} takes the vector of its first token alone for a text's (cls pooling): "
            "its cosine is no sum over tokens, so there are no parts that add up to it. "
            "leave_one_out, which takes no mean for granted, works with it"
        )
    if model.pooling is None:
        raise UnsupportedModel(
            f"{model.name} is run by sentence-transformers, which may do more than take the mean "
            "of its tokens: there are no parts known to add up to its cosine. Load a model that "
            "semascope runs itself"
        )
