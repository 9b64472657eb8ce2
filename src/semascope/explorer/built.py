"""Built: the files that the page is made of, which `make explorer` makes of TypeScript."""

from functools import cache
from pathlib import Path

from semascope.errors import FileError

FOLDER = Path(__file__).with_name("built")


@cache
def read(name: str) -> str:
    """Return a file of the built page.

    Raises
    ------
    FileError
        If it is not there, as in a clone in which nothing was built yet.
    """
    try:
        return (FOLDER / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise FileError(
            "the explorer's page is not built yet; in a clone of semascope, run: make explorer"
        ) from error
