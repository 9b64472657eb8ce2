"""repair: what is damaged in a collection is mended, and nothing made worse."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import lance

from semascope.collection import derived, durable, guard, indexes
from semascope.collection.check.inspection import (
    VERSIONS,
    Damage,
    Inspection,
    Report,
    good_copy,
    inspect,
)
from semascope.collection.check.intact import Row
from semascope.collection.check.rescue import Rescue
from semascope.collection.head import COPIES, HEAD, copy_what_decides, read_head
from semascope.errors import CorruptCollection


def mend(found: Inspection, *, died: bool) -> Report:
    """Mend what was found. Call it while no other process writes.

    Parameters
    ----------
    found : Inspection
    died : bool
        Whether the last writer died, so that what lies above HEAD is its own.

    Raises
    ------
    CorruptCollection
        If nothing would be left.
    """
    path, damaged = found.path, found.damaged
    if not damaged:
        return found.report()
    means = {name: found.means(name) for name in damaged if not name.startswith("data/")}
    mended = _restore(found)
    guard.sweep(path, found.head, ours=died and HEAD not in damaged)
    try:
        found = inspect(path)
        means = {name: means.get(name) or found.means(name) for name in damaged}
        mended += _throw_away(found)
        lost, lost_in, done = _rebuild(found)
        mended += done
    finally:
        guard.sweep(path, read_head(path), ours=True)
    copy_what_decides(path, read_head(path))
    after = inspect(path)
    if after.damaged:
        raise CorruptCollection(f"{path} is still damaged: {', '.join(after.damaged)}")
    return replace(
        after.report(),
        damaged=[Damage(name, what, means[name]) for name, what in damaged.items()],
        mended=mended,
        lost=sorted({row.number for row in lost}),
        lost_in=lost_in,
    )


def _restore(found: Inspection) -> list[str]:
    """Bring back what its copy is enough to tell; return what was done."""
    path, done = found.path, []
    if HEAD in found.damaged:
        _keep(path, HEAD)
        durable.replace(path / HEAD, (path / COPIES / HEAD).read_bytes())
        done.append(f"{HEAD} is restored from its copy")
    for name in found.damaged.keys() & found.head.files.keys():
        content = good_copy(path, found.head, name)
        if content is not None:
            _keep(path, name)
            (path / name).parent.mkdir(exist_ok=True)
            durable.replace(path / name, content)
            done.append(f"{name} is restored from its copy")
    return done


def _throw_away(found: Inspection) -> list[str]:
    """Delete damaged files that are made again from others; return what was done."""
    path, done = found.path, []
    for name in found.damaged:
        if name.startswith(f"{COPIES}/"):
            (path / name).unlink(missing_ok=True)
            done.append(f"{name} is copied again")
        elif name.startswith(f"{derived.FOLDER}/"):
            derived.forget(path / name)
            done.append(f"{name} is removed, and made again when it is needed")
    return done


def _rebuild(found: Inspection) -> tuple[list[Row], Path | None, list[str]]:
    """Commit what is intact; return the rows that are not, where they are now, what was done."""
    path, head = found.path, found.head
    damaged = found.damaged.keys() & head.files.keys()
    if not damaged:
        return [], None, []
    lost_manifests = [name for name in damaged if name.startswith(VERSIONS)]
    if lost_manifests:
        raise CorruptCollection(
            f"{path / lost_manifests[0]} and its copy in {COPIES} are both damaged: the rows are "
            "there, but not what they mean; index the original file again, to another path"
        )
    rescue = found.rescue
    if rescue and rescue.leaves_nothing:
        raise CorruptCollection(
            f"no row of {path} is intact; index the original file again, to another path"
        )
    for name in damaged:
        _keep(path, name)
    lost_in = _write_down(rescue) if rescue and rescue.lost else None

    def change() -> None:
        if rescue:
            rescue.replace()  # and with that the indexes are gone
        for index in lance.dataset(path).describe_indices():
            if any(f"/{segment.uuid}/" in name for segment in index.segments for name in damaged):
                lance.dataset(path).drop_index(index.name)
        indexes.update(path, head.about["text"])

    files = {name: known for name, known in head.files.items() if name not in damaged}
    guard.commit(path, replace(head, files=files), change)
    if rescue is None:
        return [], None, ["the index is made again from the rows"]
    rows = [row for name in sorted(damaged) for row in rescue.rows_in(name)]
    intact = len({row.number for row in rows if row.contents is not None})
    done = [f"{intact:,} rows in damaged files are intact, and embedded anew"]
    return rescue.lost, lost_in, done


def _write_down(rescue: Rescue) -> Path:
    """Write what can be read of the lost rows to a file, a passage a line."""
    file = guard.place_aside(rescue.path, f"not-intact-{rescue.head.version}.jsonl")
    lines = (json.dumps(passage, default=str, ensure_ascii=False) for passage in rescue.describe())
    durable.replace(file, "".join(f"{line}\n" for line in lines).encode())
    return file


def _keep(path: Path, name: str) -> None:
    """Copy a damaged file into ``_aside``."""
    if (path / name).exists():
        copy = guard.place_aside(path, Path(name).name)
        shutil.copyfile(path / name, copy)
        durable.fsync(copy)
