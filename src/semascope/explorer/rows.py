"""Rows: passages with their text and their columns, as a reader should see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope.cell import shown
from semascope.explorer.columns import names

if TYPE_CHECKING:
    from semascope.collection.collection import Collection


@dataclass(frozen=True)
class Row:
    """A passage."""

    number: int
    text: str
    values: Sequence[str]  # of all columns but the text, in their order; empty for none


def rows(collection: Collection, numbers: Sequence[int]) -> list[Row]:
    """Return passages in this order.

    Raises
    ------
    InvalidValue
        If a number is none of a passage.
    """
    found = zip(numbers, collection.rows(numbers), strict=True)
    return [Row(number, row[collection.text], values(collection, row)) for number, row in found]


def values(collection: Collection, row: Mapping[str, object]) -> list[str]:
    """Return what all columns but the text hold; yes and no as a filter names them."""
    cells = [row[name] for name in names(collection)]
    return [str(cell).lower() if isinstance(cell, bool) else shown(cell) for cell in cells]
