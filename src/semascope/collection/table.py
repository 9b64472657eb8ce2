"""What is done to the Lance table of a collection, inside the change of a `guard.commit`."""

from collections.abc import Iterable
from pathlib import Path

import lance
import pyarrow as pa

from semascope.collection.snapshot import ROW

FRAGMENT = 65_536  # passages, from which a fragment is left as it is: 100 MB
FRAGMENTS = 16  # smaller ones than that, from which they are joined


def delete(path: Path, rows: Iterable[int]) -> None:
    """Take away all passages of the rows with these numbers."""
    numbers = pa.table({ROW: pa.array(sorted(rows), pa.int64())})
    lance.dataset(path).merge_insert(ROW).when_matched_delete().execute(numbers)


def is_compact(table: lance.LanceDataset) -> bool:
    """Return whether nothing that was deleted takes space, and the rest is in few fragments."""
    fragments = table.get_fragments()
    small = sum(fragment.physical_rows < FRAGMENT for fragment in fragments)
    return small < FRAGMENTS and not any(fragment.deletion_file() for fragment in fragments)


def compact(path: Path) -> None:
    """Join small fragments, and drop what was deleted; the passages keep their order."""
    lance.dataset(path).optimize.compact_files(
        target_rows_per_fragment=FRAGMENT, materialize_deletions_threshold=0.0
    )
