"""Which rows of a file a collection has already: by their key, or by their contents."""

import hashlib
from collections.abc import Hashable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from semascope.collection.snapshot import HASH, ROW, START, Snapshot


class Matching:
    """Compares the rows of one file with those that are stored.

    Without a key a row is known by its contents, and a row that comes twice is stored twice. With
    a key, what comes under a stored key with other contents takes the place of what was there.

    Parameters
    ----------
    snapshot : Snapshot, optional
        What is stored; None where nothing is.
    key : str, optional
        The column that names a row.
    """

    def __init__(self, snapshot: Snapshot | None, key: str | None):
        self.key = key
        self._by_content: dict[bytes, list[int]] = {}
        self._by_key: dict[Hashable, tuple[int, bytes]] = {}
        self._missing: set[int] = set()
        if snapshot is None:
            return
        columns = [HASH, ROW, *([key] if key else [])]
        stored = snapshot.read(columns=columns, filter=f"{START} = 0")  # once a row
        hashes, rows = stored[HASH].to_pylist(), stored[ROW].to_pylist()
        self._missing.update(rows)
        if key:
            self._by_key = dict(
                zip(stored[key].to_pylist(), zip(rows, hashes, strict=True), strict=True)
            )
        else:
            for digest, row in zip(reversed(hashes), reversed(rows), strict=True):
                self._by_content.setdefault(digest, []).append(row)

    @property
    def missing(self) -> list[int]:
        """Numbers of the stored rows that the file has not had so far."""
        return sorted(self._missing)

    def match(self, rows: pa.Table, hashes: Sequence[bytes]) -> tuple[list[int], list[int]]:
        """Compare the next rows of the file with what is stored.

        Parameters
        ----------
        rows : pa.Table of N rows
            None of them without a key, or with one that came before.
        hashes : sequence of N bytes
            Of their contents.

        Returns
        -------
        new : list of int
            Positions of the rows to be stored, ascending.
        replaced : list of int
            Numbers of the stored rows in whose place some of these come.
        """
        if self.key is None:
            return [i for i, contents in enumerate(hashes) if not self._is_known(contents)], []
        new, replaced = [], []
        for i, (value, contents) in enumerate(zip(rows[self.key].to_pylist(), hashes, strict=True)):
            row, stored = self._by_key.get(value, (None, None))
            if row is not None:
                self._missing.discard(row)
            if stored != contents:
                new.append(i)
                replaced += [row] if row is not None else []
        return new, replaced

    def _is_known(self, contents: bytes) -> bool:
        stored = self._by_content.get(contents)
        if not stored:
            return False
        self._missing.discard(stored.pop())
        return True


def hash_rows(rows: pa.Table) -> list[bytes]:
    """Return a hash of each row's contents, 16 bytes, columns in the order of their names."""
    columns = []
    for name in sorted(rows.column_names):
        column = rows[name]
        if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
            column = pa.array([repr(value) for value in column.to_pylist()], pa.string())
        value = column.cast(pa.large_string())
        length = pc.binary_length(value).cast(pa.large_string())  # says where the value ends
        columns += [pc.fill_null(length, "null"), pc.fill_null(value, "")]
    joined = pc.binary_join_element_wise(*columns, pa.scalar(" ", pa.large_string()))
    return [hashlib.blake2b(row.encode(), digest_size=16).digest() for row in joined.to_pylist()]
