"""What every format gives: rows, how many, and what was wrong with some of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

import pyarrow as pa

BLOCK = 1024  # rows held as Python objects
LISTED = 100  # notes kept; the rest is only counted

Row = TypeVar("Row")


@dataclass
class Notes:
    """Something that happened to some rows: to how many, and to which the first times."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)  # number of row or line, reason

    def add(self, number: int, reason: str) -> None:
        """Note that it happened to a row, or a line, of this number."""
        self.count += 1
        if len(self.first) < LISTED:
            self.first.append((number, reason))

    def extend(self, others: "Notes") -> None:
        """Take over what was noted before."""
        self.count += others.count
        self.first = (self.first + others.first)[:LISTED]


@dataclass
class Faults:
    """What was wrong with rows that were read."""

    skipped: Notes = field(default_factory=Notes)  # could not be parsed, and were left out
    damaged: Notes = field(default_factory=Notes)  # hold � where no character could be decoded


class Rows(Protocol):
    """Rows of one schema that can be read again and again."""

    schema: pa.Schema

    @property
    def encoding(self) -> str | None:
        """Encoding of a file of text, as Python calls it."""

    def count(self) -> int:
        """Return how many rows can be read."""

    def batches(self, faults: Faults) -> Iterator[pa.RecordBatch | pa.Table]:
        """Yield the rows in their order, as many at a time as suits the format."""


def blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield rows some at a time."""
    while block := list(islice(rows, BLOCK)):
        yield block
