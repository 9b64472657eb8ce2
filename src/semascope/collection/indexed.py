"""What a run of `semascope.index` did."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Indexed:
    """What a run of `semascope.index` did; rows are counted, where it does not say passages."""

    text: str  # the text column
    guessed: bool = False  # whether nobody named it
    added: int = 0  # stored by this run
    replaced: int = 0  # of these, those that came in the place of a row with the same key
    removed: int = 0  # stored before, not in the file, and taken away
    known: int = 0  # stored before, and left as they are
    missing: int = 0  # stored before, not in the file, and left as they are
    passages: int = 0  # that the rows added make
    encoded: int = 0  # of these passages, those whose text was not stored before
    split: int = 0  # longer than the model reads, and cut into several passages
    unread: int = 0  # longer than the model reads, and not cut
    unread_share: float = 0.0  # of the tokens of these, those that the model did not read
    empty: int = 0  # without text, left out
    skipped: int = 0  # that could not be parsed or have no key of their own, left out
    left_out: Sequence[tuple[int, str]] = ()  # the first: number of row or line, and why
    damaged: int = 0  # lines with characters that could not be decoded, shown as "�"
    not_english: float = 0.0  # share of the first rows added that are in another language
