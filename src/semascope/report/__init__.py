"""Report: what a person should know of a collection, in the order in which a page tells it.

Everything here is asked of a `Collection`; nothing is laid out. `semascope.page` does that.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semascope.collection.info import public_name
from semascope.progress import Progress, silent
from semascope.report import change, clusters, duplicates, oddities, trust
from semascope.report.change import Change
from semascope.report.clusters import Cluster
from semascope.report.duplicates import Duplicates
from semascope.report.oddities import Oddities
from semascope.report.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semascope.collection.collection import Collection


@dataclass(frozen=True)
class Report:
    """What there is to say about a collection."""

    name: str  # the collection's
    file: str  # its folder's name as a shell takes it, for commands
    finding: str  # one sentence
    rows: int  # of the user's data
    passages: int  # that they make
    text: str  # the column that is embedded
    model: str  # that embedded it
    clusters: Sequence[Cluster]  # the coarse ones, the largest first
    change: Change | None  # None without a column of dates that spans several stretches of time
    duplicates: Duplicates
    oddities: Oddities
    trust: Trust


def gather(collection: Collection, *, on_progress: Progress = silent) -> Report:
    """Return what there is to say about a collection.

    Parameters
    ----------
    collection : Collection
        Its map is made, if there is none yet.
    on_progress : callable(done, total)
        As for `Collection.map`; silent where neighbors and map are known.
    """
    tree = clusters.gather(collection, on_progress)
    about = collection.info()  # behind the clusters: it tells of their graph
    changes = change.gather(collection, about)
    return Report(
        name=collection.path.stem,
        file=shlex.quote(collection.path.name),
        finding=_finding(tree, changes),
        rows=about.rows,
        passages=about.passages,
        text=collection.text,
        model=public_name(str(about.model["name"])),
        clusters=tree,
        change=changes,
        duplicates=duplicates.gather(collection),
        oddities=oddities.gather(collection),
        trust=trust.gather(collection, about, on_progress),
    )


def _finding(tree: Sequence[Cluster], changes: Change | None) -> str:
    """Return in one sentence what the passages are about, and what rises and falls."""
    groups = [cluster for coarse in tree for cluster in coarse.children or [coarse]]
    largest = max(groups, key=lambda cluster: (cluster.size, -cluster.label))
    about = f"{len(groups)} groups of passages, the largest on “{largest.name}”"
    if len(groups) == 1:
        about = f"One group of passages, on “{largest.name}”"
    if changes is None or not (changes.rising or changes.falling):
        return f"{about}."
    moves = [
        f"“{curves[0].name}” {verb}"
        for curves, verb in ((changes.rising, "rises"), (changes.falling, "falls"))
        if curves
    ]
    return f"{about}; since {changes.stretch(0)}, {' and '.join(moves)} most."
