"""A file of bytes that can be read again and again, whatever it is packed in."""

import io
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import pyarrow as pa

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}  # RFC 1952 and RFC 8878


class Temporary:
    """A temporary file that goes when this object does."""

    def __init__(self, fill: Callable[[BinaryIO], object]):
        handle, name = tempfile.mkstemp(prefix="semascope-")
        self.path = Path(name)
        weakref.finalize(self, _remove, name)
        with os.fdopen(handle, "wb") as file:
            fill(file)


def _remove(name: str) -> None:
    with suppress(OSError):  # Windows keeps what is still open somewhere
        Path(name).unlink()


@dataclass(frozen=True)
class File:
    """A file, perhaps compressed."""

    path: Path
    name: str  # what messages call it
    compression: str | None = None
    temporary: Temporary | None = None  # what keeps ``path`` alive

    @classmethod
    def at(cls, path: Path) -> "File":
        """Take the file at a path, whose name says how it is compressed."""
        return cls(path, str(path), COMPRESSIONS.get(path.suffix.lower()))

    @classmethod
    def spooled(cls, stream: IO[bytes], name: str) -> "File":
        """Copy a stream that can be read only once to a temporary file."""
        copy = Temporary(lambda file: shutil.copyfileobj(stream, file))
        with copy.path.open("rb") as file:
            head = file.read(4)
        found = [kind for magic, kind in MAGIC.items() if head.startswith(magic)]
        return cls(copy.path, name, found[0] if found else None, copy)

    @property
    def suffix(self) -> str:
        """What the name ends in, compression aside: ".csv" for ``a.CSV.gz``."""
        name = Path(self.name.lower())
        return name.with_suffix("").suffix if self.compression else name.suffix

    def open(self) -> io.BufferedReader:
        """Open the file for reading, unpacked."""
        if self.compression is None:
            return self.path.open("rb")
        return io.BufferedReader(pa.input_stream(str(self.path), compression=self.compression))

    def unpacked(self) -> "File":
        """Return a file that is not compressed, for readers that jump about in it."""
        if self.compression is None:
            return self
        with self.open() as stream:
            copy = Temporary(lambda file: shutil.copyfileobj(stream, file))
        return File(copy.path, self.name, None, copy)
