"""A full disk, a folder that may only be read, two writers, a reader meanwhile, broken vectors.

The full disk is a small tmpfs and the read-only folder a bind mount, both in a namespace of its own
(`unshare`), so they need Linux and the right to make one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import semascope as sema
from common import INDEX, folder, index, index_command, rows_of, table, write_rows
from semascope.collection.check import check
from semascope.collection.snapshot import START, Snapshot
from semascope.errors import CollectionError, SemascopeError

COUNT = 64  # rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, default=50, help="of the disk")
    arguments.add_argument("--races", type=int, default=100)
    options = arguments.parse_args()
    with folder() as temporary:
        file = write_rows(temporary / "rows.parquet", COUNT, long=(5,))
        straight = temporary / "straight.lance"
        assert index(file, straight).returncode == 0
        lines = [
            full_disk(temporary, file, straight, options.sizes),
            read_only(temporary, straight),
            races(temporary, file, straight, options.races),
            reader(temporary, file),
            vectors(temporary),
        ]
    table(
        "What stops a writer", ["what", "times", "refused clearly or done", "nothing lost"], lines
    )


def clear(done: subprocess.CompletedProcess[str]) -> bool:
    """Return whether a command ended well, or with an error of ours in one line."""
    return done.returncode == 0 or (
        done.returncode == 2 and "semascope: " in done.stderr and "Traceback" not in done.stderr
    )


def full_disk(temporary: Path, file: Path, straight: Path, sizes: int) -> list[object]:
    """Index onto disks that fill up; then enlarge the disk and finish."""
    needed = sum(f.stat().st_size for f in straight.rglob("*") if f.is_file()) // 1024
    good, whole = 0, 0
    for size in np.linspace(8, 1.6 * needed, sizes).astype(int):
        mount = temporary / "disk"
        mount.mkdir(exist_ok=True)
        to, out = mount / "rows.lance", temporary / "out.lance"
        script = (
            f"mount -t tmpfs -o size={size}k tmpfs {mount} || exit 99; "
            '"$@"; code=$?; '
            f"mount -o remount,size=1g {mount}; "
            f'"$@" >/dev/null 2>&1 || exit 98; cp -r {to} {out}; exit $code'
        )
        command = ["unshare", "-rm", "sh", "-c", script, "sh", *index_command(file, to)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        good += clear(done)
        whole += done.returncode in (0, 2) and rows_of(out).equals(rows_of(straight))
        subprocess.run(["rm", "-rf", str(out)], check=True)
        if not clear(done):
            print(size, done.returncode, done.stderr[-500:])
    return ["disks that fill up, then indexing again with space", sizes, good, whole]


def read_only(temporary: Path, straight: Path) -> list[object]:
    """Search, and try to index into, what may only be read."""
    more = write_rows(temporary / "more.parquet", COUNT + 5)
    before = {f: f.read_bytes() for f in straight.rglob("*") if f.is_file()}
    good = 0
    for arguments, code in (
        (["search", str(straight), "smile", "-k", "3"], 0),
        (["clusters", str(straight)], 0),
        (["check", str(straight)], 0),
        (["index", str(more), "--text", "text", "--to", str(straight)], 2),
    ):
        mount = f"mount --bind {straight} {straight} && mount -o remount,bind,ro {straight}"
        script = f'{mount} && "$@"'
        command = ["unshare", "-rm", "sh", "-c", script, "sh", sys.executable, "-c", INDEX]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        good += clear(done) and done.returncode == code
        if done.returncode != code:
            print(arguments[0], done.returncode, done.stderr[-500:])
    same = {f: f.read_bytes() for f in straight.rglob("*") if f.is_file()} == before
    return ["a read-only folder: search, clusters, check, index", 4, good, 4 * same]


def races(temporary: Path, file: Path, straight: Path, count: int) -> list[object]:
    """Start two writers at once, with half of the rows each, and finish with all rows."""
    rows = pq.read_table(file)
    halves = [temporary / "first.parquet", temporary / "second.parquet"]
    pq.write_table(rows.slice(0, COUNT * 2 // 3), halves[0])
    pq.write_table(rows.slice(COUNT // 3), halves[1])
    good = whole = 0
    for number in range(count):
        path = temporary / f"race-{number}.lance"
        both = [
            subprocess.Popen(
                index_command(half, path),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for half in halves
        ]
        ended = [subprocess.CompletedProcess([], p.wait(), *p.communicate()) for p in both]
        ok = all(clear(done) for done in ended) and any(done.returncode == 0 for done in ended)
        once = {(row["label"], row[START]) for row in rows_of(path).to_pylist()}
        ok = ok and len(once) == rows_of(path).num_rows
        good += ok
        again = index(file, path)
        same = again.returncode == 0 and rows_of(path).equals(rows_of(straight))
        whole += same and check(path).intact
        if not ok:
            print([(done.returncode, done.stderr[-300:]) for done in ended])
        subprocess.run(["rm", "-rf", str(path)], check=True)
    return ["two writers at once, then indexing again", count, good, whole]


def reader(temporary: Path, file: Path) -> list[object]:
    """Open a collection again and again while it is being written."""
    path, writer = temporary / "read.lance", None
    seen: list[int] = []
    good = whole = 0
    writer = subprocess.Popen(index_command(file, path), stderr=subprocess.DEVNULL)
    while writer.poll() is None:
        try:
            snapshot = Snapshot(path)
            rows = snapshot.read(columns=["label", START]).to_pylist()
            whole += len({(row["label"], row[START]) for row in rows}) == len(rows)
            whole -= bool(seen) and len(rows) < seen[-1]
            seen.append(len(rows))
            good += 1
        except CollectionError as error:  # not there yet, or swept under the reader's feet
            plain = any(
                part in str(error) for part in ("is empty", "no collection", "open it again")
            )
            good += plain
            whole += plain
            seen += seen[-1:]
            if not plain:
                print(error)
        time.sleep(0.002)
    times = max(len(seen), good)
    return ["a reader while it is written", times, good, whole]


def vectors(temporary: Path) -> list[object]:
    """Give embeddings that are none."""
    model = sema.load(precision="f32")
    good = whole = 0
    bad = {
        "NaN": lambda e: e * np.where(np.arange(len(e)) == 1, np.nan, 1)[:, None],
        "infinite": lambda e: e * np.where(np.arange(len(e)) == 1, np.inf, 1)[:, None],
        "zero": lambda e: e * (np.arange(len(e)) != 1)[:, None],
        "too short": lambda e: e[:, :-1],
        "too few": lambda e: e[:-1],
    }

    class Spoilt:
        def __init__(self, spoil):  # type: ignore[no-untyped-def]
            self.spoil = spoil

        def __getattr__(self, name):  # type: ignore[no-untyped-def]
            return getattr(model, name)

        def encode(self, texts, **options):  # type: ignore[no-untyped-def]
            return self.spoil(model.encode(texts, **options)).astype(np.float32)

    for name, spoil in bad.items():
        path = temporary / "vectors.lance"
        sema.index([{"text": "first"}], text="text", to=path, model=model)
        rows = [{"text": "second"}, {"text": "the third row"}, {"text": "fourth"}]
        try:
            sema.index(rows, text="text", to=path, model=Spoilt(spoil))  # type: ignore[arg-type]
            print(name, "was stored")
        except SemascopeError as error:
            print(f"{name}: {error}")
            good += 1
        whole += sema.open(path).texts == ["first"]
        subprocess.run(["rm", "-rf", str(path)], check=True)
    return ["vectors that are NaN, infinite, zero, too short, too few", len(bad), good, whole]


if __name__ == "__main__":
    main()
