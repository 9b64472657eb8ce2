"""What is wrong with a collection, file by file, and what that means."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import lance

from semascope.collection import derived, durable, guard
from semascope.collection.check.intact import Row
from semascope.collection.check.rescue import Rescue
from semascope.collection.head import COPIES, HEAD, TAIL, Head, copies, parse_head, read_head
from semascope.collection.tails import read_tail, with_tail
from semascope.errors import CollectionError, CollectionNotFound, CorruptCollection
from semascope.progress import Progress, silent

VERSIONS = "_versions/"  # where the manifest is
TABLE = ("data/", "_deletions/")  # whose files are parts of a fragment


@dataclass(frozen=True)
class Damage:
    """A file that is not what was written."""

    file: str  # its path in the collection
    what: str  # is wrong with it
    means: str  # what follows


@dataclass(frozen=True)
class Report:
    """What `check` found and did."""

    path: Path
    files: int  # that were compared with what was written
    size: int  # of the collection in bytes, without what is derived from it
    damaged: Sequence[Damage]  # as it was found
    mended: Sequence[str] = ()  # what a repair did, in sentences
    passages: int | None = None  # in the collection now; None if it cannot be opened
    lost: Sequence[int] = ()  # numbers of rows that are not intact; a repair takes them out
    lost_in: Path | None = None  # where a repair put what could be read of them
    leftovers: Sequence[str] = ()  # files of no use, which the next writer deletes
    aside: int = 0  # bytes in ``_aside``, for whoever put them there, or a repair did, to delete

    @property
    def intact(self) -> bool:
        """Whether the collection now is what was committed, with all its rows."""
        return not self.lost and (not self.damaged or bool(self.mended))


@dataclass(frozen=True)
class Inspection:
    """What is wrong with a collection."""

    path: Path
    head: Head  # from its copy, if HEAD.json is damaged
    damaged: dict[str, str]  # what is wrong, by file
    leftovers: Sequence[str]

    @cached_property
    def rescue(self) -> Rescue | None:
        """Tells which rows are intact; None while nothing can tell, or where all are."""
        in_head = self.damaged.keys() & self.head.files.keys()
        if not any(name.startswith(TABLE) for name in in_head):
            return None
        if any(name.startswith(VERSIONS) for name in in_head):
            return None
        return Rescue(self.path, self.head, in_head)

    def report(self) -> Report:
        """Return it in words."""
        rows = self.rescue.lost if self.rescue else []
        aside = (self.path / guard.ASIDE).rglob("*")
        return Report(
            path=self.path,
            files=len(self.head.files) + len(copies(self.head)) + 1,
            size=sum(size for size, _ in self.head.files.values()),
            damaged=[Damage(name, what, self.means(name)) for name, what in self.damaged.items()],
            passages=self._count(),
            lost=sorted({row.number for row in rows}),
            leftovers=self.leftovers,
            aside=sum(file.stat().st_size for file in aside if file.is_file()),
        )

    def means(self, name: str) -> str:
        """Return what it means that a file is damaged."""
        if name.startswith(f"{COPIES}/"):
            return "a spare, which is copied again"
        if name.startswith(f"{derived.FOLDER}/"):
            return "computed from the rows, and computed again when it is needed"
        if name.startswith("_indices/"):
            return "an index, which is made again from the rows"
        if name == HEAD or good_copy(self.path, self.head, name) is not None:
            return "its copy tells all that was in it"
        if name.startswith(VERSIONS):
            return "without it nothing can be read, and its copy is damaged too"
        if self.rescue is None:
            return "what this means for its rows can be told when the others are mended"
        return _in_rows(self.rescue.rows_in(name))

    def _count(self) -> int | None:
        if any(name == HEAD or name in self.head.files for name in self.damaged):
            return None
        return int(lance.dataset(self.path, version=self.head.version).count_rows())


def inspect(path: Path, on_progress: Progress = silent) -> Inspection:
    """Compare every file with what was written; raises as `check`."""
    head, damaged = _committed(path)
    if head.version == 0:
        raise CollectionError(
            f"{path} is empty: indexing stopped before anything was stored; run it again"
        )
    total, done = sum(size for size, _ in head.files.values()), 0
    for name in sorted(head.files):
        if wrong := guard.damage(path, head, name):
            damaged[name] = wrong
        done += head.files[name][0]
        on_progress(done, total)
    spares, old = _check_copies(path, head, damaged)
    damaged |= spares
    for name in derived.damaged(path / derived.FOLDER):
        damaged[f"{derived.FOLDER}/{name}"] = "is not what was written"
    unfinished = [f"{derived.FOLDER}/{name}" for name in derived.unfinished(path / derived.FOLDER)]
    return Inspection(path, head, damaged, guard.leftovers(path, head) + old + unfinished)


def good_copy(path: Path, head: Head, name: str) -> bytes | None:
    """Return the contents of a file as they were committed, if its copy is enough to tell them."""
    size, sha256 = head.files[name]
    copy = path / COPIES / Path(name).name
    try:
        if name in head.small_files:
            content = copy.read_bytes()
        else:
            tail = copy.with_name(copy.name + TAIL).read_bytes()
            content = with_tail((path / name).read_bytes(), tail, size)
    except OSError:
        return None
    return content if durable.hash_of(content) == sha256 else None


def _committed(path: Path) -> tuple[Head, dict[str, str]]:
    """Return the committed state, and what is wrong with HEAD.json."""
    copy = path / COPIES / HEAD
    try:
        return read_head(path), {}
    except CollectionNotFound:
        if not copy.exists():
            raise
        wrong = {HEAD: "is missing"}
    except CorruptCollection:
        wrong = {HEAD: "is not what was written"}
    try:
        return parse_head(copy.read_bytes(), path), wrong
    except (OSError, CorruptCollection) as error:
        raise CorruptCollection(
            f"{path / HEAD} and its copy in {COPIES} are both damaged; index the original file "
            f"again, to another path (what Lance can read of this one: lance.dataset('{path}'))"
        ) from error


def _check_copies(
    path: Path, head: Head, damaged: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return what is wrong with the copies, and the names of those that are of no use any more."""
    folder, wrong = path / COPIES, {}
    if not (folder / HEAD).exists():  # a writer died within its first commit
        return {}, [f"{COPIES}/{file.name}" for file in folder.glob("*")]
    try:
        copied = parse_head((folder / HEAD).read_bytes(), path)
    except (CollectionError, OSError):
        copied, wrong[HEAD] = head, "is not what was written"
    # Where a writer died after HEAD.json and before the copies, these are of the version before.
    for copy, name in copies(copied).items():
        file = folder / copy
        if not file.exists():
            wrong[copy] = "is missing"
        elif copy.endswith(TAIL):
            comparable = name in head.files and name not in damaged
            if comparable and file.read_bytes() != read_tail(path / name):
                wrong[copy] = "is not the end of its file"
        elif name != HEAD and durable.sha256(file) != copied.files[name][1]:
            wrong[copy] = "is not what was written"
    others = {file.name for file in folder.iterdir()} - copies(copied).keys()
    return (
        {f"{COPIES}/{copy}": what for copy, what in wrong.items()},
        [f"{COPIES}/{name}" for name in sorted(others)],
    )


def _in_rows(rows: Sequence[Row]) -> str:
    passages = sum(len(row.passages) for row in rows)
    numbers = {row.number for row in rows}
    lost = {row.number for row in rows if row.contents is None}
    state = f"of which {len(lost):,} are not intact" if lost else "whose contents are all intact"
    return f"{passages:,} passages of {len(numbers):,} rows, {state}"
