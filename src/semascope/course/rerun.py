"""Run a learner's notebooks from top to bottom, and say how each exercise does."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semascope.course import contents, lesson
from semascope.course.exercise import NOT_ATTEMPTED, OPENINGS
from semascope.course.notebooks import CHECK, needed
from semascope.course.record import ELSEWHERE, NAME, RIGHT, Record
from semascope.errors import FileError, SemascopeError

PATIENCE = 300  # seconds for one cell


@dataclass(frozen=True)
class Result:
    """How an exercise does."""

    chapter: int
    exercise: str
    is_right: bool
    text: str


def rerun(path: Path) -> list[Result]:
    """Run a notebook in a kernel of its own, in its folder; the file is left as it is.

    Progress is added to the folder's record, where there is one.

    Raises
    ------
    FileError
        If the file is no notebook.
    SemascopeError
        If what runs notebooks is not installed, or the kernel ends.
    """
    notebook = _read(path)
    entry = next(found for found in contents.entries() if found.notebook == path.name)
    record = execute(notebook, path.parent)
    told = record.answers.get(entry.number, {})
    errors = {
        name: _error(cell)
        for cell in notebook.cells
        if cell.cell_type == "code"
        for name in CHECK.findall(cell.source)
    }
    tasks = lesson.chapter(entry.number).tasks
    results = [_result(entry.number, name, told, errors.get(name)) for name in tasks]
    _remember(path.parent / NAME, record)
    return results


def notebooks_in(folder: Path) -> list[Path]:
    """Return the chapters' notebooks in a folder.

    Raises
    ------
    FileError
        If there are none.
    """
    found = [folder / entry.notebook for entry in contents.entries()]
    found = [path for path in found if path.is_file()]
    if not found:
        raise FileError(
            f"there are no chapters in {folder}; write them with: semascope course start {folder}"
        )
    return found


def execute(notebook: Any, folder: Path) -> Record:
    """Run all cells of a notebook, past errors too, as if it lay in a folder.

    The notebook gets the outputs; what the exercises wrote down is returned.

    Raises
    ------
    SemascopeError
        If what runs notebooks is not installed, or the kernel ends.
    """
    nbclient = needed("nbclient")
    with tempfile.TemporaryDirectory() as temporary:
        record = Path(temporary, NAME)
        client = nbclient.NotebookClient(
            notebook,
            timeout=PATIENCE,
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        try:
            client.execute(env=os.environ | {ELSEWHERE: str(record)}, stderr=subprocess.DEVNULL)
        except (RuntimeError, TimeoutError) as error:  # nbclient's own are among them
            reason = str(error).strip().splitlines()[-1]
            raise SemascopeError(f"the notebook could not be run: {reason}") from error
        return Record.read(record)


def _read(path: Path) -> Any:
    try:
        return needed("nbformat").read(path, as_version=4)
    except (OSError, ValueError, needed("nbformat").ValidationError) as error:
        raise FileError(f"{path} is no notebook: {error}; start it anew from a copy") from error


def _error(cell: Any) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}"
    return ""


def _result(chapter: int, name: str, told: dict[str, str], error: str | None) -> Result:
    if told.get(name) == RIGHT:
        return Result(chapter, name, is_right=True, text=OPENINGS["right"])
    if error is None:
        text = f"The notebook no longer holds ch.{name}.check(…)."
        return Result(chapter, name, is_right=False, text=text)
    if error:
        return Result(chapter, name, is_right=False, text=f"The cell stopped: {error}")
    if name in told:
        return Result(chapter, name, is_right=False, text=f"{OPENINGS['wrong']} {told[name]}")
    return Result(
        chapter, name, is_right=False, text=f"{OPENINGS['not attempted']} {NOT_ATTEMPTED.text}"
    )


def _remember(path: Path, news: Record) -> None:
    if not path.is_file():
        return
    record = Record.read(path)
    for chapter, told in news.answers.items():
        for name, said in told.items():
            record.answered(chapter, name, said)
    for chapter, predictions in news.predictions.items():
        for name, answer in predictions.items():
            record.predicted(chapter, name, answer)
    record.write()
