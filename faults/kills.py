"""Kill `semascope index` with -9, again and again: nothing committed is lost, nothing comes twice.

Half of the kills come at random times, half exactly at a call of the operating system that touches
the collection: one that an uninterrupted run makes, chosen at random, before which strace sends the
signal. Half of the runs make a collection, half bring one up to date with --key and --sync.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from common import folder, index, index_command, rows_of, table, write_rows
from semascope.collection.snapshot import START, Snapshot
from semascope.errors import CollectionError

CALLS = "fsync,fdatasync,write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat"
TRACE = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={CALLS}"]
COUNT = 96  # rows
LOCK_HOLDER = "_writer.json"  # there while somebody writes


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    with folder() as temporary:
        old = write_rows(temporary / "old.parquet", COUNT, long=(5, 40))
        new = write_rows(temporary / "new.parquet", COUNT, long=(5, 41), changed=True)
        before = temporary / "before.lance"
        assert index(old, before, "--key", "label").returncode == 0
        tasks = [
            Task("made", old, None, temporary),
            Task("brought up to date", new, before, temporary),
        ]
        with ThreadPoolExecutor(options.processes) as pool:
            results = list(
                pool.map(lambda i: tasks[i % 2].trial(i, at_call=i % 4 < 2), range(options.kills))
            )
    lines = []
    for task in tasks:
        for when in ("at a call", "at a random time"):
            some = [r for r in results if r["task"] == task.name and r["when"] == when]
            lines.append(
                [
                    f"{task.name}, {when}",
                    len(some),
                    *(
                        sum(bool(r[key]) for r in some)
                        for key in ("killed", "some", "once", "same")
                    ),
                ]
            )
    head = [
        "collection",
        "runs",
        "killed",
        "of these, part was committed",
        "every passage committed is there once",
        "run again, equals the uninterrupted run",
    ]
    table("kill -9", head, lines)
    print("\nThe calls:", dict(Counter(str(r["call"]) for r in results if r["call"])))
    for r in results:
        if not (r["once"] and r["same"]):
            print("   ", r)


class Task:
    """One thing to be interrupted."""

    def __init__(self, name: str, file: Path, before: Path | None, temporary: Path):
        self.name, self.file, self.before, self.temporary = name, file, before, temporary
        self.options = ["--key", "label", "--sync"]
        straight, log = self._place(f"{name}-straight"), temporary / f"{name}.log"
        process = _start(index_command(file, straight, *self.options), straight)
        started = time.monotonic()
        assert process.wait() == 0
        self.writing = time.monotonic() - started  # s
        self.expected = rows_of(straight)
        traced = self._place(f"{name}-traced")
        command = index_command(file, traced, *self.options)
        subprocess.run([*TRACE, "-o", str(log), *command], check=True, capture_output=True)
        self.calls = list(_calls(log, str(traced)))
        allowed = rows_of(before).to_pylist() if before else []
        self.allowed = {_key(row) for row in [*allowed, *self.expected.to_pylist()]}

    def trial(self, number: int, *, at_call: bool) -> dict[str, object]:
        """Interrupt it once, look, and finish it."""
        rng = np.random.default_rng(number)
        path = self._place(f"{self.name}-{number}")
        command = index_command(self.file, path, *self.options)
        call = None
        if at_call:
            call, nth = self.calls[rng.integers(len(self.calls))]
            kill = f"inject={call}:signal=SIGKILL:when={nth}"
            command = [*TRACE[:-1], f"trace={call}", "-e", kill, "-o", "/dev/null", *command]
        process = _start(command, path)
        if not at_call:
            time.sleep(rng.uniform(0, 1) * self.writing)
            os.killpg(process.pid, signal.SIGKILL)
        killed = process.wait() != 0
        result = {"task": self.name, "when": "at a call" if at_call else "at a random time"}
        result |= {"call": call, "killed": killed, "number": number}
        result["some"], result["once"] = self._look(path)
        again = index(self.file, path, *self.options)
        result["same"] = again.returncode == 0 and rows_of(path).equals(self.expected)
        result["said"] = again.stderr[-200:]
        shutil.rmtree(path, ignore_errors=True)
        return result

    def _look(self, path: Path) -> tuple[bool, bool]:
        """Return whether anything was committed, and whether each passage of it is there once."""
        try:
            snapshot = Snapshot(path)
        except CollectionError:
            nothing = not path.exists() or not any((path / "data").glob("*"))
            head = path / "HEAD.json"
            return False, nothing or not head.exists() or '"version": 0' in head.read_text()
        rows = snapshot.read().to_pylist()
        places = {(row["label"], row[START]) for row in rows}
        return True, len(places) == len(rows) and {_key(row) for row in rows} <= self.allowed

    def _place(self, name: str) -> Path:
        path = self.temporary / f"{name}.lance".replace(" ", "-")
        if self.before:
            shutil.copytree(self.before, path)
        return path


def _start(command: list[str], path: Path) -> subprocess.Popen[bytes]:
    """Start to index, and return when the collection begins to be written: before, it imports."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None and not (path / LOCK_HOLDER).exists():
        time.sleep(0.001)
    return process


def _key(row: dict[str, object]) -> tuple[object, ...]:
    return row["label"], row[START], row["text"], tuple(row["_embedding"])  # type: ignore[arg-type]


def _calls(log: Path, path: str) -> list[tuple[str, int]]:
    """Return the calls that touched the collection, each with its number among its thread's."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for line in log.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\(", line)
        if match:
            counts[match.groups()] += 1
            if path in line:
                found.append((match[2], counts[match.groups()]))
    return found


if __name__ == "__main__":
    main()
