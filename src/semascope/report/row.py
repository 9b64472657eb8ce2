"""Row: how a passage is quoted in a report, with what else is known of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semascope import excerpt
from semascope.collection import words

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

LENGTH = 280  # characters of a quoted text: three lines on a page
LONGEST = 500  # characters of a column's value: a page is for looking, not for archiving
FACTS, FACT = 4, 48  # values of other columns beside a text, and characters of each

_MISSING = {"None", "nan", "NaT", "<NA>"}  # how NumPy and pandas write "no value"


@dataclass(frozen=True)
class Row:
    """A passage, quoted."""

    number: int  # of the passage, from 0
    text: str  # an excerpt; "…" stands for what was left out
    facts: str  # what the other columns hold; may be empty


def quote(collection: Collection, numbers: Sequence[int], *, about: str = "") -> list[Row]:
    """Return passages in short.

    Parameters
    ----------
    collection : Collection
    numbers : sequence of int
        Of the passages, which are returned in this order.
    about : str
        Words. Each text is quoted from the sentence on that has most of them.
    """
    rows = zip(numbers, collection.rows(numbers), strict=True)
    return [_quote(collection.text, number, row, about) for number, row in rows]


def _quote(column: str, number: int, row: Mapping[str, object], about: str) -> Row:
    text = str(row[column])
    if about:
        text = excerpt.excerpt_around(text, words.find(text, about))
    others = (shown(value, FACT) for name, value in row.items() if name != column)
    facts = [" ".join(value.split()) for value in others if value.strip()]
    return Row(number, excerpt.beginning(text, LENGTH), " · ".join(facts[:FACTS]))


def shown(value: object, longest: int = LONGEST) -> str:
    """Return a value as a reader should see it; nothing for a missing one."""
    if isinstance(value, np.number):
        value = value.item()
    if isinstance(value, str):
        text = value
    elif str(value) in _MISSING:
        text = ""
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))  # years and counts become floats where one of them is missing
    else:
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
