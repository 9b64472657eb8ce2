"""Write a file whole or not at all, and make the folder for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semascope.errors import FileError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a file to write; it takes the place of ``path`` if all goes well, or else is gone.

    A reader sees the old file or the new one, never a part.

    Parameters
    ----------
    path : str or Path
        A file there is replaced. Its folder must exist.

    Raises
    ------
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    if path.is_dir():
        raise FileError(f"cannot write {path}: it is a folder; choose another path")
    # In the same folder, since a rename is atomic only within one file system.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise FileError(f"cannot write {path}: {reason}; choose another path") from error


def write_atomically(path: str | Path, content: bytes) -> None:
    """Put ``content`` at ``path``, all of it or nothing; raises as `replacing`."""
    with replacing(path) as part:
        part.write_bytes(content)


def make_folder(path: Path) -> None:
    """Create a folder, and those that it lies in, where they are not there yet.

    Raises
    ------
    FileError
        If that cannot be.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise FileError(f"cannot create the folder {path}: {reason}; choose another") from error
