"""Which rows are intact: those whose contents still have the hash that they were stored with.

The hash also mends. Where one bit of a row has changed, some single bit turned back gives the hash
again, and no other change does by chance; where the hash itself has changed, it still differs from
that of the contents in a few bits only.
"""

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection.check.salvage import Salvaged
from semascope.collection.matching import hash_rows
from semascope.collection.snapshot import ADDED, HASH, ROW, START

IntArray = NDArray[np.int64]

BITS = 8  # of 128, in which a hash may differ: two rows differ in fewer in one of 10²⁷ cases
MENDED = 64  # rows that are tried bit by bit, at most; more are no flipped bits
LENGTH = 10_000  # bytes of the longest row that is tried: the time grows with the square


@dataclass(frozen=True)
class Row:
    """What became of a row, some of whose passages lie in damaged files."""

    number: int
    passages: IntArray  # which of the N these are, ascending
    contents: pa.Table | None  # one row, the user's columns with the whole text; None if not intact
    pieces: Sequence[str] = ()  # the text of each passage
    why: str = ""  # it is not intact


def judge(found: Salvaged, damaged: NDArray[np.bool_], text: str, unused: int) -> list[Row]:
    """Return the rows that have a passage in a damaged file, and those beside them.

    Parameters
    ----------
    found : Salvaged
        N passages in their order: of the damaged files and those beside them.
    damaged : ndarray of shape (N,)
        Whether a passage is from a damaged file.
    text : str
        The column that passages are cut from.
    unused : int
        A number above those of all other rows.
    """
    groups = np.split(np.arange(len(damaged)), np.flatnonzero(_begins(found))[1:])
    numbers = _numbers(found, groups, unused)
    # A row that seems to end where the damage begins may go on within.
    near = damaged.copy()
    near[1:] |= damaged[:-1]
    near[:-1] |= damaged[1:]
    rows, tried = [], 0
    for number, passages in zip(numbers, groups, strict=True):
        if near[passages].any():
            row = _verify(found, passages, number, text, mend=tried < MENDED)
            tried += row.why == CHANGED
            rows.append(row)
    return rows


CHANGED = "it is not what was stored"


def _verify(found: Salvaged, passages: IntArray, number: int, text: str, *, mend: bool) -> Row:
    unread = [name for name, mask in found.readable.items() if not mask[passages].all()]
    values = found.values.take(passages)
    users = [name for name in values.column_names if name not in ADDED]
    hashes = {value for value in values[HASH].to_pylist() if value is not None}
    # Columns other than the text are the same in all passages: one where all was read will do.
    others = [name for name in users if name != text]
    whole = np.logical_and.reduce([found.readable[name][passages] for name in [*others, HASH]])
    if text in unread or not whole.any():
        names = ", ".join(name for name in unread if name in users or name == HASH)
        return Row(number, passages, None, why=f"{names} cannot be read")
    pieces = [str(piece) for piece in values[text].to_pylist()]
    candidates = [_with(values.slice(i, 1), text, "".join(pieces)) for i in np.flatnonzero(whole)]
    for contents in candidates:
        if _is_of(contents.select(users), hashes):
            return Row(number, passages, contents.select(users), pieces)
    for contents in candidates[:1] if mend else []:
        for mended in _one_bit_off(contents.select(users)):
            for i, digest in enumerate(hash_rows(mended)):
                if digest in hashes:
                    row = mended.slice(i, 1)
                    joined = row[text][0].as_py()
                    starts = itertools.accumulate([len(piece) for piece in pieces[:-1]], initial=0)
                    bounds = itertools.pairwise([*starts, len(joined)])
                    return Row(number, passages, row, [joined[a:b] for a, b in bounds])
    return Row(number, passages, None, why=CHANGED)


def _is_of(contents: pa.Table, hashes: set[bytes]) -> bool:
    (digest,) = hash_rows(contents)
    number = int.from_bytes(digest)
    return any((number ^ int.from_bytes(stored)).bit_count() <= BITS for stored in hashes)


def _one_bit_off(row: pa.Table) -> Iterator[pa.Table]:
    """Yield tables of what the row would be with one bit turned back, a column at a time."""
    for name in row.column_names:
        kind, value = row.schema.field(name).type, row[name][0].as_py()
        if value is None:
            continue
        values: Sequence[object]
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            content = value.encode()
            values = _strings(content) if len(content) <= LENGTH else []
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            values = _numbers_beside(row[name].combine_chunks())
        else:
            continue
        for start in range(0, len(values), 1024):
            some = pa.array(values[start : start + 1024], kind)
            same = row.take(np.zeros(len(some), np.int64))
            yield same.set_column(row.column_names.index(name), row.schema.field(name), some)


def _strings(content: bytes) -> list[str]:
    found = []
    for place, byte in enumerate(content):
        for bit in range(8):
            changed = content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1 :]
            try:
                found.append(changed.decode())
            except UnicodeDecodeError:
                continue
    return found


def _numbers_beside(column: pa.Array) -> list[int | float]:
    value = column.to_numpy(zero_copy_only=False)
    raw = value.view(f"u{value.itemsize}")
    bits = np.arange(8 * value.itemsize, dtype=raw.dtype)
    beside: list[int | float] = (raw ^ (raw.dtype.type(1) << bits)).view(value.dtype).tolist()
    return beside


def _with(row: pa.Table, text: str, whole: str) -> pa.Table:
    place, field = row.column_names.index(text), row.schema.field(text)
    return row.set_column(place, field, pa.array([whole], field.type))


def _begins(found: Salvaged) -> NDArray[np.bool_]:
    """Return which passages begin a row, by the vote of the columns that tell, (N,)."""
    votes = np.zeros(found.values.num_rows)
    starts = np.array(found.values[START].fill_null(-1))
    votes += np.where(found.readable[START], np.where(starts == 0, 1, -1), 0)
    for name, sameness in ((ROW, 1.0), (HASH, 0.5)):  # two rows may be equal
        values, read = found.values[name].to_pylist(), found.readable[name]
        for i in range(1, len(votes)):
            if read[i] and read[i - 1]:
                votes[i] += 1 if values[i] != values[i - 1] else -sameness
    nothing_read = np.logical_and.reduce([~found.readable[name] for name in (START, ROW, HASH)])
    begins: NDArray[np.bool_] = (votes > 0) | nothing_read
    begins[:1] = True
    return begins


def _numbers(found: Salvaged, groups: Sequence[IntArray], unused: int) -> list[int]:
    """Return the number of each row; they ascend, and what falls out of line is damaged."""
    values = found.values[ROW].to_pylist()
    claimed = [Counter(values[i] for i in passages).most_common(1)[0][0] for passages in groups]
    trusted = _ascending(claimed)
    taken = {claimed[place] for place in trusted}
    unused, last, numbers = max([unused, *(number + 1 for number in taken)]), -1, []
    for place, number in enumerate(claimed):
        if place in trusted:
            last = number
        elif last + 1 not in taken:
            last += 1
        elif number is not None:  # there is no room before the next
            numbers.append(unused)
            unused += 1
            continue
        numbers.append(last)
    return numbers


def _ascending(values: Sequence[int | None]) -> set[int]:
    """Return the places of a longest strictly ascending subsequence."""
    tails: list[int] = []  # the least last value of an ascending sequence of each length
    ends: list[int] = []  # its place
    before: dict[int, int | None] = {}
    for place, value in enumerate(values):
        if value is None:
            continue
        length = bisect_left(tails, value)
        before[place] = ends[length - 1] if length else None
        tails[length : length + 1] = [value]
        ends[length : length + 1] = [place]
    found: set[int] = set()
    place_ = ends[-1] if ends else None
    while place_ is not None:
        found.add(place_)
        place_ = before[place_]
    return found
