"""What makes a commit safe: one writer, everything on the disk before it counts, hashes.

Lance decides what a table contains by its newest manifest, and calls no fsync. Here HEAD.json
decides, and is replaced in one step after all files that it names have reached the disk. So a
commit survives a power cut or has not happened; whatever lies above HEAD never counts.
"""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import lance
import pyarrow as pa
from filelock import FileLock, Timeout

from semascope.collection import durable
from semascope.collection.head import HEAD, Head, copy_what_decides, exists, read_head, write_head
from semascope.errors import CollectionBusy, CollectionError, CollectionExists, CorruptCollection

LOCK, HOLDER = "_writer.lock", "_writer.json"
ASIDE = "_aside"  # what was found and must not be deleted
LANCE = ("data", "_indices", "_deletions", "_versions", "_transactions")  # the folders of a table


def open_table(path: Path) -> tuple[Head, lance.LanceDataset]:
    """Return the committed state and the table of it, whatever lies above.

    Raises
    ------
    CorruptCollection
        If a file is missing or has another size, or the manifest is not what was committed.
    CollectionError
        If nothing has been committed yet, or as for `read_head`.
    """
    while True:
        head = read_head(path)
        if head.version == 0:
            raise CollectionError(
                f"{path} is empty: indexing stopped before anything was stored; run it again"
            )
        try:
            return head, _open(path, head)
        except CorruptCollection:
            if read_head(path).version == head.version:
                raise  # or else a writer has committed meanwhile, and swept


@contextmanager
def writing(path: Path) -> Iterator[Head]:
    """Be the only writer of ``path``: gives the committed state, with what failed swept away.

    Where there is nothing, an empty collection is made, and removed again if nothing is committed.

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
    with locked(path) as died:
        try:
            if not exists(path):
                write_head(path, Head(version=0, files={}, about={}))
            head = read_head(path)
            if head.version:
                open_table(path)  # nothing is swept from, or built upon, what is damaged
                copy_what_decides(path, head)  # if the last writer died before
            sweep(path, head, ours=died)
            try:
                yield head
            finally:
                sweep(path, read_head(path), ours=True)
        finally:
            if _is_bare(path) or read_head(path).version == 0:
                shutil.rmtree(path, ignore_errors=True)  # Windows keeps the open lock


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Keep other writers out of ``path``; gives whether the last one died. Raises as `writing`."""
    holder = path / HOLDER
    with _as_collection_error(path):
        path.mkdir(parents=True, exist_ok=True)
        try:
            # The operating system frees the lock of a process that dies.
            with FileLock(path / LOCK, timeout=0):
                died = holder.exists()
                try:
                    me = {"pid": os.getpid(), "host": socket.gethostname()}
                    with suppress(
                        OSError
                    ):  # a full disk: whoever cannot say his name still is alone
                        holder.write_text(json.dumps(me))
                    yield died
                finally:
                    holder.unlink(missing_ok=True)
        except Timeout:
            raise CollectionBusy(
                f"{_name_holder(holder)} is writing to {path}; wait until it is done"
            ) from None


def commit(path: Path, head: Head, change: Callable[[], object]) -> Head:
    """Make a change count as a whole, and return the new committed state. Call it while `writing`.

    Parameters
    ----------
    path : Path
        The collection.
    head : Head
        Its committed state; its ``about`` is committed with the change.
    change : callable()
        Does to the Lance table what it likes, in as many of Lance's versions as it takes.

    Raises
    ------
    CorruptCollection
        If the change did away with a file that was damaged, so that its damage would live on with
        a new hash in whatever was made from it.
    """
    change()
    table = lance.dataset(path)  # the newest, as nobody else is writing
    names = _files(path, table)
    for name in head.files.keys() - set(names):
        _check(path, head, name)
    files = {name: head.files.get(name) or durable.persist(path / name) for name in names}
    for folder in {(path / name).parent for name in files.keys() - head.files.keys()}:
        durable.fsync_folder(folder)
    head = replace(head, version=table.version, files=files)
    write_head(path, head)
    copy_what_decides(path, head)
    return head


def append(path: Path, rows: pa.Table) -> None:
    """Add rows to the table, or begin one with them. Call it in the change of a `commit`."""
    is_new = not _manifests(path)
    lance.write_dataset(rows, path, mode="create" if is_new else "append")


def sweep(path: Path, head: Head, *, ours: bool) -> None:
    """Delete what is no part of the committed state. Call it while nobody else is writing.

    A manifest above HEAD that is not `ours`, since no writer of semascope's has died, is a commit
    by another program: it is kept with its data in ``_aside``, as only its owner can tell.
    """
    above = {file.name for version, file in _manifests(path).items() if version > head.version}
    foreign = bool(above) and not ours
    for name in leftovers(path, head):
        file = path / name
        with suppress(PermissionError):  # Windows, while somebody reads it: the next writer sweeps
            if foreign and (file.name in above or name.startswith("data/")):
                file.replace(place_aside(path, file.name))
            else:
                file.unlink()
    for folder in (path / "_indices").glob("*"):
        with suppress(OSError):
            folder.rmdir()  # where it is empty


def place_aside(path: Path, name: str) -> Path:
    """Return where in ``_aside`` to put a file of this name; nothing there is overwritten."""
    (path / ASIDE).mkdir(exist_ok=True)
    names = chain([name], (f"{name}.{number}" for number in count(2)))
    return next(path / ASIDE / free for free in names if not (path / ASIDE / free).exists())


def damage(path: Path, head: Head, name: str) -> str | None:
    """Return what is wrong with a committed file, None if it is what was committed."""
    size, sha256 = head.files[name]
    try:
        found = (path / name).stat().st_size
        changed = found == size and durable.sha256(path / name) != sha256
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {reason(error)}"
    if found != size:
        return f"is of {found:,} bytes, but was committed with {size:,}"
    return "is of the right size, but its contents have changed" if changed else None


def leftovers(path: Path, head: Head) -> list[str]:
    """Return the files in Lance's folders that are no part of the committed state."""
    found = [file for folder in LANCE for file in (path / folder).rglob("*") if file.is_file()]
    return sorted({file.relative_to(path).as_posix() for file in found} - head.files.keys())


def reason(error: Exception) -> str:
    """Return what an error says, without the line of Lance's source that it ends in."""
    return getattr(error, "strerror", None) or str(error).partition("\n")[0].partition(", /")[0]


def _open(path: Path, head: Head) -> lance.LanceDataset:
    small = set(head.small_files)  # a damaged manifest may open as a smaller table
    for name, (size, _) in head.files.items():
        file = path / name
        if name in small or not file.is_file() or file.stat().st_size != size:
            _check(path, head, name)
    try:
        return lance.dataset(path, version=head.version)
    except (OSError, ValueError) as error:
        raise CorruptCollection(
            f"version {head.version} of {path}, which was committed, cannot be opened: "
            f"{reason(error)}"
        ) from error


def _check(path: Path, head: Head, name: str) -> None:
    if wrong := damage(path, head, name):
        raise CorruptCollection(
            f"{path / name} {wrong}; to mend it: semascope check {path} --repair"
        )


def _files(path: Path, table: lance.LanceDataset) -> list[str]:
    """Return the names of all files that a version of the table consists of."""
    names = [f"_versions/{_manifests(path)[table.version].name}"]
    for fragment in table.get_fragments():
        names += [f"data/{file.path}" for file in fragment.data_files()]
        deleted = fragment.deletion_file()
        names += [Path(deleted).as_posix()] if deleted else []
    for segment in (segment for index in table.describe_indices() for segment in index.segments):
        folder = path / "_indices" / segment.uuid
        names += [file.relative_to(path).as_posix() for file in folder.rglob("*") if file.is_file()]
    return sorted(names)


def _manifests(path: Path) -> dict[int, Path]:
    """Return the manifests of a Lance table by version; their names count down from 2⁶⁴ - 1."""
    files = (path / "_versions").glob("*.manifest")
    return {2**64 - 1 - int(file.stem): file for file in files if file.stem.isdigit()}


def _is_bare(path: Path) -> bool:
    """Return whether ``path`` is a folder of nothing but what a writer makes first."""
    first = {LOCK, HOLDER, f"{HEAD}.part"}
    return path.is_dir() and {file.name for file in path.iterdir()} <= first


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
            f"{path} cannot be written: {reason(error)}; what was committed before is whole"
        ) from error
