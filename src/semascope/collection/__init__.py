"""Rows of text and their embeddings on disk.

`indexing` embeds rows, `guard` commits them, `Collection` answers from them; `insight` computes
what structure tells and `derived` keeps it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semascope.collection.collection import Collection

__all__ = ["open"]


def open(path: str | Path) -> Collection:  # noqa: A001  (it is read as `semascope.open`)
    """Return the collection at ``path`` as it was last committed.

    Raises
    ------
    CollectionNotFound
        If there is none.
    CorruptCollection
        If its files are not what was committed.
    CollectionError
        If a newer semascope wrote it, or nothing has been stored in it yet.
    """
    from semascope.collection.collection import Collection

    return Collection(Path(path))
