"""Distinct: the texts of a collection without repetition, in the order of their hashes.

Of N passages, M have a text of their own. Which of the M each passage has is all that there is to
keep: so what was computed of the M texts is handed to the passages, and not one text is read.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RowArray = NDArray[np.int32]


def rows_of(texts: Sequence[str]) -> RowArray:
    """Return which of the M distinct texts each of the N is, (N,); 0 has the least hash."""
    passages: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        passages.setdefault(text, []).append(number)
    row = np.empty(len(texts), np.int32)
    for place, text in enumerate(sorted(passages, key=content_hash)):
        row[passages[text]] = place
    return row


def firsts(row: RowArray) -> NDArray[np.intp]:
    """Return the first passage that has each of the M texts, (M,)."""
    first = np.empty(int(row.max(initial=-1)) + 1, np.intp)
    first[row[::-1]] = np.arange(len(row))[::-1]  # the last one written, which comes first, stays
    return first


def members(row: RowArray) -> list[list[int]]:
    """Return the passages that have each of the M texts, ascending."""
    order = np.argsort(row, kind="stable").tolist()
    ends = np.cumsum(np.bincount(row)).tolist()
    return [order[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def content_hash(text: str) -> bytes:
    """Return 16 bytes that tell a text from all others."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
