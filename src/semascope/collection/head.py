"""HEAD.json: what of a folder is the collection, down to the last bit.

It names a version of the Lance table and the size and SHA-256 of each file of that version, and
carries its own SHA-256. HEAD.json and what else is small and decides, such as the manifest, is kept
twice: the second time in ``_copies``. So is the end of each data file.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from semascope.collection import durable
from semascope.collection.tails import read_tail
from semascope.errors import CollectionError, CollectionNotFound, CorruptCollection

FORMAT = 1  # of HEAD.json and of the columns that semascope adds
HEAD, COPIES, TAIL = "HEAD.json", "_copies", ".tail"
LARGE = ("data/", "_indices/")  # folders of what can be read in part, or made again


@dataclass(frozen=True)
class Head:
    """The committed state of a collection."""

    version: int  # of the Lance table; 0 before the first commit
    files: Mapping[str, tuple[int, str]]  # size in bytes and SHA-256, by path in the collection
    about: Mapping[str, Any]  # what semascope must know to use it: model, text column, …
    format: int = FORMAT

    @property
    def small_files(self) -> list[str]:
        """The files without which the others mean nothing, such as the manifest."""
        return [name for name in self.files if not name.startswith(LARGE)]


def exists(path: Path) -> bool:
    """Return whether there is a collection at ``path``."""
    return (path / HEAD).is_file()


def read_head(path: Path) -> Head:
    """Return the committed state of the collection at ``path``.

    Raises
    ------
    CollectionNotFound
        If there is nothing, or nothing of semascope's.
    CorruptCollection
        If HEAD.json is not as it was written.
    CollectionError
        If a newer semascope wrote it.
    """
    if not exists(path):
        raise CollectionNotFound(
            f"there is no collection at {path}; make one with: semascope index FILE --to {path}"
        )
    try:
        return parse_head((path / HEAD).read_bytes(), path)
    except OSError as error:
        raise CorruptCollection(f"{path / HEAD} cannot be read: {error.strerror}") from error


def parse_head(content: bytes, path: Path) -> Head:
    """Return the state that the contents of a HEAD.json tell; raises as `read_head`."""
    try:
        fields = json.loads(content)
        seal = fields.pop("sha256")
        written_by = fields["format"]
        if seal != _seal(fields):
            raise ValueError("its contents are not what was written")
        head = Head(**fields) if written_by <= FORMAT else None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorruptCollection(
            f"{path / HEAD} cannot be read: {error}; to mend it: semascope check {path} --repair"
        ) from error
    if head is None:
        raise CollectionError(
            f"{path} was written by a newer semascope (format {written_by}, this one knows "
            f"{FORMAT}); update with: pip install --upgrade semascope"
        )
    return head


def write_head(path: Path, head: Head) -> None:
    """Make ``head`` the committed state; before it, all its files must be on the disk."""
    fields = json.loads(json.dumps(asdict(head)))  # tuples as JSON has them
    text = json.dumps(fields | {"sha256": _seal(fields)}, indent=1)
    durable.replace(path / HEAD, text.encode())


def copy_what_decides(path: Path, head: Head) -> None:
    """Bring ``_copies`` up to date; what is copied is what was committed."""
    folder = path / COPIES
    folder.mkdir(exist_ok=True)
    names = copies(head)
    for copy, name in names.items():  # HEAD last
        if name == HEAD or not (folder / copy).exists():
            content = read_tail(path / name) if copy.endswith(TAIL) else (path / name).read_bytes()
            durable.replace(folder / copy, content)
    for file in folder.iterdir():
        if file.name not in names:
            file.unlink()


def copies(head: Head) -> dict[str, str]:
    """Return the names of the copies, and of what each is a copy of: the end of it if a TAIL."""
    whole = {Path(name).name: name for name in head.small_files}
    tails = {Path(name).name + TAIL: name for name in head.files if name.startswith("data/")}
    return {**whole, **tails, HEAD: HEAD}


def _seal(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
