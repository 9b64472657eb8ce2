"""Row: how a passage is quoted in a report, with what else is known of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope import excerpt
from semascope.cell import shown
from semascope.collection import words

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

LENGTH = 280  # characters of a quoted text: three lines on a page
FACTS, FACT = 4, 48  # values of other columns beside a text, and characters of each


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
