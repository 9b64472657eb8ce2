"""How soon the explorer shows a map, how smoothly it moves, and what it takes from the browser.

    python benchmarks/explorer.py [--large PATH] [--million PATH] [--peers PYTHON] [--rounds 5]

Measured is ``semascope open PATH --no-browser`` in Chromium, headless, 1280 × 720 pixels, without a
GPU. The browser is warm: it runs before, and a tab is open that has no cache of its own. Each side
runs once unmeasured, so that files are in the system's memory; then five times, three for a
million, of which medians are given:

- *open*: from the start of the process to the frame after the one in which the canvas has got a
  pixel that differs from its ground. The page is asked for as soon as the link is printed.
- *pan* and *zoom*: frames that the map has drawn a second, over 3 s of mouse events each, 125
  of them a second, whether the page keeps up or not. The server has got ready for
  searches by then: it does so in the background as soon as the map is sent.
- *memory*: of all processes of the browser, proportional (PSS), above that with an empty tab,
  when the map is there and after it was moved.
- *sent*: bodies of all answers as they went over the wire, until the map was there.

Search as typed, on the large collection: queries are typed letter by letter, in the mode that the
page has at first, meaning and words. Each key waits for the answer to the one before. The clock
runs from the key event to the list of results of exactly what was typed, and the map redrawn.

The peer is Embedding Atlas, whose command is given the same texts and the same places on the map as
a Parquet file. Its page is usable when the first row stands in its table. Pixels of the map are
those of the largest canvas that differ from its corner, all else hidden. It may live in an
environment of its own, whose interpreter is PYTHON: ``pip install embedding-atlas==0.26``. Without
it the peer is left out.

5,000 rows of the speeches that come with semascope are indexed and mapped first, unmeasured. The
other collections are given; they should have their map already, as ``python benchmarks/inputs.py
large.lance million.lance`` makes them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from playwright.async_api import Page

import semascope as sema
from common import print_machine, print_table, without_blas_settings
from explorer_.browser import (
    LISTED,
    SHOWN,
    Answer,
    Traffic,
    WarmBrowser,
    drawn_pixels,
    pan,
    type_in,
    warm_browser,
    zoom,
)
from semascope import explorer
from semascope.data import path as data_path

SMALL = 5_000
MILLION = 1_000_000
AT_REST = 0.1  # of a processor, over half a second
QUERIES = (
    "help for farmers hit by drought",
    "women's right to vote",
    "peace among nations",
    "taxes are too high",
)
LINK = re.compile(r"http://\S+?(?=[\s\x1b])")
QUIET = {"HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}  # no news, and links when they are printed


class Visit(NamedTuple):
    """What one opening of a page came to."""

    seconds: float  # until it could be used
    loaded: float  # MB
    moved: float  # MB
    pan: float  # frames a second
    zoom: float
    sent: int  # bytes
    script: int
    pixels: int  # of the map that are drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--large", type=Path, help="a collection of 100,000 passages, mapped")
    parser.add_argument("--million", type=Path, help="a collection of 1,000,000 passages, mapped")
    parser.add_argument("--peers", default=sys.executable, help="a Python with embedding-atlas")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    os.environ |= QUIET
    without_blas_settings()
    asyncio.run(run(arguments))


async def run(arguments: argparse.Namespace) -> None:
    large, million = arguments.large, arguments.million
    with tempfile.TemporaryDirectory() as folder:
        small = make_small(Path(folder, "small.lance"))
        async with warm_browser() as browser:
            print_machine("playwright")
            print(f"Chromium {browser.version}, headless, software rendering; already running.\n")
            visits = {}
            for path in filter(None, [small, large, million]):
                visits[f"{len(sema.open(path)):,}"] = await measure(browser, path, arguments.rounds)
            print_visits(visits)
            if large is None:
                print("No search and no peer: --large gives a collection for them.")
                return
            print_answers(await search(browser, large))
            atlas = Path(arguments.peers).with_name("embedding-atlas")
            if not atlas.exists():
                print("Embedding Atlas is left out: --peers gives the Python that has it.")
                return
            file = Path(folder, "large.parquet")
            print_peer(await compare(browser, large, file, atlas, arguments.rounds))


def make_small(path: Path) -> Path:
    """Index and map the first speeches."""
    print("indexing 5,000 rows of speeches", file=sys.stderr)
    table = pq.read_table(data_path("speeches")).slice(0, SMALL)
    talks = sema.index(table, to=path, passages=False)
    explorer.points(talks)
    explorer.about(talks)
    return path


# --- one opening ---


@contextmanager
def serving(command: list[str]) -> Iterator[tuple[psutil.Process, str]]:
    """Start a server and yield it with the link that it prints."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as server:
        assert server.stdout is not None
        told = ""
        for line in server.stdout:
            told += line
            if link := LINK.search(line):
                break
        else:
            raise SystemExit(f"{command[0]} ended with {server.wait()}: {told[-2000:]}")
        try:
            yield psutil.Process(server.pid), link[0]
        finally:
            server.terminate()
            server.communicate()  # what it still has to say


def opening(path: Path) -> list[str]:
    semascope = str(Path(sys.executable).with_name("semascope"))
    return [semascope, "open", str(path), "--no-browser"]


async def ours(browser: WarmBrowser, path: Path) -> Visit:
    """Open a collection, wait for its map, move it."""
    return await visit(browser, opening(path), SHOWN, None, move)


async def visit(
    browser: WarmBrowser,
    command: list[str],
    usable: str,
    argument: str | None,
    then: Callable[[Page], Awaitable[tuple[float, float]]],
) -> Visit:
    async with browser.empty_tab() as page:
        traffic, before, start = Traffic(page), browser.memory(), perf_counter()
        with serving(command) as (server, link):
            await go(page, link)
            await page.evaluate(usable, argument)
            took = perf_counter() - start
            sent, script = await traffic.sent(), await traffic.sent("script")
            rest(server)
            loaded = browser.memory() - before
            frames = await then(page)
            moved = browser.memory() - before
            return Visit(took, loaded, moved, *frames, sent, script, await drawn_pixels(page))


async def go(page: Page, link: str) -> None:
    """Ask for a page, as soon as somebody listens there."""
    host, _, port = link.partition("//")[2].partition("/")[0].partition(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
    await page.goto(link, wait_until="commit")


def rest(server: psutil.Process) -> None:
    """Wait until a server has done what it does in the background."""
    while server.cpu_percent(0.5) > 100 * AT_REST:
        pass


async def move(page: Page) -> tuple[float, float]:
    return await pan(page), await zoom(page)


async def stay(page: Page) -> tuple[float, float]:  # noqa: ARG001
    return 0, 0


# --- many ---


async def measure(browser: WarmBrowser, path: Path, rounds: int) -> Visit:
    """Open a collection once, and then as often as it is measured; return the medians."""
    count = len(sema.open(path))
    print(f"{count:,} passages", file=sys.stderr)
    rounds = min(rounds, 3) if count >= MILLION else rounds
    return (await in_turn({"": lambda: ours(browser, path)}, rounds))[""]


async def in_turn(
    sides: Mapping[str, Callable[[], Awaitable[Visit]]], rounds: int
) -> dict[str, Visit]:
    """Make all visits in turn, the first ones unmeasured; return the medians."""
    visits: dict[str, list[Visit]] = {side: [] for side in sides}
    for i in range(rounds + 1):
        print(f"round {i} of {rounds}", file=sys.stderr)
        for side, make in sides.items():
            made = await make()
            if i:
                visits[side].append(made)
    return {side: medians(made) for side, made in visits.items()}


def medians(visits: list[Visit]) -> Visit:
    return Visit(*map(median, zip(*visits, strict=True)))


async def search(browser: WarmBrowser, path: Path) -> list[Answer]:
    """Type all queries; the first also once unmeasured."""
    answers = []
    async with browser.empty_tab() as page:
        traffic = Traffic(page)
        with serving(opening(path)) as (server, link):
            await go(page, link)
            await page.evaluate(SHOWN)
            rest(server)
            await type_in(page, traffic, QUERIES[0])
            for query in QUERIES:
                answers += await type_in(page, traffic, query)
    return answers


async def compare(
    browser: WarmBrowser, path: Path, file: Path, atlas: Path, rounds: int
) -> dict[str, Visit]:
    """Open the same rows here and there, in turn."""
    talks = sema.open(path)
    points, texts = explorer.points(talks), talks.texts
    pq.write_table(pa.table({"text": texts, "x": points["x"], "y": points["y"]}), file)
    command = [
        *[str(atlas), str(file), "--host", "127.0.0.1"],
        *["--text", "text", "--x", "x", "--y", "y"],
    ]
    sides = {
        "semascope": lambda: ours(browser, path),
        "Embedding Atlas": lambda: visit(browser, command, LISTED, texts[0], stay),
    }
    return await in_turn(sides, rounds)


# --- what is printed ---


def print_visits(visits: Mapping[str, Visit]) -> None:
    rows = []
    for name, visit in visits.items():
        figures = [visit.pan, visit.zoom, visit.loaded, visit.moved]
        rows.append([name, f"{visit.seconds:.2f}", *(f"{figure:.0f}" for figure in figures)])
    columns = ["open, s", "pan, frames/s", "zoom, frames/s", "memory, MB", "after moving, MB"]
    print_table(["passages", *columns], rows)
    print(f"\nJavaScript sent: {next(iter(visits.values())).script / 1000:.0f} kB, gzip.\n")


def print_answers(answers: list[Answer]) -> None:
    print(f"Search as typed, hybrid, {len(answers)} keys of {len(QUERIES)} queries\n")
    rows = []
    for name, laps in zip(
        ["key to list", "and map redrawn"], zip(*answers, strict=True), strict=True
    ):
        rows.append([name, f"{median(laps):.0f}", f"{quantiles(laps, n=20)[-1]:.0f}"])
    print_table(["", "p50, ms", "p95, ms"], rows)
    print()


def print_peer(visits: Mapping[str, Visit]) -> None:
    rows = [
        [name, f"{v.seconds:.2f}", f"{v.sent / 1e6:.2f}", f"{v.loaded:.0f}", f"{v.pixels:,.0f}"]
        for name, v in visits.items()
    ]
    columns = ["the same texts", "usable, s", "sent, MB", "memory, MB", "pixels of the map"]
    print_table(columns, rows)


if __name__ == "__main__":
    main()
