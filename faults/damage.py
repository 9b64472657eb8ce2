"""Flip bits in all files of a collection, and cut files off: what is found, and what is mended.

Half of the bits are drawn evenly over all bytes, half by file first, so that small files get their
share. Each is flipped in a copy of one collection, which is then opened, searched and repaired.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import semascope as sema
from common import folder, index, table, write_rows
from semascope.collection.check import check, inspect, rescue
from semascope.collection.collection import Collection
from semascope.errors import CorruptCollection, SemascopeError

KINDS = ("HEAD.json", "_versions", "data", "_indices", "_copies", "_derived")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--flips", type=int, default=1000)
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    with folder() as temporary:
        file = write_rows(temporary / "rows.parquet", 64, long=(5, 20, 37))
        original = temporary / "original.lance"
        done = index(file, original)
        assert done.returncode == 0, done.stderr
        sema.open(original).clusters()
        jobs = [*damages(original), *flips(original, options.flips)]
        with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
            results = list(pool.map(partial(trial, original), range(len(jobs)), jobs, chunksize=8))
    for title, wanted in (("Flipped bits", True), ("Files cut off or emptied", False)):
        show(title, [r for r in results if (r["how"] == "flipped") == wanted])


def flips(original: Path, count: int) -> list[tuple[str, str, int]]:
    """Return which bits to flip: file, "flipped", number of the bit."""
    files = [file for file in sorted(original.rglob("*")) if file.is_file()]
    files = [file for file in files if file.stat().st_size]
    sizes = np.array([file.stat().st_size for file in files])
    rng = np.random.default_rng(0)
    chosen = [
        int(rng.integers(len(files)))
        if i % 2
        else int(rng.choice(len(files), p=sizes / sizes.sum()))
        for i in range(count)
    ]
    return [
        (str(files[i].relative_to(original)), "flipped", int(rng.integers(8 * sizes[i])))
        for i in chosen
    ]


def damages(original: Path) -> list[tuple[str, str, int]]:
    """Return what else to do to each file that HEAD.json names, and to itself."""
    files = ["HEAD.json", *sema.open(original)._snapshot.files]
    return [(name, how, 0) for how in ("emptied", "cut in half", "NULs") for name in files]


def trial(original: Path, number: int, job: tuple[str, str, int]) -> dict[str, object]:
    """Do one damage, and tell what came of it."""
    name, how, bit = job
    model = sema.load()  # as the command has it
    rescue.load = lambda *_args, **_options: model  # it is loaded once a process
    path = original.with_name(f"{number}.lance")
    shutil.copytree(original, path)
    content = bytearray((path / name).read_bytes())
    if how == "flipped":
        content[bit // 8] ^= 1 << bit % 8
    elif how == "NULs":
        content = bytearray(len(content))
    else:
        content = content[: len(content) // 2 if how == "cut in half" else 0]
    (path / name).write_bytes(content)
    whole = Collection(original, encoder=model)
    result: dict[str, object] = {"kind": name.split("/")[0], "how": how, "job": job}
    damaged = {found.removesuffix(".sha256") for found in inspect(path).damaged}
    result["found"] = damaged == {name.removesuffix(".sha256")}
    try:
        opened = Collection(path, encoder=model)
        hits = opened.search("smile", k=5)
        result["shown"] = "whole" if (len(opened), len(hits)) == (len(whole), 5) else "SMALLER"
    except CorruptCollection:
        result["shown"] = "refused"
    try:
        report = check(path, repair=True)
        now, before = Collection(path).to_arrow(), whole.to_arrow()
        lost = np.isin(before["_row"], report.lost)
        result["lost"] = len(report.lost)
        result["same"] = now.equals(before.filter(~lost))
        result["clean"] = not inspect(path).damaged
    except SemascopeError as error:
        result |= {"lost": -1, "same": False, "clean": False, "error": str(error)}
    shutil.rmtree(path)
    return result


def show(title: str, results: list[dict[str, object]]) -> None:
    """Print what came of the damages, by kind of file."""
    lines = []
    for kind in (*KINDS, "all"):
        some = [r for r in results if kind in ("all", r["kind"])]
        lost = Counter(r["lost"] for r in some)
        lines.append(
            [
                kind,
                len(some),
                sum(bool(r["found"]) for r in some),
                sum(r["shown"] == "SMALLER" for r in some),
                sum(bool(r["clean"]) for r in some),
                sum(bool(r["same"]) for r in some),
                lost[0],
                sum(int(r["lost"]) for r in some),
            ]
        )
    head = [
        "file",
        "damaged",
        "found",
        "shown smaller",
        "intact after repair",
        "other rows bit for bit",
        "no row lost",
        "rows lost",
    ]
    table(title, head, lines)
    for r in results:
        if r["lost"] or not (r["found"] and r["same"] and r["clean"]) or r["shown"] == "SMALLER":
            print("   ", r)


if __name__ == "__main__":
    main()
