"""One word in several sentences: how alike its vectors are, layer by layer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.encoder import load
from semascope.encoder.encoder import Encoder
from semascope.encoder.reading import Reading
from semascope.encoder.texts import as_texts
from semascope.errors import InvalidValue
from semascope.excerpt import beginning

SHOWN = 60  # characters of a sentence in a message


@dataclass(frozen=True)
class Senses:
    """A word in S sentences, before the first of L layers and after each."""

    word: str
    sentences: tuple[str, ...]  # (S,) as the model is given them
    spans: tuple[tuple[int, int], ...]  # (S,) where in each the word that is compared stands
    occurrences: tuple[int, ...]  # (S,) how often it stands there; the first is compared
    similarity: NDArray[np.float64]  # (L + 1, S, S) cosine of its vectors, after each layer

    @property
    def layers(self) -> int:
        """How many layers the model has, L; row 0 of `similarity` is before the first."""
        return len(self.similarity) - 1

    @property
    def spread(self) -> NDArray[np.float64]:
        """How far apart the word's vectors are: the mean cosine distance of two, (L + 1,).

        Where it rises, the sentences begin to give the word senses of its own. Before the first
        layer it is near 0: there a vector knows its word and its place alone.
        """
        pairs = np.triu_indices(len(self.sentences), k=1)
        distance: NDArray[np.float64] = 1 - self.similarity[:, *pairs].mean(axis=1)
        return distance


def in_context(word: str, sentences: Sequence[str], *, model: Encoder | None = None) -> Senses:
    """Return how alike the vectors of one word are in several sentences, layer by layer.

    Before the first layer the word has nearly the same vector in each. Every layer brings it
    something of the words around it: where one sentence speaks of the bank of a river and another
    of a bank that lends, the two part.

    Parameters
    ----------
    word : str
        A word or several; capitals count as small letters. A vector is the mean over its tokens.
    sentences : sequence of S str
        Each has the word; where it stands several times, the first is taken. Two or more.
    model : Encoder, optional
        The default model if not given. Computed in f32.

    Raises
    ------
    InvalidValue
        If there are fewer than two sentences, or one has not the word, or has it only beyond
        what the model reads.
    UnsupportedModel
        If sentence-transformers runs the model: its layers cannot be seen.
    InvalidText
        If a sentence is not a string or not valid Unicode.

    References
    ----------
    Ethayarajh (2019), How Contextual are Contextualized Word Representations?, section 3.

    Examples
    --------
    >>> import semascope as sema
    >>> bank = sema.in_context("bank", [
    ...     "We sat on the bank of the river.",
    ...     "The bank of the stream was muddy.",
    ...     "The bank lent us money.",
    ... ])
    >>> bank.spread.round(2)  # before the first layer, and after each of six
    array([0.03, 0.09, 0.11, 0.14, 0.12, 0.09, 0.17])
    """
    model = model or load()
    sentences = as_texts(sentences)
    if len(sentences) < 2:
        raise InvalidValue(f"a word is compared in two sentences or more, got {len(sentences)}")
    readings = [model.reading(sentence) for sentence in sentences]
    found = [_find(word, reading, number) for number, reading in enumerate(readings)]
    spans = tuple(in_sentence[0] for in_sentence in found)
    pairs = zip(readings, spans, strict=True)
    vectors = np.stack([_vectors(model, *pair) for pair in pairs], axis=1)  # (L + 1, S, D)
    return Senses(
        word=word,
        sentences=tuple(reading.text for reading in readings),
        spans=spans,
        occurrences=tuple(len(in_sentence) for in_sentence in found),
        similarity=np.clip(vectors @ vectors.transpose(0, 2, 1), -1, 1),
    )


def _find(word: str, reading: Reading, number: int) -> list[tuple[int, int]]:
    """Return where in what is read the word stands."""
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    spans = [match.span() for match in pattern.finditer(reading.text, reading.start)]
    sentence = beginning(reading.text[reading.start :], SHOWN)
    if not (word.strip() and spans):
        raise InvalidValue(f"sentence {number} has no word {word!r}: {sentence!r}")
    read = [span for span in spans if reading.unread is None or span[1] <= reading.unread]
    if not read:
        raise InvalidValue(
            f"sentence {number} has the word {word!r} only where the model no longer reads, from "
            f"character {reading.unread} on: {sentence!r}; shorten it"
        )
    return read


def _vectors(model: Encoder, reading: Reading, span: tuple[int, int]) -> NDArray[np.float64]:
    """Return the direction of the mean of a word's tokens after each layer, (L + 1, D)."""
    start, end = span
    tokens = [
        token
        for word in reading.words
        if word.kind == "text" and word.start < end and start < word.end
        for token in word.tokens
    ]
    if not tokens:
        raise InvalidValue(f"the tokenizer makes no token of {reading.text[start:end]!r}")
    states = model.hidden_states(reading.text)[:, tokens].astype(np.float64)  # (L + 1, n, D)
    mean = states.mean(axis=1)
    unit: NDArray[np.float64] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit
