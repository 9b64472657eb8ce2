"""Files of text, read as a stream of Arrow batches. The parsing is Arrow's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.dataset as ds
import pyarrow.json as json

from semascope.errors import ColumnNotFound, FileError

BLOCK = 16_777_216  # bytes parsed at a time; no row may be longer
CSV = ds.CsvFileFormat(
    csv.ParseOptions(newlines_in_values=True), read_options=csv.ReadOptions(block_size=BLOCK)
)
JSON = ds.JsonFileFormat(read_options=json.ReadOptions(block_size=BLOCK))
FORMATS = {".csv": CSV, ".jsonl": JSON, ".parquet": ds.ParquetFileFormat()}
ROWS_TO_GUESS_FROM = 1000


@dataclass(frozen=True)
class TextFile:
    """A file of rows, one column of which holds the text to embed."""

    path: Path
    rows: ds.Dataset
    text: str  # the text column
    guessed: bool  # whether nobody named it

    def count_rows(self) -> int:
        """Return how many rows there are; a CSV or JSON file is read once for it."""
        with _as_file_error(self.path):
            return int(self.rows.count_rows())

    def batches(self, size: int) -> Iterator[pa.Table]:
        """Yield the rows in their order, ``size`` at a time and the rest at the end."""
        waiting = self.rows.schema.empty_table()
        with _as_file_error(self.path):
            for batch in self.rows.to_batches(batch_size=size):
                batch.validate(full=True)  # Arrow lets bytes that are not UTF-8 pass as strings
                waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
                while waiting.num_rows >= size:
                    yield waiting.slice(0, size)
                    waiting = waiting.slice(size)
        if waiting.num_rows:
            yield waiting


def open_file(path: Path, text: str | None = None) -> TextFile:
    """Open a CSV, JSON Lines or Parquet file.

    Parameters
    ----------
    path : Path
    text : str, optional
        The column to embed. Without it, a column named "text", or else the one with the
        longest strings.

    Raises
    ------
    FileError
        If there is no such file, or it cannot be parsed, or holds no text.
    ColumnNotFound
        If it has no column ``text``; the message lists the columns there are.
    """
    if not path.is_file():
        raise FileError(f"{path} is a folder, not a file" if path.is_dir() else f"no file {path}")
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise FileError(f"{path} is not one of {', '.join(FORMATS)}; convert it to one of these")
    with _as_file_error(path):
        rows = _dataset(path, file_format)
        columns = rows.schema.names
        if len(set(columns)) < len(columns):
            raise FileError(f"{path} has two columns of one name: {', '.join(columns)}")
        for field in rows.schema:
            if file_format is CSV and pa.types.is_binary(field.type):
                raise FileError(
                    f"column {field.name!r} of {path} is not in UTF-8; save it as UTF-8"
                )
        if text is None:
            return TextFile(path, rows, _guess_text_column(path, rows), guessed=True)
    if text not in columns:
        raise ColumnNotFound(f"{path} has no column {text!r}; it has {', '.join(columns)}")
    if not _is_text(rows.schema.field(text).type):
        raise FileError(f"column {text!r} of {path} holds {rows.schema.field(text).type}, not text")
    return TextFile(path, rows, text, guessed=False)


def _dataset(path: Path, file_format: ds.FileFormat) -> ds.Dataset:
    if file_format is JSON:
        with path.open("rb") as file:
            first_row_ends = b"\n" in file.read(BLOCK).lstrip()
        if not first_row_ends:  # Arrow's stream would give nulls, without a word
            whole = json.ReadOptions(block_size=path.stat().st_size + 1)
            return ds.dataset(json.read_json(path, whole))
    return ds.dataset(path, format=file_format)


def _guess_text_column(path: Path, rows: ds.Dataset) -> str:
    candidates = [field.name for field in rows.schema if _is_text(field.type)]
    if not candidates:
        raise FileError(f"{path} has no column of text; it has {', '.join(rows.schema.names)}")
    if "text" in candidates:
        return "text"
    sample = rows.head(ROWS_TO_GUESS_FROM, columns=candidates)
    lengths = {name: pc.sum(pc.utf8_length(sample[name])).as_py() or 0 for name in candidates}
    return str(max(candidates, key=lengths.__getitem__))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


@contextmanager
def _as_file_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        # Arrow wraps what is wrong into where it noticed: "Could not open …: Invalid: …".
        reason = str(error).splitlines()[0].rpartition("Invalid: ")[2].rpartition("': ")[2]
        raise FileError(f"{path} cannot be read: {reason}") from error
