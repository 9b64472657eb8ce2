"""CSV and its kin: text cut into columns by a comma, semicolon, tab or bar.

Python's csv cuts the rows, Arrow reads the numbers and dates. Arrow could do both, but its reader
runs ahead on a thread that calls Python for what it reads and skips; a program that ends in the
middle, as one does when it is interrupted, then dies of an abort.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow

from semascope.errors import FileError
from semascope.reading.columns import TEXT, storable, unify
from semascope.reading.encoding import detect, open_text
from semascope.reading.file import File
from semascope.reading.rows import Faults, blocks

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
NOWHERE = "\x1f"  # what cuts a file of one column, whose text may hold any of these
SAMPLE = 131_072  # bytes from which the delimiter is told
LONGEST = 16_777_216  # characters of a value; what is longer is an open quote
EXCERPT = 40  # characters shown of a row that is skipped
PADDED = r"^[+-]?0\d"  # a postal code, an account: no number

csv.field_size_limit(max(csv.field_size_limit(), LONGEST))  # of this process


class Layout(NamedTuple):
    """How a file is cut into columns."""

    delimiter: str
    quoted: bool  # whether a quote holds together what is between it and the next

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> "Reader":
        """Return a reader of lines that are cut in this way."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            strict=strict,
        )

    def fits(self, lines: Iterable[str], *, whole: bool) -> bool:
        """Tell whether every quote that opens a value closes it too, the last unless ``whole``."""
        try:
            for _ in self.reader(lines, strict=True):
                pass
        except csv.Error as error:
            return not whole and "unexpected end of data" in str(error)
        return True


class Delimited:
    """A file whose first row names the columns.

    It is read once to begin with: a column is a number or a date only if it is one down to the
    last row, and none of its values begins with a zero that a number would lose.

    Raises
    ------
    FileError
        If it is empty, or its encoding cannot be told, or a quote is never closed.
    """

    def __init__(self, file: File):
        self._file = file
        self.encoding = detect(file)
        with open_text(file, self.encoding, Faults()) as stream:
            self._layout, names = _layout(stream.read(SAMPLE), file.name)
        self._names = [name or f"column_{number}" for number, name in enumerate(names, 1)]
        if len(set(self._names)) < len(names):
            raise FileError(f"{file.name} has two columns of one name: {', '.join(self._names)}")
        self._count = 0
        kinds = dict.fromkeys(self._names, pa.null())
        for strings in self._strings(Faults()):
            self._count += strings.num_rows
            for name, kind in kinds.items():
                if not kind.equals(TEXT):
                    kinds[name] = unify(kind, _infer(strings[name]))
        self.schema = pa.schema([(name, storable(kind)) for name, kind in kinds.items()])

    def count(self) -> int:
        """Return how many rows can be read."""
        return self._count

    def batches(self, faults: Faults) -> Iterator[pa.Table]:
        """Yield the rows in their order, as many at a time as suits the format."""
        for strings in self._strings(faults):
            columns = [
                strings[field.name]
                if field.type.equals(TEXT)
                else _parse(strings[field.name], {"x": field.type})
                for field in self.schema
            ]
            yield pa.Table.from_arrays(columns, schema=self.schema)

    def _strings(self, faults: Faults) -> Iterator[pa.Table]:
        for block in blocks(self._rows(faults)):
            columns = [pa.array(values, TEXT) for values in zip(*block, strict=True)]
            yield pa.Table.from_arrays(columns, self._names)

    def _rows(self, faults: Faults) -> Iterator[list[str]]:
        stream = open_text(self._file, self.encoding, faults)
        with io.TextIOWrapper(stream, "utf-8", newline="") as lines:
            reader = self._layout.reader(lines)
            next(row for row in reader if row)  # the names
            line = reader.line_num
            try:
                for row in reader:
                    if len(row) == len(self._names):
                        yield row
                    elif row:
                        found = f"Expected {len(self._names)} columns, got {len(row)}: "
                        excerpt = self._layout.delimiter.join(row)[:EXCERPT]
                        faults.skipped.add(line + 1, f"{found}{excerpt!r}")
                    line = reader.line_num
            except csv.Error as error:
                raise FileError(
                    f"{self._file.name} cannot be read: line {line + 1}: {error}; perhaps a quote "
                    "is never closed"
                ) from error


def _layout(content: bytes, name: str) -> tuple[Layout, list[str]]:
    """Return how a file is cut, and the names of its columns.

    It is cut in the way that gives the most rows as many columns as the first has, which are two
    at least. Quotes that are not closed well may mean nothing; they would join rows.
    """
    lines = list(io.StringIO(content.decode(errors="ignore"), newline=""))
    whole = len(content) < SAMPLE
    best, score = Layout(NOWHERE, quoted=True), (0.0, 0, 0)
    layouts = [Layout(delimiter, quoted=True) for delimiter in DELIMITERS]
    layouts += [
        Layout(one.delimiter, quoted=False) for one in layouts if not one.fits(lines, whole=whole)
    ]
    for layout in layouts:
        widths = [len(row) for row in layout.reader(lines) if row]
        if widths and widths[0] > 1:
            alike = widths.count(widths[0])
            if (alike / len(widths), alike, widths[0]) > score:
                best, score = layout, (alike / len(widths), alike, widths[0])
    names = next((row for row in best.reader(lines) if row), None)
    if names is None:
        raise FileError(f"{name} is empty; expected names of columns and rows")
    return best, names


def _infer(strings: pa.ChunkedArray) -> pa.DataType:
    """Return the type that Arrow's CSV reader sees in a column."""
    kind = _parse(strings, {}).type
    if pa.types.is_integer(kind) and pc.any(pc.match_substring_regex(strings, PADDED)).as_py():
        return TEXT
    return kind


def _parse(strings: pa.ChunkedArray, kinds: dict[str, pa.DataType]) -> pa.ChunkedArray:
    """Return a column as Arrow's CSV reader reads it, called "x"."""
    written = pa.BufferOutputStream()
    table = pa.Table.from_arrays([strings], ["x"])
    arrow.write_csv(table, written, arrow.WriteOptions(include_header=False))
    content = written.getvalue()
    return arrow.read_csv(
        content,
        arrow.ReadOptions(column_names=["x"], block_size=content.size + 1, use_threads=False),
        arrow.ParseOptions(newlines_in_values=True),
        arrow.ConvertOptions(column_types=kinds),
    )["x"]
