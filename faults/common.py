"""What the faults share: a file of rows, its collection, and the comparison with it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from semascope import data
from semascope.collection.snapshot import ROW, START, Snapshot

ROWS_PER_COMMIT = 16
INDEX = (
    "from semascope.collection import run; "
    f"run.ROWS_PER_COMMIT = {ROWS_PER_COMMIT}; "
    "from semascope.cli import main; main()"
)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="semascope-faults-") as name:
        yield Path(name)


def write_rows(file: Path, count: int, *, long: Iterable[int] = (), changed: bool = False) -> Path:
    """Write emoji to a file, some of them as texts of several passages.

    Where they are `changed`, every fifth has another text, every seventh is gone and some are new.
    """
    rows = pq.read_table(data.path("emoji"), columns=["label", "group", "text"]).slice(0, count)
    speeches = pq.read_table(data.path("speeches"), columns=["text"])["text"].to_pylist()
    texts = rows["text"].to_pylist()
    for row in long:
        texts[row] = " ".join(speeches[row : row + 4])
    labels, groups = rows["label"].to_pylist(), rows["group"].to_pylist()
    if changed:
        texts = [f"{text}, changed" if row % 5 == 0 else text for row, text in enumerate(texts)]
        kept = [row for row in range(count) if row % 7]
        labels = [labels[row] for row in kept] + [f"new {row}" for row in range(count // 4)]
        groups = [groups[row] for row in kept] + ["new"] * (count // 4)
        texts = [texts[row] for row in kept] + speeches[: count // 4]
    years = pa.array(range(len(texts)), pa.int32())
    pq.write_table(pa.table({"label": labels, "group": groups, "year": years, "text": texts}), file)
    return file


def index_command(file: Path, path: Path, *options: str) -> list[str]:
    """Return the command that indexes a file, some rows a commit."""
    arguments = ["index", str(file), "--text", "text", "--to", str(path), *options]
    return [sys.executable, "-c", INDEX, *arguments]


def index(file: Path, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        index_command(file, path, *options), capture_output=True, text=True, check=False
    )


def rows_of(path: Path) -> pa.Table:
    """Return all that a collection holds, in an order that does not depend on its history."""
    rows = Snapshot(path).read().drop_columns([ROW])
    return rows.sort_by([("label", "ascending"), (START, "ascending")])


def table(title: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    print("|", " | ".join(head), "|")
    print("|", " | ".join(["---"] + ["---:"] * (len(head) - 1)), "|")
    for line in lines:
        print("|", " | ".join(f"{x:,}" if isinstance(x, int) else str(x) for x in line), "|")
    sys.stdout.flush()


def machine() -> str:
    """Return the machine and the versions that decide, in one line."""
    from importlib.metadata import version

    return (
        f"{os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"pylance {version('pylance')}, pyarrow {version('pyarrow')}"
    )
