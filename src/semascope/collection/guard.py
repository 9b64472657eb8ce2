"""What makes a commit safe: one writer, everything on the disk before it counts, hashes.

Lance decides what a table contains by its newest manifest, and calls no fsync. Here ``HEAD.json``
decides. It names a version of the Lance table and the size and SHA-256 of each file of that
version, and is replaced in one step after all those files have reached the disk. So a commit
survives a power cut or has not happened; whatever lies above HEAD never counts.
"""

import hashlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import lance
import pyarrow as pa
from filelock import FileLock, Timeout
from lance.fragment import write_fragments

from semascope.errors import (
    CollectionBusy,
    CollectionError,
    CollectionExists,
    CollectionNotFound,
    CorruptCollection,
)

if sys.platform != "win32":
    import fcntl

FORMAT = 1  # of HEAD.json and of the columns that semascope adds
HEAD, HEAD_PART, LOCK, HOLDER = "HEAD.json", "HEAD.json.part", "_writer.lock", "_writer.json"


@dataclass(frozen=True)
class Head:
    """The committed state of a collection."""

    version: int  # of the Lance table; 0 before the first commit
    files: Mapping[str, tuple[int, str]]  # size in bytes and SHA-256, by path in the collection
    about: Mapping[str, Any]  # what semascope must know to use it: model, text column, …
    format: int = FORMAT


def read_head(path: Path) -> Head:
    """Return the committed state of the collection at ``path``.

    Raises
    ------
    CollectionNotFound
        If there is nothing, or nothing of semascope's.
    CorruptCollection
        If HEAD.json cannot be read.
    CollectionError
        If a newer semascope wrote it.
    """
    if not exists(path):
        raise CollectionNotFound(
            f"there is no collection at {path}; make one with: semascope index FILE --to {path}"
        )
    try:
        fields = json.loads((path / HEAD).read_bytes())
        written_by = fields["format"]
        head = Head(**fields) if written_by <= FORMAT else None
    except (ValueError, TypeError, KeyError) as error:
        raise CorruptCollection(f"{path / HEAD} cannot be read: {error}") from error
    if head is None:
        raise CollectionError(
            f"{path} was written by a newer semascope (format {written_by}, this one knows "
            f"{FORMAT}); update with: pip install --upgrade semascope"
        )
    return head


def exists(path: Path) -> bool:
    """Return whether there is a collection at ``path``."""
    return (path / HEAD).is_file()


def open_table(path: Path, head: Head) -> lance.LanceDataset:
    """Return the table as it was committed, whatever lies above it.

    Raises
    ------
    CorruptCollection
        If a file is missing or has another size, or the table cannot be opened.
    """
    for name, (size, _) in head.files.items():
        found = (path / name).stat().st_size if (path / name).is_file() else None
        if found != size:
            state = "missing" if found is None else f"of {found:,} bytes"
            raise CorruptCollection(
                f"{path / name} is {state}, but was committed with {size:,}; bring it back from "
                "a copy, or index the file anew"
            )
    try:
        return lance.dataset(path, version=head.version)
    except (OSError, ValueError) as error:
        raise CorruptCollection(
            f"version {head.version} of {path}, which was committed, cannot be opened: "
            f"{_reason(error)}"
        ) from error


@contextmanager
def writing(path: Path) -> Iterator[Head]:
    """Be the only writer of ``path``: gives the committed state, with what failed swept away.

    Where there is nothing, an empty collection is made, and removed again if nothing is appended.

    Raises
    ------
    CollectionBusy
        If another process is writing; the message names it.
    CollectionExists
        If something other than a collection is there.
    CollectionError
        If ``path`` cannot be written, for want of space or permission.
    """
    if not exists(path) and path.exists() and not _is_bare(path):
        raise CollectionExists(
            f"{path} is there already, and is no collection of semascope's; name another path"
        )
    holder = path / HOLDER
    with _as_collection_error(path):
        path.mkdir(parents=True, exist_ok=True)
        try:
            # The operating system frees the lock of a process that dies.
            with FileLock(path / LOCK, timeout=0):
                try:
                    me = {"pid": os.getpid(), "host": socket.gethostname()}
                    holder.write_text(json.dumps(me))
                    if not exists(path):
                        _write_head(path, Head(version=0, files={}, about={}))
                    head = read_head(path)
                    _sweep(path, head)
                    yield head
                finally:
                    holder.unlink(missing_ok=True)
                    if _is_bare(path) or read_head(path).version == 0:
                        shutil.rmtree(path, ignore_errors=True)  # Windows keeps the open lock
        except Timeout:
            raise CollectionBusy(
                f"{_name_holder(holder)} is writing to {path}; wait until it is done"
            ) from None


def append(path: Path, head: Head, rows: pa.Table) -> Head:
    """Add ``rows`` in one commit and return the new committed state. Call it while `writing`."""
    first = head.version == 0
    fragments = write_fragments(
        rows, path, schema=rows.schema, mode="create" if first else "append"
    )
    new = {f"data/{file.path}" for fragment in fragments for file in fragment.files}
    files = {**head.files, **{name: _persist(path / name) for name in sorted(new)}}
    _fsync_folder(path / "data")

    Operation = lance.LanceOperation
    operation = (
        Operation.Overwrite(rows.schema, fragments) if first else Operation.Append(fragments)
    )
    table = lance.LanceDataset.commit(path, operation, read_version=head.version)
    manifest = _manifests(path)[table.version]
    files = {name: file for name, file in files.items() if not name.startswith("_versions/")}
    files[f"_versions/{manifest.name}"] = _persist(manifest)
    _fsync_folder(path / "_versions")

    head = replace(head, version=table.version, files=files)
    _write_head(path, head)
    return head


def _is_bare(path: Path) -> bool:
    """Return whether ``path`` is a folder of nothing but what a writer makes first."""
    return path.is_dir() and {file.name for file in path.iterdir()} <= {LOCK, HOLDER, HEAD_PART}


def _name_holder(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text())
        return f"process {who['pid']} on {who['host']}"
    except (OSError, ValueError):  # it has only begun, or is about to end
        return "another process"


@contextmanager
def _as_collection_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # a full disk, a folder that may only be read
        raise CollectionError(
            f"{path} cannot be written: {_reason(error)}; what was committed before is whole"
        ) from error


def _reason(error: Exception) -> str:
    """Return what an error says, without the line of Lance's source that it ends in."""
    return getattr(error, "strerror", None) or str(error).partition("\n")[0].partition(", /")[0]


def _write_head(path: Path, head: Head) -> None:
    part = path / HEAD_PART
    part.write_text(json.dumps(asdict(head), indent=1))
    _fsync(part)
    part.replace(path / HEAD)
    _fsync_folder(path)


def _sweep(path: Path, head: Head) -> None:
    """Delete what an interrupted commit left; set aside what looks like a commit above HEAD.

    A manifest above HEAD is a commit that died before it counted, or one by another program:
    it is kept with its data in ``_aside``, since only its owner can tell.
    """
    above = [file for version, file in _manifests(path).items() if version > head.version]
    orphans = [file for file in (path / "data").glob("*") if f"data/{file.name}" not in head.files]
    aside = path / "_aside"
    for file in above + orphans:
        if above:
            aside.mkdir(exist_ok=True)
            file.replace(aside / file.name)
        else:
            file.unlink()


def _manifests(path: Path) -> dict[int, Path]:
    """Return the manifests of a Lance table by version; their names count down from 2⁶⁴ - 1."""
    files = (path / "_versions").glob("*.manifest")
    return {2**64 - 1 - int(file.stem): file for file in files if file.stem.isdigit()}


def _persist(file: Path) -> tuple[int, str]:
    """Wait until ``file`` is on the disk; return its size and SHA-256."""
    _fsync(file)
    with file.open("rb") as stream:
        return file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _fsync(file: Path) -> None:
    # Windows flushes only what is open for writing; a folder opens only for reading.
    descriptor = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        if sys.platform == "darwin":  # fsync alone stops at the drive's cache there
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_folder(folder: Path) -> None:
    if sys.platform != "win32":  # Windows has no such thing
        _fsync(folder)
