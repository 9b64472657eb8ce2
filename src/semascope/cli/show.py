"""How the command line shows things: progress on stderr, text that fits the terminal."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from semascope.progress import Progress, silent

if TYPE_CHECKING:
    from rich.console import Console

    from semascope.collection.clustering import Clusters
    from semascope.collection.collection import Collection
    from semascope.collection.search import Hit

STOPPED = 130  # exit code of a program that Ctrl-C ended, by convention
INDENT = " " * 4
LINES = 2  # of a passage
# What a terminal obeys instead of showing it: commands, and marks that turn a line's direction.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


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
        line = json.dumps(plain, ensure_ascii=False)
        click.echo(CONTROL.sub(lambda c: f"\\u{ord(c[0]):04x}", line))  # the same to a reader


def count(n: int, thing: str) -> str:
    """Return "1 row" or "2,000 rows"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


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


def hits(
    talks: Collection,
    query: str,
    found: Sequence[Hit],
    *,
    by_words: bool = False,
    full: bool = False,
) -> None:
    """Print hits: how near each is, the other columns of its row, and what of it answers.

    That is its best sentence, or where the words are, or all of it; the query's words are bold.
    """
    from semascope import excerpt
    from semascope.collection import words

    texts = [hit.text for hit in found]
    if by_words:
        parts = [excerpt.excerpt_around(text, words.find(text, query)) for text in texts]
    else:
        parts = texts if full else excerpt.excerpts(talks.encoder, query, texts)
    for rank, (hit, part) in enumerate(zip(found, parts, strict=True), start=1):
        near = f"{rank:>2}  {hit.similarity:.2f}"
        if hit.percentile is not None:
            near += f"  closer than {hit.percentile:.2f}% of pairs"
        if hit.neighbor_percentile is not None:
            near += f" and {hit.neighbor_percentile:.0f}% of neighbors"
        click.echo(fit(f"{near}   {facts(talks, hit.row)}".rstrip()))
        for line in _wrap(part, lines=None if full else LINES, indent=INDENT):
            click.echo(_bold(line, words.find(line, query)))


def clusters(found: Clusters, texts: Sequence[str], above: Clusters | None = None) -> None:
    """Print each cluster: how many passages, what sets it apart, a typical passage.

    Those of one parent stand together under its name, if the clusters ``above`` are given.
    """
    if above is None or found.parent is None:
        _print_clusters(found, texts, range(len(found.names)))
        return
    for parent, size in enumerate(above.sizes):
        children = [i for i, of in enumerate(found.parent) if of == parent]
        if parent:
            click.echo()
        if len(children) == 1:  # of its parent's name
            _print_clusters(found, texts, children)
            continue
        click.echo(click.style(fit(f"{size:>7,}  {above.names[parent]}"), bold=True))
        _print_clusters(found, texts, children, indent="  ")


def _print_clusters(
    found: Clusters, texts: Sequence[str], which: Iterable[int], *, indent: str = ""
) -> None:
    for i in which:
        head = f"{indent}{found.sizes[i]:>7,}"
        if found.stability is not None:
            head += f"  {found.stability[i]:>2}/10"
        click.echo(fit(f"{head}  {found.names[i]}"))
        click.echo(passage(texts[found.typical[i][0]], lines=1, indent=" " * (len(head) + 2)))


def facts(talks: Collection, row: Mapping[str, Any]) -> str:
    """Return what the other columns of a passage's row hold."""
    others = (value for name, value in row.items() if name != talks.text)
    known = (value for value in others if value not in (None, "") and value == value)  # no NaN
    return " · ".join(" ".join(printable(str(value)).split()) for value in known)


def passage(text: str, *, lines: int = LINES, indent: str = INDENT) -> str:
    """Return how ``text`` begins, indented, in at most so many lines of the terminal."""
    return "\n".join(_wrap(text, lines=lines, indent=indent))


def _wrap(text: str, *, lines: int | None, indent: str) -> list[str]:
    """Break ``text`` into lines that fit, at spaces where there are any; " …" ends what is cut."""
    from rich.cells import cell_len, chop_cells  # wide characters take two columns

    room = max(_width() - cell_len(indent), 2)
    found, line = [], ""
    for word in printable(text).split():
        if line and cell_len(line) + 1 + cell_len(word) <= room:
            line = f"{line} {word}"
            continue
        *full, last = chop_cells(word, room)
        found += [*([line] if line else []), *full]
        line = last
        if lines is not None and len(found) > lines:
            break
    found.append(line)
    if lines is not None and len(found) > lines:
        found = found[:lines]
        while cell_len(found[-1]) > room - 2:
            shorter = found[-1].rpartition(" ")[0]
            found[-1] = shorter or chop_cells(found[-1], room - 2)[0]
        found[-1] += " …"
    return [indent + line for line in found]


def _bold(line: str, spans: Iterable[tuple[int, int]]) -> str:
    """Mark parts of a line; in a pipe, click takes the marks away."""
    parts, done = [], 0
    for start, end in spans:
        parts += [line[done:start], click.style(line[start:end], bold=True)]
        done = end
    return "".join(parts) + line[done:]


def printable(text: str) -> str:
    """Return ``text`` without what a terminal obeys; each character stays one."""
    return CONTROL.sub(lambda c: " " if c[0].isspace() else "\N{REPLACEMENT CHARACTER}", text)


def console() -> Console:
    """Return what prints colors on stdout: none in a pipe, or where NO_COLOR is set."""
    from rich.console import Console

    return Console(width=_width(), highlight=False)


def fit(line: str) -> str:
    """Return a line, cut where the terminal ends."""
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= _width() else set_cell_size(line, _width() - 1) + "…"


def _width() -> int:
    """Return the terminal's width, 80 where there is none, within what can be read."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 20), 100)
