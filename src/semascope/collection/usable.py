"""The rows of a source that can be stored, and what is wrong with the others."""

from collections.abc import Hashable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semascope.reading import Source
from semascope.reading.rows import Notes

NO_TEXT = "it has no text"


class Usable:
    """Rows that have a text and, where a column is the key, a key that no earlier row has.

    Parameters
    ----------
    source : Source
    key : str, optional
        The column that names a row.
    """

    def __init__(self, source: Source, key: str | None):
        self._source, self._key = source, key
        self.before, self.read = 0, 0  # rows, usable or not, before and with the current batch
        self.numbers = np.empty(0, np.int64)  # of the rows in it, counted from 1
        self.empty = Notes()  # rows without text: their numbers, counted from 1
        self.nameless = Notes()  # rows without a key of their own

    def batches(self, size: int) -> Iterator[pa.Table]:
        """Yield the usable rows, those of ``size`` rows of the source at a time."""
        self.before, self.read, self.empty, self.nameless = 0, 0, Notes(), Notes()
        came: set[Hashable] = set()
        for rows in self._source.batches(size):
            self.before, self.read = self.read, self.read + rows.num_rows
            numbers = np.arange(self.before, self.read) + 1
            blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(rows[self._source.text])), 0)
            usable = ~pc.fill_null(blank, True).to_numpy(zero_copy_only=False)
            for number in numbers[~usable].tolist():
                self.empty.add(number, NO_TEXT)
            if self._key:
                values = rows[self._key].to_pylist()
                for position in np.flatnonzero(usable).tolist():
                    fault = self._fault(values[position], came)
                    if fault:
                        usable[position] = False
                        self.nameless.add(int(numbers[position]), fault)
            self.numbers = numbers[usable]
            yield rows.filter(pa.array(usable))

    def _fault(self, value: Hashable, came: set[Hashable]) -> str | None:
        if value is None or value != value:  # NaN is not itself
            return f"it has no {self._key}"
        if value in came:
            return f"{self._key} {value!r} came before"
        came.add(value)
        return None
