"""Rows of text from wherever they are, one column of which is to be embedded."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from semascope.errors import FileError, InvalidValue
from semascope.reading import text as texts
from semascope.reading.file import COMPRESSIONS, File
from semascope.reading.rows import Faults, Notes, Rows

STANDARD_INPUT = "-"
DELIMITED = {".csv", ".tsv"}
JSON = {".jsonl", ".ndjson", ".json"}
IPC = {".arrow", ".feather", ".ipc"}
SUFFIXES = [".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".xlsx", ".parquet", *sorted(IPC)]


@dataclass
class Source:
    """Rows that can be read again and again, and the column of text among them."""

    name: str  # what messages call it
    rows: Rows
    columns: tuple[str, ...]  # those that make up the text
    guessed: bool  # whether nobody named them
    faults: Faults = field(default_factory=Faults)  # of the last time that the rows were read

    @property
    def text(self) -> str:
        """The text column; "title+text" where it joins two others."""
        return texts.joined_name(self.columns)

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        joined = [pa.field(self.text, pa.large_string())] if len(self.columns) > 1 else []
        return pa.schema([*self.rows.schema, *joined])

    @property
    def encoding(self) -> str | None:
        """Encoding of a file of text, as Python calls it."""
        return self.rows.encoding

    @property
    def skipped(self) -> Notes:
        """Rows that could not be parsed and were left out, when they were last read."""
        return self.faults.skipped

    @property
    def damaged(self) -> Notes:
        """Lines that hold "�" where no character could be decoded, when they were last read."""
        return self.faults.damaged

    def count_rows(self) -> int:
        """Return how many rows there are, skipped ones left out."""
        return self.rows.count()

    def batches(self, size: int) -> Iterator[pa.Table]:
        """Yield the rows in their order, ``size`` at a time and the rest at the end."""
        self.faults = Faults()
        waiting = pa.Table.from_batches([], self.rows.schema)
        with _as_file_error(self.name):
            for batch in self.rows.batches(self.faults):
                waiting = pa.concat_tables([waiting, _as_table(batch)])
                while waiting.num_rows >= size:
                    yield self._with_text(waiting.slice(0, size))
                    waiting = waiting.slice(size)
        if waiting.num_rows:
            yield self._with_text(waiting)

    def _with_text(self, rows: pa.Table) -> pa.Table:
        if len(self.columns) == 1:
            return rows
        return rows.append_column(self.text, texts.join(rows, self.columns))


def open_source(source: object, *, text: str | Sequence[str] | None = None) -> Source:
    """Open rows of text: a file, a folder, standard input or what a Python program holds.

    Parameters
    ----------
    source : str, Path, iterable of dicts or strings, or Arrow data
        CSV and TSV (any delimiter and encoding), JSON Lines, JSON, Excel, Parquet and Arrow, also
        compressed (``.gz``, ``.zst``); a ``.txt``, ``.md`` or ``.html`` file, a folder or a glob of
        these; "-" for standard input. Arrow data is whatever exports it: tables, record batch
        readers, frames of pandas and polars.
    text : str or sequence of str, optional
        The column to embed, or several: ``"title,text"`` joins them with a blank line between,
        as a column "title+text". Without it, a column named "text", or else the one with the
        longest strings.

    Raises
    ------
    FileError
        If there is nothing, or it cannot be parsed, or holds no rows or no text.
    ColumnNotFound
        If it has no column ``text``; the message lists the columns there are.
    InvalidValue
        If ``source`` is something else.
    """
    name = _name(source)
    with _as_file_error(name):
        rows = _open(source)
        columns = rows.schema.names
        if len(set(columns)) < len(columns):
            raise FileError(f"{name} has two columns of one name: {', '.join(columns)}")
        if not rows.count():
            raise _no_rows(name, rows)
        if text is None:
            sample = next(iter(rows.batches(Faults())))
            return Source(name, rows, (texts.guess(_as_table(sample), name),), guessed=True)
        return Source(name, rows, texts.choose(text, rows.schema, name), guessed=False)


def _name(source: object) -> str:
    if isinstance(source, str | Path):
        return "standard input" if str(source) == STANDARD_INPUT else str(source)
    return f"the {type(source).__name__} given"


def _open(source: Any) -> Rows:
    if isinstance(source, str | Path):
        if str(source) == STANDARD_INPUT:
            return _open_sniffed(File.spooled(sys.stdin.buffer, _name(source)))
        return _open_path(Path(source))
    from semascope.reading import iterables, tables

    if isinstance(source, pa.RecordBatchReader):
        return tables.from_stream(source)
    if hasattr(source, "__arrow_c_stream__"):
        return tables.from_frame(source)
    if isinstance(source, Iterable) and not isinstance(source, bytes | dict):
        return iterables.from_iterable(source)
    raise InvalidValue(
        f"rows come from a path, an iterable of dicts, or Arrow data, not {type(source).__name__}"
    )


def _open_path(path: Path) -> Rows:
    from semascope.reading import documents

    if path.is_dir() or (not path.exists() and set(str(path)) & set(documents.WILDCARDS)):
        return documents.open_documents(*documents.find(path))
    if not path.is_file():
        raise FileError(f"no file {path}")
    file = File.at(path)
    if file.suffix in documents.SECTIONS:
        return documents.open_documents([path], path.parent)
    if file.suffix not in SUFFIXES:
        raise FileError(
            f"{path} is not one of {', '.join([*SUFFIXES, *documents.SECTIONS])}, also in "
            f"{' or '.join(COMPRESSIONS)}; convert it to one of these"
        )
    return _open_as(file.suffix, file)


def _open_sniffed(file: File) -> Rows:
    """Open a file without a name by what it begins with."""
    with file.open() as stream:
        head = stream.peek()[:1024]
    for magic, suffix in {b"PAR1": ".parquet", b"ARROW1": ".arrow", b"PK\3\4": ".xlsx"}.items():
        if head.startswith(magic):
            return _open_as(suffix, file)
    if head.startswith(b"\xff\xff\xff\xff"):  # an Arrow stream's continuation marker
        return _open_as(".arrow", file)
    is_json = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))
    return _open_as(".json" if is_json else ".csv", file)


def _open_as(suffix: str, file: File) -> Rows:
    # Each format's library is imported only for a file that needs it.
    if suffix in DELIMITED:
        from semascope.reading.delimited import Delimited

        return Delimited(file)
    if suffix in JSON:
        from semascope.reading.objects import open_json

        return open_json(file)
    if suffix == ".xlsx":
        from semascope.reading.workbook import open_workbook

        return open_workbook(file)
    from semascope.reading import tables

    return tables.open_ipc(file) if suffix in IPC else tables.open_parquet(file)


def _no_rows(name: str, rows: Rows) -> FileError:
    faults = Faults()
    for _ in rows.batches(faults):
        pass
    if faults.skipped.count:
        number, reason = faults.skipped.first[0]
        return FileError(f"{name} has no row that can be read; Row #{number}: {reason}")
    named = f" below its names of columns, {', '.join(rows.schema.names)}" if rows.schema else ""
    return FileError(f"{name} has no rows{named}; expected one at least")


def _as_table(batch: pa.RecordBatch | pa.Table) -> pa.Table:
    return batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])


@contextmanager
def _as_file_error(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError) as error:
        # Arrow wraps what is wrong into where it noticed: "Could not open …: Invalid: …".
        reason = str(error).splitlines()[0].rpartition("Invalid: ")[2].rpartition("': ")[2]
        raise FileError(f"{name} cannot be read: {reason}") from error
