"""What of a long text to show: the sentence nearest to a query, its words, or a difference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semascope.encoder.encoder import Encoder

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
AHEAD = 60  # characters of a sentence that may stand before the first word looked for
NO_BREAK = "\N{NO-BREAK SPACE}"  # or "…" might begin a line
CONTEXT = 30  # characters shown before two texts begin to differ


def excerpts(encoder: Encoder, query: str, texts: Sequence[str]) -> list[str]:
    """Return each text from the sentence on that is nearest in meaning to ``query``.

    Parameters
    ----------
    encoder : Encoder
    query : str
    texts : sequence of N str

    Returns
    -------
    list of N str
        What was left out at the beginning is shown by "… ".
    """
    starts = [_sentences(text) for text in texts]
    flat = [
        text[start:end]
        for text, of_text in zip(texts, starts, strict=True)
        for start, end in zip(of_text, [*of_text[1:], None], strict=True)
    ]
    similarity = iter((encoder.encode(flat) @ encoder.encode(query)).tolist())
    found = []
    for text, of_text in zip(texts, starts, strict=True):
        near = [next(similarity) for _ in of_text]
        found.append(_from(text, of_text[near.index(max(near))]))
    return found


def excerpt_around(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return ``text`` from the sentence on that has most of the words at ``spans``.

    Where that sentence begins long before the first of them, it starts there. What was left out
    at the beginning is shown by "… ".
    """
    if not spans:
        return text

    def count_words(start: int, end: int) -> int:
        return len({text[a:b].lower() for a, b in spans if start <= a < end})

    starts = _sentences(text)
    counts = [count_words(*ends) for ends in zip(starts, [*starts[1:], len(text)], strict=True)]
    start = starts[counts.index(max(counts))]
    first = next(a for a, _ in spans if a >= start)
    if first - start > AHEAD:
        # From the last word on that begins so early that half of what may stand before does.
        start = text.find(" ", first - AHEAD // 2, first) + 1 or first
    return _from(text, start)


def from_difference(text: str, other: str) -> str:
    """Return ``text`` from shortly before where it begins to differ from another.

    What was left out at the beginning is shown by "… "; nothing is where the difference is near.
    """
    same = takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False))
    start = sum(1 for _ in same) - CONTEXT
    if start <= CONTEXT:  # so soon that it can be seen
        return text
    return _from(text, text.find(" ", start) + 1)


def beginning(text: str, length: int) -> str:
    """Return at most ``length`` characters of ``text`` in one line; "…" ends what is cut.

    It is cut between words, but for one that is longer than half of what may be shown.
    """
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    room = line[: length - 2]
    words = room.rpartition(" ")[0]
    return f"{words if len(words) > length // 2 else room}{NO_BREAK}…"


def _sentences(text: str) -> list[int]:
    """Return where in ``text`` its sentences begin."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return [0, *(end for end in ends if end < len(text))]


def _from(text: str, start: int) -> str:
    return ("… " if start else "") + text[start:]
