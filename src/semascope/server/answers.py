"""What goes over the wire as JSON: fields as in ``explorer/src/contract.ts``, nothing else.

What comes in is strict: a field too many or a number as a string is refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from semascope import explorer
from semascope.errors import InvalidValue

MOST_ROWS = 1_000  # rows of text in an answer
LONGEST = 10_000  # characters of a query: more than any model reads
LARGEST = 2**53  # of whole numbers, as JSON has them everywhere

Level = Literal["coarse", "medium", "fine"]
Unit = Literal["month", "quarter", "year", "decade", "century"]
Mode = Literal["hybrid", "vector", "keyword"]
Number = Annotated[int, Field(ge=0, le=LARGEST)]  # of a passage, a column, a cluster
Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Bits = Annotated[str, Field(max_length=2**21, description="N bits in base64, the lowest first")]
Amount = Annotated[float, Field(allow_inf_nan=False)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


# --- questions ---


class Between(_In):
    """A number or a date in a range."""

    column: Number
    low: Amount
    high: Amount


class Among(_In):
    """One of some values; null for none."""

    column: Number
    values: list[str | None]


Filters = Annotated[list[Between | Among], Field(max_length=100)]


class Query(_In):
    """What to search for."""

    query: Text
    mode: Mode
    k: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    filters: Filters


class Numbers(_In):
    """Passages, in the order in which they are wanted."""

    numbers: Annotated[list[Number], Field(max_length=MOST_ROWS)]


class Pair(_In):
    """A passage or a text, and a passage."""

    a: Number | Text
    b: Number


class Ends(_In):
    """What an axis leads from and to."""

    low: Text
    high: Text


class Sides(_In):
    """Two sets of passages."""

    a: Bits
    b: Bits


class Export(_In):
    """What is to be saved, and as what."""

    selected: Bits
    format: Literal["csv", "parquet"]


class Clusters(_In):
    """Some clusters of a level."""

    level: Level
    numbers: Annotated[list[Number], Field(max_length=100_000)]


class Selection(_In):
    """What passes all filters, is in one of the clusters and among the numbers."""

    filters: Filters
    clusters: Clusters | None
    numbers: Bits | None


def filters(given: list[Between | Among]) -> list[explorer.Filter]:
    """Return filters as the library has them."""
    return [
        explorer.Between(each.column, each.low, each.high)
        if isinstance(each, Between)
        else explorer.Among(each.column, each.values)
        for each in given
    ]


def numbers_of(bits: str, N: int) -> NDArray[np.intp]:
    """Return the numbers of the passages whose bits are set, ascending.

    Raises
    ------
    InvalidValue
        If it is no base64 of N bits.
    """
    try:
        content = base64.b64decode(bits, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidValue(f"a set of passages is sent in base64: {error}") from error
    if len(content) != -(-N // 8):
        raise InvalidValue(
            f"a set of {N:,} passages takes {-(-N // 8):,} bytes, got {len(content):,}"
        )
    flags = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")
    if flags[N:].any():
        raise InvalidValue(f"there are {N:,} passages, but a bit beyond them is set")
    return np.flatnonzero(flags)


# --- answers ---


class Refusal(_Out):
    """Why something is not to be had, in a sentence for the reader."""

    detail: str


class Column(_Out):
    """A column, without its values."""

    name: str
    kind: Literal["number", "date", "category", "text"]
    whole: bool
    short: bool
    dated: bool


class Cluster(_Out):
    """A cluster of one level."""

    name: str
    size: int
    anchor: tuple[float, float] | None
    color: int
    typical: Sequence[int]
    parent: int | None
    stability: int | None


class About(_Out):
    """What a page must know first."""

    name: str
    command: str
    passages: int
    rows: int
    text: str
    model: str
    finding: str
    kept: float
    columns: Sequence[Column]
    clusters: dict[Level, Sequence[Cluster]]
    palette: Sequence[str]
    shades: dict[Literal["light", "dark"], Sequence[str]]


class Row(_Out):
    """A passage with its columns."""

    number: int
    text: str
    values: Sequence[str]


class Neighbor(_Out):
    """A passage that is near to another."""

    number: int
    similarity: float
    percentile: float | None


class Hit(_Out):
    """A passage that was found."""

    number: int
    similarity: float | None
    percentile: float | None
    neighbor_percentile: float | None
    words: Sequence[str]
    text: str
    values: Sequence[str]


class Found(_Out):
    """What a search found."""

    hits: Sequence[Hit]
    unknown_words: Sequence[str]


class Word(_Out):
    """What a word adds to a cosine; places in UTF-16 code units."""

    start: int
    end: int
    adds: float


class Side(_Out):
    """One of two texts that are explained."""

    text: str
    words: Sequence[Word]
    tokens: Sequence[str]
    unread: int | None


class Why(_Out):
    """Why two texts are as similar as they are."""

    cosine: float
    similarity: float
    a: Side
    b: Side
    contributions: Sequence[Sequence[float]]
    special: float


class TellingWord(_Out):
    """A word of one side, and how many texts of each have it."""

    word: str
    here: int
    there: int


class ContrastSide(_Out):
    """One of two sets that are compared."""

    size: int
    compared: int
    words: Sequence[TellingWord]
    clearest: Sequence[int]
    like_other: Sequence[int]


class Contrast(_Out):
    """What tells two sets apart."""

    a: ContrastSide
    b: ContrastSide
    overlap: int
    accuracy: float | None
    by_chance: tuple[float, float] | None
    told_apart: bool
    between: Sequence[int]


class Group(_Out):
    """Passages that are nearly the same."""

    keeper: int
    numbers: Sequence[int]
    similarities: Sequence[float]


class Duplicates(_Out):
    """The largest groups; copies are counted over all."""

    groups: Sequence[Group]
    total: int  # groups
    copies: int
    threshold: float


class Outlier(_Out):
    """A passage unlike all others."""

    number: int
    nearest: int
    similarity: float
    why: Sequence[str]


class Trend(_Out):
    """A cluster that rises or falls."""

    cluster: int
    early: float
    late: float


class Timeline(_Out):
    """Shares of clusters over time."""

    unit: Unit
    bins: Sequence[str]
    shares: Sequence[Sequence[float | None]]
    low: Sequence[Sequence[float | None]]
    high: Sequence[Sequence[float | None]]
    rising: Sequence[Trend]
    falling: Sequence[Trend]


class Line(_Out):
    """A line of Python."""

    line: str
