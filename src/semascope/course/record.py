"""What a learner has done, in a plain text file of the course's folder: progress.toml.

A notebook finds the file in its own folder or one above. Where there is none, nothing is kept.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from semascope.atomic import write_atomically
from semascope.errors import FileError

NAME = "progress.toml"
ELSEWHERE = "SEMASCOPE_PROGRESS"  # a path that takes the place of the folder's file
HEADING = "# What you have done in the course. Plain text: a line that you delete is forgotten.\n"
RIGHT = "right"
BARE = re.compile(r"[A-Za-z0-9_-]+")  # a key of TOML that needs no quotation marks


@dataclass
class Record:
    """What is known of a learner's answers.

    Attributes
    ----------
    answers : dict of int to dict of str to str
        By chapter and exercise: "right", or what was last said to a wrong answer.
    predictions : dict of int to dict of str to str
        By chapter and name: what the learner foretold.
    path : Path or None
        Where it is kept.
    """

    answers: dict[int, dict[str, str]] = field(default_factory=dict)
    predictions: dict[int, dict[str, str]] = field(default_factory=dict)
    path: Path | None = None

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Return what a file says; nothing, if there is no file.

        Raises
        ------
        FileError
            If it cannot be read.
        """
        if path is None or not path.is_file():
            return cls(path=path)
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            chapters = {
                int(number): dict(told) for number, told in found.get("chapter", {}).items()
            }
            predictions = {n: _texts(told.pop("predictions", {})) for n, told in chapters.items()}
            answers = {n: _texts(told) for n, told in chapters.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise FileError(
                f"{path} cannot be read: {error}. Mend that line, or delete the file to begin anew"
            ) from error
        return cls(answers, predictions, path)

    def answered(self, chapter: int, name: str, said: str) -> None:
        """Keep how an answer did; what was right once stays so."""
        before = self.answers.setdefault(chapter, {})
        if before.get(name) != RIGHT:
            before[name] = said

    def predicted(self, chapter: int, name: str, answer: str) -> None:
        """Keep a prediction."""
        self.predictions.setdefault(chapter, {})[name] = answer

    def write(self) -> None:
        """Write the file, if there is to be one."""
        if self.path is not None:
            write_atomically(self.path, str(self).encode())

    def __str__(self) -> str:
        parts = [HEADING]
        for chapter in sorted(self.answers.keys() | self.predictions.keys()):
            for table, kept in (
                (f"[chapter.{chapter}]", self.answers.get(chapter, {})),
                (f"[chapter.{chapter}.predictions]", self.predictions.get(chapter, {})),
            ):
                if kept:
                    lines = [f"{_key(key)} = {_quoted(kept[key])}\n" for key in sorted(kept)]
                    parts.append(f"{table}\n{''.join(lines)}")
        return "\n".join(parts)


def find() -> Path | None:
    """Return the path of the file that a notebook writes to, or None."""
    if elsewhere := os.environ.get(ELSEWHERE):
        return Path(elsewhere)
    here = Path.cwd()
    return next((at / NAME for at in (here, here.parent) if (at / NAME).is_file()), None)


def _texts(table: dict[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in table.items()}


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """Return a TOML string; JSON's are such, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
