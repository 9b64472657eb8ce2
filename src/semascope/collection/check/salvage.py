"""Read what can be read of a damaged data file, value by value.

Lance trusts what it reads: a flipped bit may raise an error, panic, end the process or never come
back. So a process of its own reads, column by column, and in halves where a stretch cannot be read;
before each stretch it writes down which, and the next process goes around those that killed it.
"""

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DEATHS = 12  # after so many the rest of the file is given up
FAILURES = 2000  # after so many the rest of a column is; one flipped bit makes some dozen
PATIENCE = 60.0  # seconds for one process, and so many more for each of these bytes:
BYTES_PER_SECOND = 10_000_000


@dataclass(frozen=True)
class Salvaged:
    """The N passages of a data file, as far as they can be read."""

    values: pa.Table  # N rows; null is what cannot be read, or was null
    readable: dict[str, NDArray[np.bool_]]  # by column, (N,): whether its value was read

    def __len__(self) -> int:
        return int(self.values.num_rows)

    def take(self, offsets: NDArray[np.int64]) -> "Salvaged":
        """Return the passages at these places."""
        readable = {name: mask[offsets] for name, mask in self.readable.items()}
        return Salvaged(self.values.take(offsets), readable)

    @classmethod
    def of(cls, values: pa.Table) -> "Salvaged":
        """Return passages of which everything was read."""
        return cls(values, {name: np.ones(len(values), bool) for name in values.column_names})


def join(parts: Sequence[Salvaged]) -> Salvaged:
    """Return the passages of all parts, one part after the other."""
    names = parts[0].readable
    readable = {name: np.concatenate([part.readable[name] for part in parts]) for name in names}
    return Salvaged(pa.concat_tables([part.values for part in parts]), readable)


def salvage(file: Path, schema: pa.Schema, rows: int) -> Salvaged:
    """Return what can be read of a data file of Lance's.

    Parameters
    ----------
    file : Path
        It may be truncated, changed or missing.
    schema : pa.Schema
        The columns wanted, as they were written.
    rows : int
        How many there were.
    """
    with tempfile.TemporaryDirectory() as temporary:
        found, log = Path(temporary, "found"), Path(temporary, "log")
        found.mkdir()
        log.touch()
        command = [sys.executable, "-m", __name__, str(file), str(found), str(log), str(rows)]
        patience = PATIENCE + (file.stat().st_size / BYTES_PER_SECOND if file.exists() else 0)
        for _ in range(DEATHS):
            try:
                done = subprocess.run(
                    [*command, *schema.names],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=patience,
                    check=False,
                    env=os.environ | {"RUST_BACKTRACE": "0"},  # each takes 0.1 s to print
                )
            except subprocess.TimeoutExpired:
                continue
            if done.returncode == 0:
                break
        return _assemble(found, schema, rows)


def _assemble(folder: Path, schema: pa.Schema, rows: int) -> Salvaged:
    """Put the stretches that were read together."""
    columns, readable = [], {}
    for field in schema:
        stretches, mask, end = [], np.zeros(rows, bool), 0
        for file in sorted(folder.glob(f"{schema.get_field_index(field.name)}-*")):
            start = int(file.name.split("-")[1])
            stretch = _read_stretch(file, field)
            if stretch is not None and end <= start <= start + len(stretch) <= rows:
                stretches += [pa.nulls(start - end, field.type), stretch]
                end = start + len(stretch)
                mask[start:end] = True
        stretches.append(pa.nulls(rows - end, field.type))
        columns.append(pa.chunked_array(stretches, field.type))
        readable[field.name] = mask
    return Salvaged(pa.table(columns, schema=schema.remove_metadata()), readable)


def _read_stretch(file: Path, field: pa.Field) -> pa.Array | None:
    try:
        with pa.ipc.open_file(file) as source:
            column = source.read_all().column(0)
        return column.combine_chunks() if column.type == field.type else None
    except (OSError, pa.ArrowException):  # its writer died
        return None


def _main(file: str, to: str, log: str, rows: str, *columns: str) -> None:
    """Read in the process that may die: each stretch becomes an Arrow file COLUMN-START-LENGTH."""
    tried = set(Path(log).read_text().splitlines())
    with Path(log).open("a") as journal:
        for number, column in enumerate(columns):
            stretches, failures = deque([(0, int(rows))]), 0
            while stretches and failures < FAILURES:  # the longest first
                start, length = stretches.popleft()
                name = f"{number}-{start:012}-{length}"
                if name not in tried:
                    print(name, file=journal, flush=True)
                    _read(file, column, start, length, Path(to, name))
                if not Path(to, name).exists():
                    failures += 1
                    half = length // 2
                    if half:
                        stretches += [(start, half), (start + half, length - half)]


def _read(file: str, column: str, start: int, length: int, to: Path) -> None:
    from lance.file import LanceFileReader

    try:
        values = LanceFileReader(file, columns=[column]).read_range(start, length).to_table()
        values.validate(full=True)
        if values.num_rows == length and values.column_names == [column]:
            with pa.ipc.new_file(to, values.schema) as sink:
                sink.write_table(values)
    except BaseException:  # noqa: BLE001, S110  (a panic is no Exception)
        pass


if __name__ == "__main__":
    _main(*sys.argv[1:])
