"""semascope course: chapters and progress, a folder to learn in, and a check of what is in it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.course.notebooks import Kind

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("course", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Learn with notebooks: list the chapters, and what you have done of them.

    \b
    Example:
        semascope course
    """
    if context.invoked_subcommand:
        return
    from semascope.course import contents, lesson, record

    answers = record.Record.read(record.find() or Path("course", record.NAME)).answers
    for entry in contents.entries():
        tasks = lesson.chapter(entry.number).tasks
        right = sum(answers.get(entry.number, {}).get(name) == record.RIGHT for name in tasks)
        click.echo(show.fit(f"{entry.number:>2}  {entry.title:<44} {right} of {len(tasks)} done"))
    if not answers:
        show.note("Next: semascope course start course")


@command.command("start")
@click.argument("folder", type=FOLDER, default="course")
@click.option(
    "--kind",
    type=click.Choice(["student", "solution", "instructor"]),
    default="student",
    show_default=True,
    help="Whose notebooks: with gaps, with solutions, or with what to say as well.",
)
def start(folder: Path, kind: Kind) -> None:
    """Write the notebooks into FOLDER, and index what they search.

    Notebooks that are there already stay as they are.

    \b
    Example:
        semascope course start course
    """
    from semascope.course import start

    written = start.write(folder, kind)
    for label, unit, index in (
        ("Embedding the emoji", "emoji", start.index_emoji),
        (f"Embedding the speeches since {start.SINCE}", "passages", start.index_speeches),
    ):
        with show.progress(label, unit) as on_progress:
            index(folder, on_progress)
    new = sum(is_new for _, is_new in written)
    kept = f"; {len(written) - new} stay as they are" if new < len(written) else ""
    click.echo(f"{folder}: {show.count(new, 'new notebook')}{kept}")
    show.note(f"Next: open {written[0][0]} in VS Code or JupyterLab")


@command.command("check")
@click.argument("folder", type=FOLDER, default=".")
def check(folder: Path) -> None:
    """Run the notebooks in FOLDER from top to bottom, and say how each exercise does.

    \b
    Example:
        semascope course check course
    """
    from semascope.course import rerun

    paths = rerun.notebooks_in(folder)
    results = []
    with show.progress("Running", "notebooks") as on_progress:
        for done, path in enumerate(paths, start=1):
            results += rerun.rerun(path)
            on_progress(done, len(paths))
    for chapter, told in groupby(results, key=lambda result: result.chapter):
        click.echo(f"Chapter {chapter}")
        for result in told:
            click.echo(f"  {result.exercise}")
            click.echo(show.passage(result.text, lines=20))
    right = sum(result.is_right for result in results)
    click.echo(f"{right} of {show.count(len(results), 'exercise')} right")
