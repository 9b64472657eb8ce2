"""What of a text a model reads: passages of what is too long, and how much is in English."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from semantic_text_splitter import TextSplitter

from semascope.encoder.encoder import Encoder
from semascope.encoder.texts import as_texts
from semascope.errors import InvalidValue

WINDOW = 8192  # characters split at a time: a sentence without end takes the square of its length
CHARACTERS_PER_ROUND = 4_000_000  # tokenized at a time: a token takes 100 bytes
SIZES = 16  # steps in a passage's size; each that is met takes 7 MB

LINE_END = re.compile(r"(?<=\S)\r?\n(?=\S)")
LOWER_CASE = re.compile(r"[a-zß-öø-ÿ]")

SAMPLE = 1000  # texts looked at for their language, and
CHARACTERS = 1000  # of each its beginning
SEED = 0


class Passage(NamedTuple):
    """A text, or a piece of one."""

    text: str
    start: int  # where in the text it begins, in characters


class Splitter:
    """Cuts texts into passages that a model reads whole.

    Parameters
    ----------
    encoder : Encoder
    prompt : str, optional
        The kind of text, as in `Encoder.encode`: what goes before a passage takes room.

    Raises
    ------
    InvalidValue
        If the model has no such prompt, or reads nothing behind it.
    UnsupportedModel
        If a model that sentence-transformers runs cannot tell how long a text is.
    """

    def __init__(self, encoder: Encoder, *, prompt: str | None = None):
        self._splitters: dict[int, TextSplitter] = {}  # by the least size of a passage
        self._tokenizer = encoder.tokenizer
        taken = len(self._tokenizer.encode(encoder.prefix(prompt)))  # prompt, [CLS] and [SEP]
        self.room = encoder.max_tokens - taken
        if self.room < 1:
            raise InvalidValue(
                f"{encoder.name} reads {encoder.max_tokens} tokens, and its prompt takes {taken}"
            )

    def split(self, texts: Sequence[str]) -> list[list[Passage]]:
        """Return the passages of each of N texts.

        Parameters
        ----------
        texts : sequence of N str

        Returns
        -------
        list of N lists
            A text that the model reads whole is one passage. One that is longer is cut into few
            passages of like size, at blank lines, line ends or sentences, and elsewhere only
            where a single sentence or word is too long. White space between passages belongs to
            none; nothing else is left out.

        Raises
        ------
        InvalidText
            If an item is not a string or not valid Unicode.
        """
        texts = as_texts(texts)
        return [
            list(self._passages(text, count)) if count > self.room else [Passage(text, 0)]
            for text, count in zip(texts, self._count(texts).tolist(), strict=True)
        ]

    def unread(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return which share of each of N texts the model does not read, if they are not split.

        Returns
        -------
        ndarray of shape (N,), float32, in [0, 1)
            Share of tokens; 0 for a text that the model reads whole.
        """
        count = self._count(as_texts(texts))
        return (np.maximum(count - self.room, 0) / np.maximum(count, 1)).astype(np.float32)

    def _count(self, texts: list[str]) -> NDArray[np.intp]:
        """Return each text's number of tokens, or 0 where its bytes show that there is room."""
        rows = np.array([i for i, text in enumerate(texts) if _most_tokens(text) > self.room], int)
        count = np.zeros(len(texts), np.intp)
        ends = np.cumsum([len(texts[row]) for row in rows])
        for some in np.split(rows, np.flatnonzero(np.diff(ends // CHARACTERS_PER_ROUND)) + 1):
            encodings = self._tokenizer.encode_batch_fast(
                [texts[row] for row in some], add_special_tokens=False
            )
            count[some] = [len(encoding) for encoding in encodings]
        return count

    def _passages(self, text: str, count: int) -> Iterator[Passage]:
        splitter = self._splitter(count)
        unwrapped = _unwrap(text)
        if unwrapped != text and self._count([unwrapped]) != self._count([text]):
            unwrapped = text  # to this tokenizer a line end is more than a space
        start = 0
        while start < len(text):
            window = splitter.chunk_indices(unwrapped[start : start + WINDOW])
            end = start + WINDOW
            if end < len(text) and len(window) > 1:
                # The last one ends only where the window does: it is cut again with what follows.
                end = start + window.pop()[0]
            for offset, piece in window:
                begin = start + offset
                yield Passage(text[begin : begin + len(piece)], begin)
            start = end

    def _splitter(self, count: int) -> TextSplitter:
        """Return what cuts a text of ``count`` tokens into few passages of like size."""
        even = _ceil(count, _ceil(count, self.room))
        step = _ceil(self.room, SIZES)
        least = min(_ceil(even, step) * step, self.room)
        if least not in self._splitters:
            self._splitters[least] = TextSplitter.from_huggingface_tokenizer(
                self._tokenizer, (least, self.room)
            )
        return self._splitters[least]


def not_english(texts: Sequence[str]) -> float:
    """Return which share of texts is not in English, in [0, 1].

    A text is in English if an English dictionary has more than half of its words. Of English
    sentences it misses one in a thousand, of film titles one in twelve; it takes one in ten
    foreign labels of two words for English. Texts without letters are left out; of many texts,
    a sample is looked at.

    Parameters
    ----------
    texts : sequence of str
    """
    from simplemma import in_target_language  # takes a third of a second to read its dictionary

    texts = as_texts(texts)
    if len(texts) > SAMPLE:
        texts = random.Random(SEED).sample(texts, SAMPLE)  # noqa: S311
    shares = [
        in_target_language(text[:CHARACTERS], lang="en")
        for text in texts
        if any(letter.isalpha() for letter in text[:CHARACTERS])
    ]
    return sum(share <= 0.5 for share in shares) / max(len(shares), 1)


def _most_tokens(text: str) -> int:
    """Return a number of tokens that no tokenizer exceeds.

    A character makes one token at most, or one for each that it is normalized to: up to 18 from
    one that is not ASCII (U+FDFA), and that takes more than one byte. A tokenizer may put a
    space in front.
    """
    return len(text) + 17 * (len(text.encode()) - len(text)) + 1


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


def _unwrap(text: str) -> str:
    """Return a text with spaces for line ends, if these break its sentences; its length stays.

    An editor that breaks lines at a width leaves most of them in the middle of a sentence, so
    that the next begins in lower case.
    """
    ends = list(LINE_END.finditer(text))
    lower = sum(bool(LOWER_CASE.match(text, end.end())) for end in ends)
    if 2 * lower < len(ends):
        return text
    return LINE_END.sub(lambda end: " " * len(end[0]), text)
