"""The map and the clusters of a collection, made at one time.

Neither keeps two cores busy, and neither needs the other. So where passages are not few and no
clusters are known yet, another process makes them while this one makes the map, and leaves them
where they are kept anyway. Threads would not do: what finds communities holds Python's lock.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from semascope.collection import derived
from semascope.progress import Progress

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.mapping import Map

FEW = 4_000  # passages; fewer have their clusters before another process has begun
MANY = 300_000  # of more, both together take too much memory
WORK = "import sys, semascope; semascope.open(sys.argv[1]).clusters()"


def map_beside_clusters(collection: Collection, *, redo: bool, on_progress: Progress) -> Map:
    """Return what `Collection.map` does; `Collection.clusters` then finds what it needs.

    Or makes it, if it was not made here: it always can.
    """
    if not FEW <= len(collection) <= MANY or _are_known(collection):
        return collection.map(redo=redo, on_progress=on_progress)
    collection.neighbors(on_progress=on_progress)  # which both start from
    with _clusters_beside(collection.path):
        return collection.map(redo=redo, on_progress=on_progress)


def _are_known(collection: Collection) -> bool:
    folder = collection.path / derived.FOLDER
    return derived.recall(folder, "clusters", of_version=collection.version) is not None


@contextmanager
def _clusters_beside(path: Path) -> Iterator[None]:
    """Have clusters made and kept by another process, and wait for it in the end."""
    command = [sys.executable, "-P", "-c", WORK, str(path)]
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
    except OSError:  # where Python is part of another program
        yield
        return
    try:
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()
