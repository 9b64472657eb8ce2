"""What a notebook holds of its chapter: exercises that answer, predictions that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from semascope.course import contents
from semascope.course.exercise import Exercise, OpenExercise, Verdict, in_lines, shown
from semascope.course.record import RIGHT, Record, find
from semascope.errors import FileError

AGAIN = (
    "\nThis is the very function that was checked before. If you have changed it since, run the "
    "cell that holds it first, and then this one."
)


@dataclass(frozen=True)
class Note:
    """A message; a notebook shows it as plain text."""

    text: str

    def __repr__(self) -> str:
        return in_lines(self.text)


class Task:
    """An exercise in the hands of a learner."""

    def __init__(self, chapter: int, name: str, exercise: Exercise | OpenExercise):
        self.name = name
        self.exercise = exercise
        self._chapter = chapter
        self._hints = 0  # that were given
        self._tried = False
        self._last: Any = None  # the function that was checked last
        self._right: Any = None  # the last right answer

    def __repr__(self) -> str:
        return f"{in_lines(self.exercise.question)}\nAnswer with ch.{self.name}.check(…)."

    def check(self, answer: Any) -> Verdict:
        """Return whether an answer is right and, if it is not, what may have gone wrong."""
        verdict = self.exercise.examine(answer)
        if verdict.state == "not attempted":
            return verdict
        self._tried = True
        kept = _keep(self._chapter, self.name, verdict)
        if verdict.state == "wrong" and callable(answer) and answer is self._last:
            kept += AGAIN
        self._last = answer
        if verdict.state == "right":
            self._right = answer
        return Verdict(verdict.state, verdict.text + kept)

    def hint(self) -> Note:
        """Return the next hint; after the last, the last again."""
        hints = self.exercise.hints
        if not hints:
            return Note("There is no hint for this one.")
        self._hints = min(self._hints + 1, len(hints))
        more = "" if self._hints < len(hints) else f" After a try, ch.{self.name}.solution() opens."
        return Note(f"Hint {self._hints} of {len(hints)}: {hints[self._hints - 1]}{more}")

    def solution(self) -> Note:
        """Return one way to do it, once something was tried."""
        if not self._tried and self.name not in _record().answers.get(self._chapter, {}):
            return Note(
                "It opens after your first try, right or wrong: run the cell with "
                f"ch.{self.name}.check(…) once. ch.{self.name}.hint() gives a nudge now."
            )
        from semascope.course.notebooks import read

        return Note("One way to do it:\n\n" + read(self._chapter).solution(self.name))

    def catch_up(self) -> Any:
        """Return the learner's last right answer, or ours if there is none; print which."""
        if self._right is not None:
            print(f"{self.name}: yours is right, and goes on.")
            return self._right
        print(f"{self.name}: ours for now, so that all works from here. Come back to it.")
        return self.exercise.reference


class Chapter:
    """A chapter's exercises, each an attribute, and the learner's predictions."""

    def __init__(self, number: int, title: str, tasks: Mapping[str, Task]):
        self.number = number
        self.title = title
        self.tasks = tasks

    def __repr__(self) -> str:
        return f"Chapter {self.number}: {self.title}. Exercises: {', '.join(self.tasks) or 'none'}."

    def __getattr__(self, name: str) -> Task:
        if name.startswith("__") or name not in self.tasks:
            raise AttributeError(
                f"chapter {self.number} has no exercise {name!r}; it has {', '.join(self.tasks)}"
            )
        return self.tasks[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tasks]

    def predict(self, name: str, answer: object) -> Note:
        """Keep what the learner expects, before it is seen."""
        if answer is ... or answer is None:
            return Note(
                "No prediction yet. Put a guess in place of the dots: a wrong one teaches more "
                "than none."
            )
        said = answer if isinstance(answer, str) else shown(answer)
        self._predictions[name] = said
        return Note(f"Noted: {said}{_keep_prediction(self.number, name, said)}")

    def predicted(self, name: str) -> Note:
        """Return what the learner expected."""
        kept = _record().predictions.get(self.number, {}) | self._predictions
        return Note(f"You predicted: {kept[name]}" if name in kept else "You made no prediction.")

    @cached_property
    def _predictions(self) -> dict[str, str]:
        return {}  # of this session


def chapter(number: int) -> Chapter:
    """Return what the notebook of a chapter works with.

    Raises
    ------
    InvalidValue
        If there is no such chapter; the message lists those there are.
    """
    entry = contents.entry(number)
    home = import_module(f"semascope.course.exercises.{entry.name}")
    tasks = {
        name: Task(number, name, exercise)
        for name, exercise in vars(home).items()
        if isinstance(exercise, Exercise | OpenExercise)
    }
    return Chapter(number, entry.title, tasks)


def _record() -> Record:
    try:
        return Record.read(find())
    except FileError:  # of which the next check tells
        return Record()


def _keep(chapter: int, name: str, verdict: Verdict) -> str:
    """Write down how an answer did; return what the learner should know of that."""
    try:
        record = Record.read(find())
        record.answered(chapter, name, RIGHT if verdict.state == "right" else verdict.text)
        record.write()
    except FileError as error:
        return f"\n(Your progress was not kept: {error}.)"
    return ""


def _keep_prediction(chapter: int, name: str, answer: str) -> str:
    try:
        record = Record.read(find())
        record.predicted(chapter, name, answer)
        record.write()
    except FileError as error:
        return f"\n(It was not kept: {error}.)"
    return ""
