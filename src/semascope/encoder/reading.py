"""What a model reads of a text: its tokens, the words that they make, and where it stops."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

Kind = Literal["text", "prompt", "special"]


@dataclass(frozen=True)
class Word:
    """A word as the tokenizer sees it: a punctuation mark is one, and so is [CLS]."""

    text: str  # as it stands in what is read; of a special token, its name
    kind: Kind  # of the text itself, of the prompt before it, or put around both by the tokenizer
    start: int  # where in what is read it begins, in characters; a special token is at no place
    end: int  # and ends
    tokens: range  # the numbers of its tokens


@dataclass(frozen=True)
class Reading:
    """A text as a model reads it: T tokens, which make W words."""

    text: str  # the prompt, if there is one, and the text
    start: int  # where in it the text begins
    tokens: tuple[str, ...]  # (T,) special tokens such as [CLS] among them
    words: tuple[Word, ...]  # (W,) every token is in one
    unread: int | None  # from this character on nothing was read; None if all was

    @cached_property
    def first_tokens(self) -> NDArray[np.intp]:
        """The number of each word's first token, ascending, shape (W,)."""
        return np.array([word.tokens.start for word in self.words], np.intp)


def make_reading(text: str, start: int, encoding: Encoding) -> Reading:
    """Return what a tokenizer made of ``text``, which from ``start`` on is no longer prompt."""
    ids = encoding.word_ids
    new = [i for i, of in enumerate(ids) if of is None or i == 0 or of != ids[i - 1]]
    words = [
        _word(text, start, encoding, range(first, end))
        for first, end in zip(new, [*new[1:], len(ids)], strict=True)
    ]
    return Reading(text, start, tuple(encoding.tokens), tuple(words), _unread(encoding))


def _word(text: str, text_start: int, encoding: Encoding, tokens: range) -> Word:
    start, end = encoding.offsets[tokens[0]][0], encoding.offsets[tokens[-1]][1]
    if encoding.word_ids[tokens[0]] is None:
        return Word(encoding.tokens[tokens[0]], "special", start, end, tokens)
    # Some tokenizers count the space before a word as a part of it.
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return Word(text[start:end], "prompt" if start < text_start else "text", start, end, tokens)


def _unread(encoding: Encoding) -> int | None:
    """Return where the first token that was cut off begins."""
    if not encoding.overflowing:
        return None
    rest = encoding.overflowing[0]
    places = zip(rest.word_ids, rest.offsets, strict=True)
    return next(start for word, (start, _) in places if word is not None)
