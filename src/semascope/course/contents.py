"""Which chapters there are: every file in `chapters/` is one, its first heading is its title."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from semascope.errors import InvalidValue

FILE = re.compile(r"(\d\d)_(\w+)\.py")
HEADING = re.compile(r"^# # (?:\d+ · )?(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """A chapter in the table of contents."""

    number: int
    name: str  # of the module with its exercises
    title: str
    path: Path  # of its source

    @property
    def notebook(self) -> str:
        """The name of its notebook."""
        return f"{self.path.stem}.ipynb"


@cache
def entries() -> tuple[Entry, ...]:
    """Return all chapters, in their order."""
    folder = Path(str(files("semascope.course") / "chapters"))
    found = []
    for path in sorted(folder.glob("*.py")):
        if parts := FILE.fullmatch(path.name):
            heading = HEADING.search(path.read_text(encoding="utf-8"))
            title = heading[1] if heading else parts[2]
            found.append(Entry(int(parts[1]), parts[2], title, path))
    return tuple(found)


def entry(number: int) -> Entry:
    """Return one chapter.

    Raises
    ------
    InvalidValue
        If there is no such chapter.
    """
    for found in entries():
        if found.number == number:
            return found
    numbers = ", ".join(str(found.number) for found in entries())
    raise InvalidValue(f"there is no chapter {number!r}; there are {numbers}")
