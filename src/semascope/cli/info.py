"""semascope info: what a collection is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.info import Info

TYPES = {  # Arrow's names, by how they begin
    "string": "text",
    "large_string": "text",
    "int": "whole numbers",
    "uint": "whole numbers",
    "float": "numbers",
    "double": "numbers",
    "decimal": "numbers",
    "bool": "true or false",
    "date": "dates",
    "timestamp": "dates with times",
    "list": "lists",
    "struct": "records",
}
PARTS = {
    "table": "rows and embeddings",
    "indexes": "search indexes",
    "derived": "clusters, map and the like",
}
EMBEDDING = "_embedding"
MARGIN = 16  # columns of the terminal
LINES = 20  # of one fact, at most


@click.command("info")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(collection: Path, *, as_json: bool) -> None:
    """Print what COLLECTION is: how much is in it, which model embedded it, what it takes.

    \b
    Example:
        semascope info speeches.lance
    """
    import semascope as sema
    from semascope.collection.info import PROMISES

    about = sema.open(collection).info()
    if as_json:
        show.as_json([vars(about)])
        return
    model = about.model
    _print("Rows", f"{about.rows:,}", *_long_rows(about))
    _print("Passages", f"{about.passages:,}: what is embedded, a row's text or a piece of it")
    _print("Text", _text(about))
    _print("Columns", ", ".join(f"{name} ({_type(t)})" for name, t in about.columns.items()))
    if about.key:
        _print(
            "Key", f"{about.key}: a row that comes again under its key takes the old one's place"
        )
    _print("Model", f"{model['name']}, revision {model['revision'][:12]}")
    _print("Embeddings", f"{model['dim']} numbers for each passage, {model['precision']}")
    _print("", PROMISES[model["precision"]])
    _print("Search indexes", *_indexes(about))
    _print("Neighbor graph", _graph(about.recall))
    _print("On disk", _size(about))
    _print("Version", f"{about.version}, committed {about.changed.astimezone():%Y-%m-%d %H:%M}")


def _long_rows(about: Info) -> list[str]:
    if about.cut:
        return [f"{about.cut:,} are longer than the model reads: their ends are not embedded"]
    if about.split:
        return [f"{about.split:,} are longer than the model reads, and several passages"]
    return []


def _text(about: Info) -> str:
    if len(about.joins) > 1:
        return f"{about.text}: the columns {', '.join(about.joins)}, joined"
    return about.text


def _type(name: str) -> str:
    return next((words for begin, words in TYPES.items() if name.startswith(begin)), name)


def _indexes(about: Info) -> list[str]:
    if not about.indexes:
        return ["none: a search compares its query with every passage"]
    return [f"{_purpose(about, column)} ({kind})" for column, kind in about.indexes.items()]


def _purpose(about: Info, column: str) -> str:
    if column == EMBEDDING:
        return "by meaning, nearly exact"
    return "by word" if column == about.text else f"by the column {column}"


def _graph(recall: float | None) -> str:
    if recall is None:
        return "none yet: made when clusters, a map or the like are first asked for"
    sample = "" if recall == 1 else ", as measured on a sample"
    return f"{recall:.1%} of the true nearest found{sample}"


def _size(about: Info) -> str:
    parts = ", ".join(
        f"{what} {_bytes(about.size[part])}" for part, what in PARTS.items() if about.size[part]
    )
    return f"{_bytes(sum(about.size.values()))}: {parts}"


def _bytes(number: int) -> str:
    return f"{number / 1e6:,.1f} MB" if number >= 50_000 else f"{number / 1e3:,.1f} kB"


def _print(name: str, *lines: str) -> None:
    """Print a fact, its name to the left of the first line."""
    text = "\n".join(show.passage(line, lines=LINES, indent=" " * MARGIN) for line in lines)
    click.echo(f"{name:<{MARGIN}}{text[MARGIN:]}")
