"""The beginning of a course: a folder with notebooks, and what the first hour searches."""

from __future__ import annotations

from pathlib import Path

from semascope.course import notebooks, papers
from semascope.course.record import HEADING, NAME
from semascope.progress import Progress, silent

SINCE = 1946  # speeches older than this are left to the later chapters


def write(folder: Path, kind: notebooks.Kind = "student") -> list[tuple[Path, bool]]:
    """Write the notebooks of one kind, the papers beside them, and an empty record of progress.

    Returns
    -------
    list of (Path, bool)
        Each notebook, and whether it is new. None that is there already is touched.
    """
    written = notebooks.write(folder, kind)
    papers.write(folder, kind)
    record = folder / NAME
    if not record.exists():
        record.write_text(HEADING, encoding="utf-8")
    return written


def index_emoji(folder: Path, on_progress: Progress = silent) -> Path:
    """Index the emoji by label and tags as emoji.lance; what is there already stays."""
    import semascope as sema
    from semascope import data

    path = folder / "emoji.lance"
    model = sema.load(precision="f32")  # few texts: the same numbers on every laptop
    sema.index(data.path("emoji"), to=path, model=model, on_progress=on_progress)
    return path


def index_speeches(folder: Path, on_progress: Progress = silent) -> Path:
    """Index the speeches since 1946 as speeches.lance; what is there already stays."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    import semascope as sema
    from semascope import data

    path = folder / "speeches.lance"
    table = pq.read_table(data.path("speeches"))
    recent = table.filter(pc.greater_equal(table["year"], SINCE))
    sema.index(recent, to=path, on_progress=on_progress)
    return path
