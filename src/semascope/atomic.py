"""Write a file whole or not at all."""

import os
from pathlib import Path

from semascope.errors import FileError


def write_atomically(path: str | Path, content: bytes) -> None:
    """Put ``content`` at ``path``; a reader sees the old file or the new one, never a part.

    Parameters
    ----------
    path : str or Path
        A file there is replaced. Its folder must exist.
    content : bytes
        The whole file.

    Raises
    ------
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    # In the same folder, since a rename is atomic only within one file system.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise FileError(f"cannot write {path}: {reason}; choose another path") from error
