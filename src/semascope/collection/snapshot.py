"""Snapshot: one committed version of a collection, and how its columns are read."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection import guard
from semascope.collection.head import read_head
from semascope.errors import CollectionError, CorruptCollection, InvalidValue

FloatArray = NDArray[np.float32]

# The columns that semascope adds to the user's
EMBEDDING = "_embedding"  # of unit length
HASH = "_hash"  # of the row that a passage is from
ROW = "_row"  # its number: counts up, and is never given twice
START = "_start"  # where in the row's text the passage begins, in characters
UNREAD = "_unread"  # share of the text's tokens that the model did not read, without passages
ADDED = (HASH, ROW, START, UNREAD, EMBEDDING)
BLOCK = 16_384  # passages read at a time where not all are held: 25 MB


class Snapshot:
    """N passages as they were committed; columns are read from the disk when first needed.

    Attributes
    ----------
    path : Path
    version : int
        Of the commit.
    about : mapping
        What semascope knows of the collection, as in `Head.about`.
    table : lance.LanceDataset
        For what is not read here. Its rows are the passages, in their order.
    text : str
        The column that is embedded.
    columns : list of str
        The user's columns, the text among them.
    """

    def __init__(self, path: Path):
        self.path = path
        head, self.table = guard.open_table(path)
        self.version = head.version
        self.about: Mapping[str, Any] = head.about
        self.files = head.files
        self.text: str = head.about["text"]
        self.columns = [name for name in self.table.schema.names if name not in ADDED]

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        return int(self.table.count_rows())

    @cached_property
    def texts(self) -> list[str]:
        """The text of each passage."""
        return list(self.column(self.text).to_pylist())

    @cached_property
    def embeddings(self) -> FloatArray:
        """The embedding of each passage, (N, D)."""
        return to_matrix(self.column(EMBEDDING))

    def embeddings_of(self, numbers: NDArray[np.integer]) -> FloatArray:
        """Return the embeddings of M different passages, (M, D), in their order.

        It takes no memory for the others, nor twice that of these.
        """
        place = np.full(len(self), -1)
        place[numbers] = np.arange(len(numbers))
        found, start = np.empty((len(numbers), self.about["model"]["dim"]), np.float32), 0
        for batch in self.batches([EMBEDDING], BLOCK):
            block = to_matrix(pa.chunked_array([batch[EMBEDDING]]))
            to = place[start : start + len(block)]
            found[to[to >= 0]] = block[to >= 0]
            start += len(block)
        self._check_length(start, EMBEDDING)
        return found

    def vectors(self, numbers: Sequence[int]) -> FloatArray:
        """Return the embeddings of some passages, (M, D), in their order: no others are read."""
        return to_matrix(self.take(numbers, [EMBEDDING])[EMBEDDING])

    def project(self, direction: FloatArray) -> FloatArray:
        """Return the dot product of each embedding with a vector (D,), shape (N,)."""
        if "embeddings" in self.__dict__:  # they are in memory anyhow
            return self.embeddings @ direction
        blocks = (
            to_matrix(pa.chunked_array([batch[EMBEDDING]])) @ direction
            for batch in self.batches([EMBEDDING], BLOCK)
        )
        found: FloatArray = np.concatenate(list(blocks))
        self._check_length(len(found), EMBEDDING)
        return found

    @cached_property
    def row_of(self) -> NDArray[np.int64]:
        """The number of the row that each passage is from, (N,)."""
        return np.asarray(self.column(ROW).to_numpy())

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column, the user's or one that semascope added, of all passages."""
        found = self.read(columns=[name])[name]
        self._check_length(len(found), name)
        return found

    def _check_length(self, length: int, column: str) -> None:
        if length != len(self):
            raise CorruptCollection(
                f"{self.path} has {len(self):,} passages, but {length:,} of the column "
                f"{column!r} can be read; to see what is damaged: semascope check {self.path}"
            )

    def read(self, **scan: Any) -> pa.Table:
        """Return what a scan of the table gives, in the order of the passages.

        Raises
        ------
        CollectionError
            If a writer has swept this version away meanwhile.
        CorruptCollection
            If a file cannot be read.
        """
        with self._reading():
            return self.table.to_table(**scan)

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pa.RecordBatch]:
        """Yield some columns of all passages, ``size`` passages at a time; raises as `read`."""
        with self._reading():
            yield from self.table.to_batches(columns=list(columns), batch_size=size)

    def take(self, numbers: Sequence[int], columns: Sequence[str]) -> pa.Table:
        """Return some columns of the passages with these numbers, in their order."""
        with self._reading():
            return self.table.take(list(numbers), columns=list(columns))

    def rows(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return the user's columns of the passages with these numbers."""
        return list(self.take(numbers, self.columns).to_pylist())

    def numbers(self, addresses: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return the number of the passage at each of Lance's row addresses."""
        order, ascending = self._addresses
        return order[np.searchsorted(ascending, addresses)]

    def passing(self, where: str) -> NDArray[np.intp]:
        """Return the numbers of the passages that pass a filter, ascending.

        Parameters
        ----------
        where : str
            An SQL condition on the user's columns, ``year > 1960 and party = 'Republican'``.

        Raises
        ------
        InvalidValue
            If it is none, or names a column that there is not; the message lists those there are.
        """
        literals = re.findall(r'"([^"]*)"', re.sub(r"'[^']*'|`[^`]*`", "", where))
        quoted = {name.lower() for name in literals} & {name.lower() for name in self.columns}
        if quoted:  # to Lance that is a text, and the filter would never be true
            name = min(quoted)
            raise self._no_condition(
                where, f'"{name}" is a text; write the column as `{name}`, in backticks'
            )
        try:
            found = self.table.to_table(columns=[], filter=where, with_row_address=True)
        except ValueError as error:
            raise self._no_condition(where, _complaint(error)) from error
        except (OSError, pa.ArrowException):
            with self._reading():
                raise
        return np.sort(self.numbers(found["_rowaddr"].to_numpy()))

    def _no_condition(self, where: str, complaint: str) -> InvalidValue:
        return InvalidValue(
            f"{where!r} is no condition on this collection: {complaint}; "
            f"its columns are {', '.join(self.columns)}"
        )

    @cached_property
    def _addresses(self) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
        """Lance's address of each passage, ascending, and before it the passages' numbers."""
        addresses = self.read(columns=[], with_row_address=True)["_rowaddr"].to_numpy()
        order = np.argsort(addresses)
        return order, addresses[order]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, pa.ArrowException) as error:
            if read_head(self.path).version != self.version:
                raise CollectionError(
                    f"{self.path} has been changed since it was opened, and what it held before "
                    "is gone; open it again"
                ) from error
            raise CorruptCollection(
                f"{self.path} cannot be read: {guard.reason(error)}; to see what is damaged: "
                f"semascope check {self.path}"
            ) from error


def _complaint(error: Exception) -> str:
    """Return what Lance has against a filter, without the names of its parts that say so."""
    message = guard.reason(error).partition(" Valid fields are")[0]
    for prefix in ("Invalid user input: ", " error: "):
        message = message.rpartition(prefix)[2]
    return textwrap.shorten(message.rstrip(" .:)"), 200, placeholder=" …")


def to_matrix(vectors: pa.ChunkedArray) -> FloatArray:
    """Return a column of N vectors as one array, (N, D) float32."""
    column = vectors.combine_chunks()
    matrix: FloatArray = column.flatten().to_numpy().reshape(len(column), column.type.list_size)
    return matrix
