"""semascope course: chapters and progress, folders to learn in or to hand on, and a check."""

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
    first = next(path for path, _ in written if path.name.startswith("01"))  # 00 is a warm-up
    show.note(f"Next: open {first} in VS Code or JupyterLab")


@command.command("bundle")
@click.argument("folder", type=FOLDER)
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    type=click.Choice(["linux-x86_64", "macos-arm64", "windows-x64"]),
    help="Whose wheels; may be given more than once. By default this computer's.",
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="3.X",
    help="For which Python; may be given more than once. By default the one that runs this.",
)
def bundle(folder: Path, platforms: tuple[str, ...], pythons: tuple[str, ...]) -> None:
    """Write into FOLDER all that an installation without internet needs.

    For a USB stick or the local network: wheels, the models, the data, the notebooks, and a
    README.txt. Stopped with Ctrl-C, the same command goes on from there.

    \b
    Example:
        semascope course bundle stick --platform windows-x64 --platform macos-arm64
    """
    from semascope.course import bundle

    for stage in bundle.stages(folder, platforms, pythons):
        show.note(f"{stage.label} …")
        with show.progress(stage.label, stage.unit) as on_progress:
            stage.run(on_progress)
    click.echo(f"{folder}: {bundle.size(folder) / 1e6:,.0f} MB, complete")
    show.note(f"Next: try it on a computer without network, as {folder / 'README.txt'} says")


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
