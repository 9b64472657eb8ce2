"""The search indexes of a collection: of its words, and of its embeddings where they are many.

They are Lance's, and part of what is committed. Search works without them, only slower.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import lance

from semascope.collection.snapshot import EMBEDDING
from semascope.collection.words import ANALYZER

LIMIT = 200_000  # passages; so many are searched in memory, in 10 ms
WORDS, VECTORS = "words", "vectors"
METRIC = "cosine"


def is_current(table: lance.LanceDataset, text: str) -> bool:
    """Return whether all indexes that a table should have are there and know all its passages."""
    fragments = {fragment.fragment_id for fragment in table.get_fragments()}
    known = _known(table)
    return all(known.get(name, set()) >= fragments for name in _wanted(table, text))


def update(path: Path, text: str) -> None:
    """Make the indexes of the newest version of the table, or bring them up to date.

    Call it in the change of a `guard.commit`.

    Parameters
    ----------
    path : Path
        The collection.
    text : str
        The column whose words are searched.
    """
    table = lance.dataset(path)
    wanted, known = _wanted(table, text), _known(table)
    for name in known.keys() - wanted.keys():
        if name.startswith(VECTORS):  # of a time when the collection was of another size
            table.drop_index(name)
    for name in known.keys() & wanted.keys():
        # What is new becomes part of the one index there is, rather than one beside it.
        table.optimize.optimize_indices(index_names=[name], num_indices_to_merge=10)
    for name in wanted.keys() - known.keys():
        wanted[name]()


def _wanted(table: lance.LanceDataset, text: str) -> Mapping[str, Callable[[], object]]:
    """Return the names of the indexes that a table should have, and what makes each."""

    def index_words() -> None:
        table.create_scalar_index(text, "INVERTED", name=WORDS, **ANALYZER)

    def index_vectors() -> None:
        table.create_index(EMBEDDING, "IVF_RQ", name=vectors, metric=METRIC, num_bits=1)

    N = table.count_rows()
    # Its partitions fit the passages that it was made from: another one for each power of two.
    vectors = f"{VECTORS}-{N.bit_length()}"
    return {WORDS: index_words} | ({vectors: index_vectors} if N > LIMIT else {})


def _known(table: lance.LanceDataset) -> dict[str, set[int]]:
    """Return the fragments that each index knows."""
    return {
        index.name: {fragment for segment in index.segments for fragment in segment.fragment_ids}
        for index in table.describe_indices()
    }
