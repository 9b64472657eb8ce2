"""How the command line shows things: progress on stderr, text that fits the terminal."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from semascope.progress import Progress, silent

if TYPE_CHECKING:
    from semascope.collection.collection import Collection, Hit
    from semascope.collection.insight import Clusters

STOPPED = 130  # exit code of a program that Ctrl-C ended, by convention
INDENT = " " * 4


@contextmanager
def progress(label: str, unit: str) -> Iterator[Progress]:
    """Show a bar on stderr that a callback moves; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich import progress as rich  # 0.1 s that nobody need wait for in a pipe
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        rich.SpinnerColumn(),  # turns while nothing can be counted yet
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TextColumn("{task.fields[count]}"),
        rich.TimeRemainingColumn(),
    )
    above = partial(console.print, style="dim", markup=False, highlight=False)
    with rich.Progress(*columns, console=console, transient=True) as bars, news(above):
        task = bars.add_task(label, total=None, count="")

        def on_progress(done: int, total: int) -> None:
            speed = bars.tasks[0].speed
            count = f"{done:,}/{total:,} {unit}" + (f" {speed:,.0f}/s" if speed else "")
            bars.update(task, completed=done, total=total, count=count)

        yield on_progress


def as_json(objects: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object per line; dates and the like as strings, NaN as null."""
    for fields in objects:
        plain = json.loads(json.dumps(fields, default=str), parse_constant=lambda _: None)
        click.echo(json.dumps(plain, ensure_ascii=False))


def note(message: str) -> None:
    """Say on stderr what is not the result."""
    click.echo(message, err=True)


@contextmanager
def news(say: Callable[[str], object] = note) -> Iterator[None]:
    """Say on a terminal what the library logs, such as that it fetches a model."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(self.format(record))

    log, handler = logging.getLogger("semascope"), Handler()
    if sys.stderr.isatty():
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)


def hits(talks: Collection, query: str, found: Sequence[Hit]) -> None:
    """Print hits: how near each is, the other columns of its row, and its best sentence."""
    from semascope.excerpt import excerpts

    parts = excerpts(talks.encoder, query, [hit.text for hit in found])
    for rank, (hit, part) in enumerate(zip(found, parts, strict=True), start=1):
        near = f"{rank:>2}  {hit.similarity:.2f}"
        if hit.percentile is not None:
            near += f"  closer than {hit.percentile:.2f}% of pairs"
        others = (value for name, value in hit.row.items() if name != talks.text)
        known = (value for value in others if value not in (None, "") and value == value)  # no NaN
        facts = " · ".join(" ".join(str(value).split()) for value in known)
        click.echo(_fit(f"{near}   {facts}"))
        click.echo(passage(part))


def clusters(found: Clusters, texts: Sequence[str]) -> None:
    """Print each cluster: how many passages, what sets it apart, a typical passage."""
    for size, name, typical in zip(found.sizes, found.names, found.typical, strict=True):
        click.echo(_fit(f"{size:>7,}  {name}"))
        click.echo(passage(texts[typical[0]], lines=1, indent=" " * 9))


def passage(text: str, *, lines: int = 2, indent: str = INDENT) -> str:
    """Return how ``text`` begins, indented, in at most so many lines of the terminal."""
    return textwrap.fill(
        " ".join(text.split()),
        _width(),
        initial_indent=indent,
        subsequent_indent=indent,
        max_lines=lines,
        placeholder=" …",
    )


def _fit(line: str) -> str:
    return line if len(line) <= _width() else line[: _width() - 1] + "…"


def _width() -> int:
    """Return the terminal's width, 80 where there is none, within what can be read."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 20), 100)
