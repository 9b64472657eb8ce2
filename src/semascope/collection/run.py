"""Run: the rows of one file, matched with what is stored, cut, embedded and committed."""

import itertools
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from semascope.collection import guard, table
from semascope.collection.embed import embed
from semascope.collection.head import Head
from semascope.collection.indexed import Indexed
from semascope.collection.matching import Matching, hash_rows
from semascope.collection.reuse import Reuse
from semascope.collection.snapshot import (
    ADDED,
    EMBEDDING,
    HASH,
    ROW,
    START,
    UNREAD,
    Snapshot,
)
from semascope.collection.usable import Usable
from semascope.encoder.encoder import Encoder
from semascope.errors import ColumnNotFound, FileError
from semascope.passages import Splitter, not_english
from semascope.progress import Progress
from semascope.reading import Source

ROWS_PER_COMMIT = 8192  # what is held in memory, and what an interruption costs at most


class Run:
    """One run over one file, while no other process writes.

    Parameters
    ----------
    path : Path
        The collection.
    head : Head
        Its committed state; ``about`` says how to store.
    file : Source
    encoder : Encoder
    on_progress : callable(done, total)
        Counts rows of the file.
    """

    def __init__(
        self,
        path: Path,
        head: Head,
        file: Source,
        encoder: Encoder,
        on_progress: Progress,
    ):
        self.path, self.head, self.file = path, head, file
        self.encoder, self.on_progress = encoder, on_progress
        self.snapshot = Snapshot(path) if head.version else None
        key = head.about["key"]
        self.usable, self.matching = Usable(file, key), Matching(self.snapshot, key)
        stored = self.snapshot.row_of if self.snapshot else np.empty(0, np.int64)
        self.next_row = int(stored.max(initial=-1)) + 1
        self.numbers = np.empty(0, np.int64)  # in the file, of the rows that are being stored
        self.total = file.count_rows()
        prompt = "document" if "document" in encoder.prompts else None
        self.splitter = Splitter(encoder, prompt=prompt)
        self.known = self.added = self.replaced = self.removed = 0
        self.passages = self.encoded = self.split = 0
        self.unread: list[float] = []  # shares, of the texts that are not read whole
        self.not_english = 0.0

    def store(self) -> None:
        """Store what is new, some thousand rows a commit."""
        for rows in self.usable.batches(ROWS_PER_COMMIT):
            new, replaced = self._match(rows)
            if new.num_rows:
                if not self.added:
                    self.not_english = not_english(new[self.file.text])
                self._commit(self._embed(self._cut(new)), replaced)
                self.added += new.num_rows
                self.replaced += len(replaced)
            self.on_progress(self.usable.read, self.total)
        if not self.head.version:
            raise FileError(f"{self.file.name}: column {self.file.text!r} has no text in any row")

    def remove_missing(self) -> None:
        """Take away the rows that the file has not, unless one of its rows could not be read."""
        rows = self.matching.missing
        if rows and not self.file.skipped.count:
            self.head = guard.commit(self.path, self.head, lambda: table.delete(self.path, rows))
            self.removed = len(rows)

    def report(self) -> Indexed:
        """Return what was done."""
        empty, nameless, unparsed = self.usable.empty, self.usable.nameless, self.file.skipped
        return Indexed(
            text=self.file.text,
            guessed=self.file.guessed,
            added=self.added,
            replaced=self.replaced,
            removed=self.removed,
            known=self.known,
            missing=len(self.matching.missing) - self.removed,
            passages=self.passages,
            encoded=self.encoded,
            split=self.split,
            unread=len(self.unread),
            unread_share=float(np.mean(self.unread)) if self.unread else 0.0,
            empty=empty.count,
            skipped=nameless.count + unparsed.count,
            left_out=tuple(sorted(empty.first + nameless.first + unparsed.first)),
            damaged=self.file.damaged.count,
            not_english=self.not_english,
        )

    def _match(self, rows: pa.Table) -> tuple[pa.Table, list[int]]:
        """Return the rows to be stored, with their hashes, and the numbers of those replaced."""
        rows = self._as_stored(rows)
        hashes = hash_rows(rows)
        new, replaced = self.matching.match(rows, hashes)
        self.known += rows.num_rows - len(new)
        rows = rows.append_column(HASH, pa.array(hashes, pa.binary(16)))
        self.numbers = self.usable.numbers[new]
        return rows.take(pa.array(new, pa.int64())), replaced

    def _as_stored(self, rows: pa.Table) -> pa.Table:
        """Bring the columns to the collection's order and types."""
        if self.snapshot is None:
            return rows
        stored = self.snapshot.table.schema
        wanted = pa.schema([field for field in stored if field.name not in ADDED])
        missing = set(wanted.names) - set(rows.column_names)
        if missing:
            raise ColumnNotFound(
                f"{self.file.name} has no column {', '.join(sorted(missing))}, but {self.path} does"
            )
        try:
            return rows.select(wanted.names).cast(wanted)
        except pa.ArrowException as error:
            raise FileError(f"{self.file.name} does not fit {self.path}: {error}") from error

    def _cut(self, rows: pa.Table) -> pa.Table:
        """Make a row of each passage; together, those of a row are its text to the letter."""
        numbers = pa.array(np.arange(self.next_row, self.next_row + rows.num_rows))
        self.next_row += rows.num_rows
        rows = rows.append_column(ROW, numbers)
        texts = rows[self.file.text].to_pylist()
        if not self.head.about["passages"]:
            unread = self.splitter.unread(texts)
            self.unread += unread[unread > 0].tolist()
            starts = pa.array(np.zeros(len(texts), np.int32))
            return rows.append_column(START, starts).append_column(UNREAD, pa.array(unread))
        pieces, from_row, starts = [], [], []
        for row, passages in enumerate(self.splitter.split(texts)):
            bounds = [0, *(passage.start for passage in passages[1:]), len(texts[row])]
            pieces += [texts[row][a:b] for a, b in itertools.pairwise(bounds)]
            starts += bounds[:-1]
            from_row += [row] * len(passages)
            self.split += len(passages) > 1
        column = rows.column_names.index(self.file.text)
        kind = rows.schema.field(column).type
        cut = rows.take(pa.array(from_row)).set_column(
            column, self.file.text, pa.array(pieces, kind)
        )
        return cut.append_column(START, pa.array(starts, pa.int32()))

    def _embed(self, rows: pa.Table) -> pa.Table:
        texts = rows[self.file.text].to_pylist()
        embeddings = np.empty((len(texts), self.encoder.dim), np.float32)
        fresh = np.ones(len(texts), bool)
        if self.reuse:
            known, stored = self.reuse.find(texts)
            embeddings[known], fresh[known] = stored, False
        positions = np.flatnonzero(fresh)
        of_row = (
            rows[ROW].to_numpy() - rows[ROW][0].as_py()
        )  # (N,) counted from this commit's first
        embeddings[positions] = embed(
            self.encoder,
            [texts[position] for position in positions],
            self.numbers[of_row[positions]].tolist(),
            on_progress=self._count_rows,
        )
        self.passages += len(texts)
        self.encoded += len(positions)
        column = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), self.encoder.dim)
        return rows.append_column(EMBEDDING, column)

    @cached_property
    def reuse(self) -> Reuse | None:
        """What was encoded before this run."""
        return Reuse(self.snapshot) if self.snapshot else None

    def _count_rows(self, done: int, of: int) -> None:
        rows = self.usable.read - self.usable.before
        self.on_progress(self.usable.before + rows * done // of, self.total)

    def _commit(self, rows: pa.Table, replaced: list[int]) -> None:
        def change() -> None:
            if replaced:
                table.delete(self.path, replaced)
            guard.append(self.path, rows)

        self.head = guard.commit(self.path, self.head, change)
