"""export: a collection becomes a file that other programs read."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from semascope.atomic import replacing
from semascope.collection.guard import reason
from semascope.collection.snapshot import EMBEDDING, ROW, START, Snapshot
from semascope.errors import FileError, InvalidValue
from semascope.progress import Progress
from semascope.reading.columns import is_text
from semascope.reading.file import COMPRESSIONS

BLOCK = 8192  # passages held in memory

# What makes a spreadsheet take a cell for a formula, which may send the other cells elsewhere or
# start a program: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = r"^[=+\-@\t\r\n]"
HARMLESS = "'"  # in front of it: what follows is text

ZEROS = r"(?:(\.\d*[1-9])0*|\.0*)(Z|[+-]\d{4})?$"  # that end a time, perhaps before its zone

NumberArray = NDArray[np.intp]


@dataclass(frozen=True)
class Exported:
    """What an export wrote."""

    lines: int  # rows; with embeddings, passages
    escaped: int  # cells of a CSV or TSV file that were given an apostrophe
    left_out: int  # rows that others say too


def export(
    snapshot: Snapshot,
    to: Path,
    *,
    embeddings: bool,
    raw: bool,
    numbers: NumberArray | None,
    left_out: Sequence[int],
    on_progress: Progress,
) -> Exported:
    """See `Collection.export`; ``left_out`` are numbers of rows, the others of passages."""
    make, compression = _writer(to, raw=raw)
    columns = _columns(snapshot, embeddings=embeddings)
    order, firsts = _by_row(snapshot, left_out)
    if numbers is not None:
        order, firsts = _chosen(snapshot, order, firsts, numbers, whole=not embeddings)
    total = len(order) if embeddings else len(firsts)
    blocks = (
        _passages(snapshot, columns, order)
        if embeddings
        else _rows(snapshot, columns, order, firsts)
    )
    done = 0
    try:
        with replacing(to) as part, ExitStack() as stack:
            stream = stack.enter_context(pa.output_stream(str(part), compression=compression))
            writer = stack.enter_context(closing(make(stream, _schema(snapshot, columns))))
            for block in blocks:
                writer.write(block)
                done += block.num_rows
                on_progress(done, total)
    except pa.ArrowNotImplementedError as error:  # a type that a format does not know
        raise FileError(
            f"cannot write {to}: {reason(error)}; choose another format, such as .jsonl"
        ) from error
    return Exported(lines=done, escaped=writer.escaped, left_out=len(left_out))


# --- what becomes a line ---


def _columns(snapshot: Snapshot, *, embeddings: bool) -> list[str]:
    if embeddings:
        return [*snapshot.columns, ROW, START, EMBEDDING]
    # A text that joins other columns was not in the user's file, and tells nothing new.
    joins = len(snapshot.about["columns"]) > 1
    return [name for name in snapshot.columns if not (joins and name == snapshot.text)]


def _schema(snapshot: Snapshot, columns: Sequence[str]) -> pa.Schema:
    stored = snapshot.table.schema
    return pa.schema([pa.field(name, stored.field(name).type) for name in columns])


def _by_row(snapshot: Snapshot, left_out: Sequence[int]) -> tuple[NumberArray, NumberArray]:
    """Return the numbers of passages row by row, and where among them each row begins."""
    starts = snapshot.column(START).to_numpy()
    order = np.lexsort((starts, snapshot.row_of))
    order = order[~np.isin(snapshot.row_of[order], left_out)]
    return order, np.flatnonzero(starts[order] == 0)


def _chosen(
    snapshot: Snapshot,
    order: NumberArray,
    firsts: NumberArray,
    numbers: NumberArray,
    *,
    whole: bool,
) -> tuple[NumberArray, NumberArray]:
    """Return those of these passages that are wanted, or all of each row that has one of them."""
    row_of = snapshot.row_of
    kept = np.isin(row_of[order], row_of[numbers]) if whole else np.isin(order, numbers)
    begins = np.zeros(len(order), dtype=bool)
    begins[firsts] = True
    return order[kept], np.flatnonzero(begins[kept])


def _passages(snapshot: Snapshot, columns: Sequence[str], order: NumberArray) -> Iterator[pa.Table]:
    for begin in range(0, len(order), BLOCK):
        yield snapshot.take(order[begin : begin + BLOCK].tolist(), columns)


def _rows(
    snapshot: Snapshot, columns: Sequence[str], order: NumberArray, firsts: NumberArray
) -> Iterator[pa.Table]:
    """Yield rows with their texts whole; a block has BLOCK passages, and ends with a row."""
    bounds = np.append(firsts, len(order))
    cuts = np.searchsorted(bounds, np.arange(0, len(order) + BLOCK, BLOCK)).clip(max=len(firsts))
    others = [ROW, *(name for name in columns if name != snapshot.text)]
    for begin, end in itertools.pairwise(cuts.tolist()):
        if begin == end:  # within a long row
            continue
        passages = order[bounds[begin] : bounds[end]].tolist()
        rows = snapshot.take(order[firsts[begin:end]].tolist(), others)
        if snapshot.text in columns:
            pieces = snapshot.take(passages, [snapshot.text])[snapshot.text].combine_chunks()
            ends = pa.array(bounds[begin : end + 1] - bounds[begin], pa.int32())
            texts = pc.binary_join(
                pa.ListArray.from_arrays(ends, pieces), pa.scalar("", pieces.type)
            )
            rows = rows.append_column(snapshot.text, texts)
        yield rows.select(columns)


# --- formats ---


class _Writer(Protocol):
    """Writes lines, a block at a time."""

    escaped: int

    def write(self, lines: pa.Table) -> None: ...

    def close(self) -> None: ...


def _writer(to: Path, *, raw: bool) -> tuple[Callable[[Any, pa.Schema], _Writer], str | None]:
    """Return what makes the writer of a file of this name, and how the file is compressed."""
    writers: dict[str, Callable[[Any, pa.Schema], _Writer]] = {
        ".csv": partial(_Delimited, delimiter=",", raw=raw),
        ".tsv": partial(_Delimited, delimiter="\t", raw=raw),
        ".jsonl": _JsonLines,
        ".parquet": _Parquet,
    }
    compression = COMPRESSIONS.get(to.suffix.lower())
    suffix = (to.with_suffix("") if compression else to).suffix.lower()
    if suffix not in writers or (compression and suffix == ".parquet"):
        raise InvalidValue(
            "an export is written as .csv, .tsv or .jsonl, also with .gz or .zst behind it, or as "
            f".parquet, not as {to.name!r}"
        )
    return writers[suffix], compression


class _Parquet:
    """Every type as it is; an embedding is a list of fixed size."""

    escaped = 0

    def __init__(self, stream: Any, schema: pa.Schema):
        self._file = pq.ParquetWriter(stream, schema)

    def write(self, lines: pa.Table) -> None:
        self._file.write_table(lines.cast(self._file.schema))

    def close(self) -> None:
        self._file.close()


class _JsonLines:
    """An object per line. NaN and infinity are null, times and decimals text, bytes base64."""

    escaped = 0

    def __init__(self, stream: Any, schema: pa.Schema):  # noqa: ARG002
        self._stream = stream

    def write(self, lines: pa.Table) -> None:
        vectors = [""] * lines.num_rows
        if EMBEDDING in lines.column_names:  # the last column
            vectors = [f', "{EMBEDDING}": {v}' for v in _json_vectors(lines[EMBEDDING]).to_pylist()]
            lines = lines.drop_columns(EMBEDDING)
        plain = pa.table([_plain(values) for values in lines.columns], names=lines.column_names)
        objects = [_to_json(row)[:-1] for row in plain.to_pylist()]
        text = "".join(f"{begin}{end}}}\n" for begin, end in zip(objects, vectors, strict=True))
        self._stream.write(text.encode())

    def close(self) -> None:
        pass  # the stream belongs to another


class _Delimited:
    """CSV or TSV. NaN is an empty cell, bytes are base64, and what has parts is JSON."""

    def __init__(self, stream: Any, schema: pa.Schema, *, delimiter: str, raw: bool):
        self.escaped = 0
        self._raw = raw
        self._names = self._safe(pa.array(schema.names)).to_pylist()
        self._file = pyarrow.csv.CSVWriter(
            stream,
            self._cells(schema.empty_table()).schema,
            write_options=pyarrow.csv.WriteOptions(delimiter=delimiter),
        )

    def write(self, lines: pa.Table) -> None:
        self._file.write_table(self._cells(lines))

    def close(self) -> None:
        self._file.close()

    def _cells(self, lines: pa.Table) -> pa.Table:
        columns = [self._column(name, lines[name]) for name in lines.column_names]
        return pa.table(columns, names=self._names)

    def _column(self, name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
        if name == EMBEDDING:
            return _json_vectors(values)
        kind, values = values.type, _plain(values)
        if pa.types.is_floating(values.type):
            return pc.if_else(pc.is_nan(values), None, values)
        if pa.types.is_nested(values.type) or _is_bytes(values.type):
            cells = [None if cell is None else _to_text(cell) for cell in values.to_pylist()]
            return self._safe(pa.array(cells, pa.large_string()))
        # What was brought to text is no text: a negative number stays one.
        return self._safe(values) if is_text(values.type) and not _is_written(kind) else values

    def _safe(self, cells: pa.Array) -> pa.Array:
        """Make sure that a spreadsheet takes none of these for a formula."""
        if self._raw:
            return cells
        formulas = pc.match_substring_regex(cells, FORMULA)
        self.escaped += pc.sum(formulas).as_py() or 0
        harmless = pc.binary_join_element_wise(
            pa.scalar(HARMLESS, cells.type), cells, pa.scalar("", cells.type)
        )
        return pc.if_else(formulas, harmless, cells)


# --- values as text ---


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Bring a column to a type that JSON has; times without zeros at their end."""
    plain = values.cast(_plain_type(values.type))
    if pa.types.is_timestamp(values.type) or pa.types.is_time(values.type):
        return pc.replace_substring_regex(plain, ZEROS, r"\1\2")
    return plain


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if _is_written(kind):
        return pa.string()
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_map(kind):
        return pa.map_(_plain_type(kind.key_type), _plain_type(kind.item_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_plain_type(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _plain_type(field.type)) for field in kind])
    return kind


def _is_written(kind: pa.DataType) -> bool:
    """Tell whether values of this type are times or numbers that JSON has only as text."""
    return bool(pa.types.is_temporal(kind) or pa.types.is_decimal(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _to_text(value: object) -> str:
    return _base64(value) if isinstance(value, bytes) else _to_json(value)


def _to_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_base64)
    except ValueError:  # NaN or infinity, which JSON lacks
        loose = json.dumps(value, default=_base64)
        return json.dumps(json.loads(loose, parse_constant=lambda _: None), ensure_ascii=False)


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode()


def _json_vectors(vectors: pa.ChunkedArray) -> pa.Array:
    """Return each vector as a JSON array of the shortest numbers that are the same float32."""
    column = vectors.combine_chunks()
    ends = np.arange(len(column) + 1, dtype=np.int32) * column.type.list_size
    lists = pa.ListArray.from_arrays(pa.array(ends), column.flatten().cast(pa.string()))
    return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")
