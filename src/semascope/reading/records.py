"""Rows that a library gives as Python dicts: brought to one schema, a block at a time."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from semascope.reading.columns import TEXT, column, infer, storable, unify
from semascope.reading.encoding import REPLACEMENT
from semascope.reading.rows import Faults, blocks

Record = tuple[int, dict[str, object]]  # number of row or line, values by column


class Records:
    """Rows from a function that reads them from the first to the last whenever it is called.

    They are read once to begin with, because the last row may bring a new column, or another
    type to an old one.
    """

    def __init__(self, read: Callable[[Faults], Iterator[Record]], encoding: str | None = None):
        self.encoding = encoding
        self._read = read
        self._count = 0
        kinds: dict[str, pa.DataType] = {}
        for block in blocks(read(Faults())):
            self._count += len(block)
            for name in dict.fromkeys(name for _, row in block for name in row):
                kind = kinds.setdefault(name, pa.null())
                if not kind.equals(TEXT):
                    kinds[name] = unify(kind, infer([row.get(name) for _, row in block]))
        self.schema = pa.schema([(name, storable(kind)) for name, kind in kinds.items()])

    def count(self) -> int:
        """Return how many rows can be read."""
        return self._count

    def batches(self, faults: Faults) -> Iterator[pa.Table]:
        """Yield the rows in their order, as many at a time as suits the format."""
        for block in blocks(self._read(faults)):
            try:
                yield self._table(block)
            except UnicodeEncodeError:
                yield self._table([_encodable(record, faults) for record in block])

    def _table(self, block: list[Record]) -> pa.Table:
        columns = [
            column([row.get(field.name) for _, row in block], field.type) for field in self.schema
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)


def _encodable(record: Record, faults: Faults) -> Record:
    """Replace halves of characters beyond U+FFFF, which JSON can write and nothing can store."""
    number, row = record
    whole = {name: _without_halves(value) for name, value in row.items()}
    if whole != row:
        faults.damaged.add(number, f"half a character (a lone surrogate) became {REPLACEMENT}")
    return number, whole


def _without_halves(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_without_halves(key): _without_halves(inner) for key, inner in value.items()}
        case list():
            return [_without_halves(inner) for inner in value]
    return value
