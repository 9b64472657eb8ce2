"""What is on the disk, and stays there when the power goes."""

import hashlib
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def persist(file: Path) -> tuple[int, str]:
    """Wait until ``file`` is on the disk; return its size in bytes and SHA-256."""
    fsync(file)
    return file.stat().st_size, sha256(file)


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's contents, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of ``content``, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def replace(file: Path, content: bytes) -> None:
    """Write ``content`` to ``file``: whatever happens, there is the old content or the new."""
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(content)
    fsync(part)
    part.replace(file)
    fsync_folder(file.parent)


def fsync(file: Path) -> None:
    """Wait until the contents of ``file`` are on the disk."""
    # Windows flushes only what is open for writing; a folder opens only for reading.
    descriptor = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        if sys.platform == "darwin":  # fsync alone stops at the drive's cache there
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(folder: Path) -> None:
    """Wait until the names of the files in ``folder`` are on the disk."""
    if sys.platform != "win32":  # Windows has no such thing
        fsync(folder)
