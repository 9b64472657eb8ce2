"""An exercise: what is asked, what is right, and what the usual wrong answers are told.

An answer is a value or a function. A function is tried on cases, and what comes out is compared
with what comes out of the reference. If it is wrong, it is compared with what comes out of each
known mistake in the same way: the wrong answers themselves are what finds them.
"""

from __future__ import annotations

import dis
import inspect
import io
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType
from typing import Any, Literal

import numpy as np

State = Literal["right", "wrong", "not attempted"]
OPENINGS: dict[State, str] = {
    "right": "Right.",
    "wrong": "Not yet.",
    "not attempted": "Not attempted.",
}

TOLERANCE = 1e-5  # relative and absolute: float32 rounds at the seventh digit, sums of it earlier
LINE = 72  # characters: what fits beside an open list of files
SHOWN = 200  # characters of a value in a message


@dataclass(frozen=True)
class Verdict:
    """What an answer is told; a notebook shows it as plain text."""

    state: State
    text: str

    def __repr__(self) -> str:
        return in_lines(f"{OPENINGS[self.state]} {self.text}".rstrip())


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that many give, and what they are told."""

    answer: Any  # of the kind of the right one: a value, or a function of the same arguments
    feedback: str


@dataclass(frozen=True)
class Exercise:
    """A question with one right answer.

    Attributes
    ----------
    question : str
        In one sentence.
    reference : object
        The right value; or a function, better not the one that the solution shows, so that the
        two check each other.
    cases : sequence of tuple
        Arguments to try a function on. Choose them so that every mistake gives something else.
    mistakes : sequence of Mistake
    hints : sequence of str
        From a nudge to nearly the answer.
    right : str
        What is said to a right answer: what it is good for.
    tolerance : float
        How far numbers may be off, relative and absolute.
    """

    question: str
    reference: Any
    cases: Sequence[tuple[Any, ...]] = ()
    mistakes: Sequence[Mistake] = ()
    hints: Sequence[str] = ()
    right: str = ""
    tolerance: float = TOLERANCE

    def examine(self, answer: Any) -> Verdict:
        """Return what there is to say about an answer."""
        if callable(self.reference):
            return self._examine_function(answer)
        if _is_blank(answer):
            return NOT_ATTEMPTED
        if same(answer, self.reference, self.tolerance):
            return Verdict("right", self.right)
        for mistake in self.mistakes:
            if same(answer, mistake.answer, self.tolerance):
                return Verdict("wrong", mistake.feedback)
        return Verdict("wrong", f"{shown(answer)} is not it. A hint may help.")

    def _examine_function(self, answer: Any) -> Verdict:
        if _is_blank(answer):
            return NOT_ATTEMPTED
        if not callable(answer):
            return Verdict(
                "wrong",
                "This check takes the function itself: its bare name, without brackets behind it. "
                f"It got {shown(answer)}.",
            )
        expected = [_try(self.reference, case) for case in self.cases]
        found = [_try(answer, case) for case in self.cases]
        if _is_stub(answer, found):
            return NOT_ATTEMPTED
        if all(map(self._agree, found, expected)):
            if any(outcome.changed for outcome in found):
                return Verdict("wrong", CHANGED)
            return Verdict("right", self.right)
        for mistake in self.mistakes:
            if all(map(self._agree, found, (_try(mistake.answer, case) for case in self.cases))):
                return Verdict("wrong", mistake.feedback)
        number = next(
            i for i, pair in enumerate(zip(found, expected, strict=True)) if not self._agree(*pair)
        )
        with_case = _describe_case(self.reference, self.cases[number])
        return Verdict("wrong", _explain(found[number], expected[number], with_case))

    def _agree(self, a: Outcome, b: Outcome) -> bool:
        if a.error is not None or b.error is not None:
            return type(a.error) is type(b.error)
        return same(a.value, b.value, self.tolerance)


@dataclass(frozen=True)
class OpenExercise:
    """A question with many right answers, such as "find two texts that …".

    Attributes
    ----------
    question : str
    judge : callable
        Takes an answer and returns what is wrong with it, or "" if nothing is.
    example : object
        A right answer.
    mistakes : sequence of Mistake
        Wrong answers, each with words that the judge must say about it.
    hints : sequence of str
    right : str
        What is said to a right answer.
    """

    question: str
    judge: Callable[[Any], str]
    example: Any
    mistakes: Sequence[Mistake] = ()
    hints: Sequence[str] = ()
    right: str = ""

    def examine(self, answer: Any) -> Verdict:
        """Return what there is to say about an answer."""
        if _is_blank(answer) or (isinstance(answer, tuple | list) and any(map(_is_blank, answer))):
            return NOT_ATTEMPTED
        try:
            wrong = self.judge(deepcopy(answer))
        except Exception as error:  # noqa: BLE001  (of an answer of the wrong kind)
            return Verdict("wrong", f"Your answer {shown(answer)} cannot be used: {error}")
        return Verdict("wrong", wrong) if wrong else Verdict("right", self.right)

    @property
    def reference(self) -> Any:
        """A right answer."""
        return self.example


NOT_ATTEMPTED = Verdict(
    "not attempted", "Put your own answer in place of the dots, then run the cell again."
)
CHANGED = (
    "The result is right, but your function changed what it was given: whoever calls it finds "
    "their numbers altered. Work on a copy, or write `a = a / n` instead of `a /= n`."
)
PRINTED = (
    "Your function prints its result and returns nothing. Printing shows a number to you; "
    "`return` hands it on. Put `return` where `print` is."
)
FORGOTTEN = (
    "Your function returns nothing (`None`). It may have computed the answer, but it keeps it to "
    "itself: end with `return …`."
)


def same(a: Any, b: Any, tolerance: float = TOLERANCE) -> bool:
    """Return whether two answers are equal, their numbers within a tolerance, their shapes too."""
    if isinstance(a, str) or isinstance(b, str):
        return bool(type(a) is type(b) and a == b)
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        both = isinstance(a, Mapping) and isinstance(b, Mapping) and a.keys() == b.keys()
        return both and all(same(a[key], b[key], tolerance) for key in a)
    if a is None or b is None or a is ... or b is ...:
        return a is b
    try:
        x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    except (TypeError, ValueError):  # not numbers, or rows of different lengths
        if not isinstance(a, Sequence) or not isinstance(b, Sequence) or len(a) != len(b):
            return type(a) is type(b) and bool(a == b)
        return all(same(one, other, tolerance) for one, other in zip(a, b, strict=True))
    return x.shape == y.shape and np.allclose(x, y, tolerance, tolerance, equal_nan=True)


def in_lines(text: str) -> str:
    """Return text in lines that no notebook breaks within a word; shorter lines stay."""
    return "\n".join(
        textwrap.fill(line, LINE) if len(line) > LINE else line for line in text.split("\n")
    )


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, numbers to four places."""
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=4, threshold=12, edgeitems=2, separator=", ")
        return " ".join(text.split()).replace("[ ", "[")
    text = str(value) if isinstance(value, np.integer) else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@dataclass(frozen=True)
class Outcome:
    """What a function did with one case."""

    value: Any
    error: Exception | None
    printed: bool
    changed: bool  # whether it altered what it was given


def _try(function: Callable[..., Any], case: tuple[Any, ...]) -> Outcome:
    """Run a function on copies of the arguments; what it prints is printed."""
    given, written = deepcopy(case), io.StringIO()
    value, error = None, None
    try:
        with redirect_stdout(written), np.errstate(all="ignore"):
            value = function(*given)
    except Exception as raised:  # noqa: BLE001  (a learner's function may raise anything)
        error = raised
    sys.stdout.write(written.getvalue())
    changed = not all(same(before, after, 0.0) for before, after in zip(case, given, strict=True))
    return Outcome(value, error, bool(written.getvalue().strip()), changed)


def _explain(found: Outcome, expected: Outcome, case: str) -> str:
    """Return what is wrong with an outcome that no known mistake gives."""
    if found.error is not None:
        return f"With {case} it stopped: {type(found.error).__name__}: {found.error}"
    if found.value is None:
        return PRINTED if found.printed else FORGOTTEN
    if expected.error is None:
        got, want = _shape(found.value), _shape(expected.value)
        if got != want:
            return f"With {case} the result should be {want}; yours is {got}."
    return f"With {case} it should give {shown(expected.value)}; yours gives {shown(found.value)}."


def _shape(value: Any) -> str:
    if isinstance(value, int | float | np.generic):
        return "one number"
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        return f"of the type {type(value).__name__}"
    try:
        return f"of shape {np.shape(value)}"
    except ValueError:
        return f"{len(value)} parts of different lengths"


def _describe_case(function: Callable[..., Any], case: tuple[Any, ...]) -> str:
    """Return "a = [3, 4], b = [8, 6]"."""
    names = inspect.signature(function).parameters
    return ", ".join(f"{name} = {shown(value)}" for name, value in zip(names, case, strict=False))


def _is_blank(answer: Any) -> bool:
    return answer is ... or answer is None


def _is_stub(function: Callable[..., Any], found: Sequence[Outcome]) -> bool:
    """Return whether a function still has the dots of its stub, or no body at all."""
    if any(not _is_blank(o.value) for o in found) or any(o.printed for o in found):
        return False
    if any(isinstance(outcome.error, NotImplementedError) for outcome in found):
        return True
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return False
    return ... in code.co_consts or (not code.co_names and _returns_at_once(code))


def _returns_at_once(code: CodeType) -> bool:
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
    return all(step.opname in idle for step in dis.get_instructions(code))
