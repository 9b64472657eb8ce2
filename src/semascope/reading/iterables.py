"""Rows that a Python program has: dicts, or bare strings."""

from collections.abc import Iterable, Iterator

from semascope.errors import InvalidValue
from semascope.reading.records import Record, Records
from semascope.reading.rows import Faults


def from_iterable(items: Iterable[object]) -> Records:
    """Take an iterable of dicts, or of strings, which become a column "text".

    It is held in memory as a whole; what is larger comes as a record batch reader.

    Raises
    ------
    InvalidValue
        If an item is neither, or a name of a column is not a string.
    """
    records = [(number, _row(item, number)) for number, item in enumerate(items, 1)]

    def read(faults: Faults) -> Iterator[Record]:  # noqa: ARG001 - the items are what they are
        return iter(records)

    return Records(read)


def _row(item: object, number: int) -> dict[str, object]:
    if isinstance(item, str):
        return {"text": item}
    if not isinstance(item, dict):
        raise InvalidValue(f"row {number} is {type(item).__name__}; expected a dict or a string")
    for name in item:
        if not isinstance(name, str):
            raise InvalidValue(f"row {number} has a column {name!r}; expected a string as its name")
    return item
