"""Chapters as notebooks: one source, and from it what students, solvers and instructors read.

A source is Python in jupytext's ``py:percent`` format. The tags of a cell say who sees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from semascope.atomic import make_folder, write_atomically
from semascope.course import contents
from semascope.errors import InvalidValue, SemascopeError

Kind = Literal["student", "solution", "instructor"]
KINDS: tuple[Kind, ...] = ("student", "solution", "instructor")
ONLY_TESTS = {"wrong", "facts"}
LEFT_OUT: dict[Kind, set[str]] = {
    "student": ONLY_TESTS | {"solution", "instructor"},
    "solution": ONLY_TESTS | {"exercise", "instructor"},
    "instructor": ONLY_TESTS | {"exercise"},
}
TAGS = {"exercise", "solution", "wrong", "facts", "instructor", "gate", "keep-going", "catch-up"}
CHECK = re.compile(r"\bch\.(\w+)\.check\(")
# Letters and ground as pairs, so that they can be read on a light and on a dark page alike.
STOP, GO = ("#ffffff", "#004c80"), ("#000000", "#f0e442")  # white on blue, black on yellow
GATES = {"■ STOP": STOP, "▶ GO": GO}


@dataclass(frozen=True)
class Cell:
    """A cell of a source."""

    kind: Literal["code", "markdown"]
    text: str
    tags: frozenset[str]

    @property
    def checks(self) -> str | None:
        """The name of the exercise that is checked in it."""
        found = CHECK.search(self.text)
        return found[1] if found and self.kind == "code" else None


@dataclass(frozen=True)
class Source:
    """A chapter as it is written."""

    entry: contents.Entry
    cells: tuple[Cell, ...]

    def seen_by(self, kind: Kind) -> list[Cell]:
        """Return the cells of one of the notebooks."""
        return [cell for cell in self.cells if not cell.tags & LEFT_OUT[kind]]

    def solution(self, name: str) -> str:
        """Return the code that solves an exercise, as the solution's notebook shows it."""
        for cell in self.cells:
            if "solution" in cell.tags and cell.checks == name:
                return cell.text
        raise InvalidValue(f"chapter {self.entry.number} has no solution of {name!r}")


@cache
def read(number: int) -> Source:
    """Return the source of a chapter.

    Raises
    ------
    InvalidValue
        If there is no such chapter, or a cell has a tag that means nothing.
    SemascopeError
        If jupytext is not installed.
    """
    entry = contents.entry(number)
    cells = []
    for cell in needed("jupytext").read(entry.path, fmt="py:percent").cells:
        tags = frozenset(cell.metadata.get("tags", ()))
        if unknown := tags - TAGS:
            raise InvalidValue(f"{entry.path.name}: {sorted(unknown)} are none of {sorted(TAGS)}")
        kind: Literal["code", "markdown"] = "code" if cell.cell_type == "code" else "markdown"
        cells.append(Cell(kind, cell.source, tags))
    return Source(entry, tuple(cells))


def make(number: int, kind: Kind) -> str:
    """Return a chapter's notebook as the text of an .ipynb file, the same at every call."""
    source, v4 = read(number), needed("nbformat").v4
    cells = []
    for position, cell in enumerate(source.cells):
        if cell.tags & LEFT_OUT[kind]:
            continue
        new = v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell
        text = _gate(cell.text) if "gate" in cell.tags else cell.text
        cells.append(
            new(text, id=f"chapter-{number}-{position}", metadata={"tags": sorted(cell.tags)})
        )
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "semascope": {"chapter": number, "kind": kind},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    return str(needed("nbformat").writes(notebook)) + "\n"


def write(folder: Path, kind: Kind = "student") -> list[tuple[Path, bool]]:
    """Write the notebooks of all chapters into a folder.

    Returns
    -------
    list of (Path, bool)
        Each notebook, and whether it was written: one that is there already is never touched.
    """
    make_folder(folder)
    written = []
    for entry in contents.entries():
        path = folder / entry.notebook
        is_new = not path.exists()
        if is_new:
            write_atomically(path, make(entry.number, kind).encode())
        written.append((path, is_new))
    return written


def needed(module: str) -> Any:
    """Return a module that only the course needs.

    Raises
    ------
    SemascopeError
        If it is not installed; the message says how to get it.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise SemascopeError(
            f"the course needs {error.name or module}: pip install 'semascope[course]'"
        ) from error


def _gate(text: str) -> str:
    """Give the words STOP and GO their ground; who does not see it has word and shape."""
    for words, (ink, ground) in GATES.items():
        style = f"color:{ink};background-color:{ground};padding:0 8px"
        text = text.replace(words, f'<span style="{style}">{words}</span>')
    return text
