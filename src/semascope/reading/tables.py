"""Rows that are Arrow tables already: Parquet, Arrow IPC, and frames in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from semascope.reading.file import File, Temporary
from semascope.reading.rows import Faults

AT_A_TIME = 8192  # rows


class Tables:
    """Rows from a function that reads them from the first to the last whenever it is called."""

    encoding = None

    def __init__(self, schema: pa.Schema, count: int, read: Callable[[], Iterator[pa.RecordBatch]]):
        # An index that pandas made itself says nothing.
        kept = [field for field in schema if not field.name.startswith("__index_level_")]
        self.schema = pa.schema([field.with_type(_plain(field.type)) for field in kept])
        self._count = count
        self._read = read

    def count(self) -> int:
        """Return how many rows can be read."""
        return self._count

    def batches(self, faults: Faults) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - has none
        """Yield the rows in their order, as many at a time as suits the format."""
        for batch in self._read():
            batch.validate(full=True)  # Arrow lets bytes that are not UTF-8 pass as strings
            columns = [_cast(batch.column(field.name), field.type) for field in self.schema]
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)


def open_parquet(file: File) -> Tables:
    """Open a Parquet file; one that is compressed as a whole is unpacked first."""
    import pyarrow.parquet as pq

    file = file.unpacked()
    parquet = pq.ParquetFile(file.path)

    def read() -> Iterator[pa.RecordBatch]:
        yield from pq.ParquetFile(file.path).iter_batches(AT_A_TIME)

    return Tables(parquet.schema_arrow, parquet.metadata.num_rows, read)


def open_ipc(file: File) -> Tables:
    """Open an Arrow file, also called Feather, or an Arrow stream."""
    file = file.unpacked()
    with file.open() as stream:
        if not stream.peek().startswith(b"ARROW1"):
            return from_stream(pa.ipc.open_stream(stream))
    with pa.memory_map(str(file.path)) as mapped:
        reader = pa.ipc.open_file(mapped)
        numbers = range(reader.num_record_batches)
        count = sum(reader.get_batch(number).num_rows for number in numbers)

    def read() -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(file.path)) as mapped:
            reader = pa.ipc.open_file(mapped)
            yield from map(reader.get_batch, numbers)

    return Tables(reader.schema, count, read)


def from_stream(reader: pa.RecordBatchReader) -> Tables:
    """Copy rows that can be read only once to a temporary file."""

    def fill(file: Any) -> None:
        with pa.ipc.new_file(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    copy = Temporary(fill)
    return open_ipc(File(copy.path, "an Arrow stream", None, copy))


def from_frame(frame: Any) -> Tables:
    """Take any object that exports Arrow data: a table, a frame of pandas or polars.

    References
    ----------
    The Arrow PyCapsule interface, https://arrow.apache.org/docs/format/CDataInterface.html
    """
    table = pa.table(frame)
    return Tables(table.schema, table.num_rows, lambda: iter(table.to_batches(AT_A_TIME)))


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type that holds the same values in the usual way."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.string() if pa.types.is_string_view(kind) else kind


def _cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(values.type):  # a category
        return _cast(values.dictionary, kind).take(values.indices)
    return values.cast(kind)
