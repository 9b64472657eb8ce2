"""Collection: rows of text with their embeddings, on disk, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection import guard
from semascope.encoder import load
from semascope.errors import CollectionError, InvalidValue
from semascope.progress import Progress, silent
from semascope.similarity import top_k

if TYPE_CHECKING:  # insight stands on libraries that take long to import
    from semascope.collection.insight import Clusters, Duplicates, Insight, Map, Outlier
    from semascope.encoder.encoder import Encoder

FloatArray = NDArray[np.float32]

# The columns that semascope adds to the user's
EMBEDDING = "_embedding"
HASH = "_hash"  # of the row that a passage is from
ROW = "_row"  # its number, from 0
START = "_start"  # where in the row's text the passage begins, in characters
ADDED = (HASH, ROW, START, EMBEDDING)
DERIVED = "_derived"
RANDOM_PAIRS = 100_000  # what a percentile is measured on: a step is 0.001%
SEED = 0


@dataclass(frozen=True)
class Hit:
    """A passage that a search found."""

    number: int  # its place in the collection, from 0
    text: str
    similarity: float  # cosine to the query, in [-1, 1]
    percentile: float | None  # % of the collection's random pairs that are less similar
    row: Mapping[str, Any]  # the user's columns


@dataclass(frozen=True)
class Indexed:
    """What a run of `semascope.index` did."""

    text: str  # the text column
    guessed: bool = False  # whether nobody named it
    added: int = 0  # rows stored by this run
    passages: int = 0  # that these rows make
    split: int = 0  # rows among them that are longer than the model reads, and became several
    known: int = 0  # rows that were stored before
    empty: int = 0  # rows without text, left out
    skipped: int = 0  # rows that could not be parsed, left out
    why: Sequence[str] = ()  # where the first of these are, and what is wrong with them
    damaged: int = 0  # lines with characters that could not be decoded, shown as "�"
    not_english: float = 0.0  # share of the first rows added that are in another language


class Collection:
    """Rows of text and their embeddings; `semascope.index` makes one, `semascope.open` opens it.

    What it holds is what was committed when it was opened: N passages, numbered from 0 in the
    order in which they were added. Rows are read from the disk when they are first needed.

    Attributes
    ----------
    path : Path
        A folder that any tool for Lance tables can open.
    text : str
        Name of the column that is embedded.
    columns : list of str
        The user's columns, the text among them.
    indexed : Indexed
        What the run of `semascope.index` did that returned this object.
    """

    def __init__(self, path: Path, encoder: Encoder | None = None, indexed: Indexed | None = None):
        self.path = path
        self._head = guard.read_head(path)
        if self._head.version == 0:
            raise CollectionError(
                f"{path} is empty: indexing stopped before anything was stored; run it again"
            )
        self._table = guard.open_table(path, self._head)
        self._given_encoder = encoder
        self.text: str = self._head.about["text"]
        self.indexed = indexed or Indexed(self.text)
        self.columns = [c for c in self._table.schema.names if c not in ADDED]

    def __len__(self) -> int:
        return int(self._table.count_rows())

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r}, {len(self):,} passages)"

    @property
    def version(self) -> int:
        """Which commit this is, counted from 1."""
        return self._head.version

    @property
    def model(self) -> Mapping[str, Any]:
        """Name, revision, precision and dim of the model that made the embeddings."""
        return dict(self._head.about["model"])

    @cached_property
    def encoder(self) -> Encoder:
        """The model that embeds queries: the one that embedded the rows, in f32.

        Raises
        ------
        CollectionError
            If what has its name now is another model.
        """
        encoder = self._given_encoder or load(self.model["name"], precision="f32")
        if encoder.revision != self.model["revision"]:
            raise CollectionError(
                f"{self.path} was made with {self.model['name']} of revision "
                f"{self.model['revision'][:12]}…, but that is now {encoder.revision[:12]}…; bring "
                "the old model back, or index the file anew"
            )
        return encoder

    @cached_property
    def texts(self) -> list[str]:
        """The text of each passage."""
        return list(self._column(self.text).to_pylist())

    @cached_property
    def embeddings(self) -> FloatArray:
        """The unit-length embedding of each passage, (N, D) float32."""
        vectors = self._column(EMBEDDING).combine_chunks()
        matrix: FloatArray = vectors.flatten().to_numpy().reshape(len(vectors), -1)
        return matrix

    def rows(self, numbers: list[int] | None = None) -> list[dict[str, Any]]:
        """Return the user's columns of these passages, or of all."""
        if numbers is None:
            return list(self._table.to_table(columns=self.columns).to_pylist())
        return list(self._table.take(numbers, columns=self.columns).to_pylist())

    def to_arrow(self) -> pa.Table:
        """Return everything that is stored: the user's columns, hashes and embeddings."""
        return self._table.to_table()

    def search(self, query: str, *, k: int = 10, passages: bool = False) -> list[Hit]:
        """Return what is nearest to ``query`` in meaning, nearest first.

        Parameters
        ----------
        query : str
            Need share no word with what it finds. Something is always found: neither similarity
            nor percentile tells that nothing fits.
        k : int
            Number of hits, at least 1; fewer if the collection is smaller.
        passages : bool
            Whether a row that was split may be found several times. By default only its best
            passage is.

        Raises
        ------
        InvalidValue
            If the query is empty or k is less than 1.
        """
        if not query.strip():
            raise InvalidValue("the query is empty; say what to look for")
        if k < 1:
            raise InvalidValue(f"k must be at least 1, got {k}")
        prompt = "query" if "query" in self.encoder.prompts else None
        embedding = self.encoder.encode(query, prompt=prompt)
        similarity = self.embeddings @ (embedding / np.linalg.norm(embedding))  # (N,)
        numbers = (top_k(similarity, k) if passages else self._best_of_rows(similarity, k)).tolist()
        return [
            Hit(n, row[self.text], float(similarity[n]), self.percentile(float(similarity[n])), row)
            for n, row in zip(numbers, self.rows(numbers), strict=True)
        ]

    def percentile(self, similarity: float) -> float | None:
        """Return the percent of random pairs of passages that are less similar, in [0, 100].

        The pairs are `RANDOM_PAIRS`, drawn with a fixed seed. None if there is but one passage.
        """
        if len(self) < 2:
            return None
        below = np.searchsorted(self._random_similarity, similarity)
        return 100 * float(below) / RANDOM_PAIRS

    def clusters(self, *, resolution: float = 1.0, on_progress: Progress = silent) -> Clusters:
        """Return groups of passages that belong together, and what sets each apart.

        Parameters
        ----------
        resolution : float
            Above 0; the higher, the more and smaller the clusters.
        on_progress : callable(done, total)
            Counts passages whose neighbors are found; silent where they are known.
        """
        return self._insight.clusters(resolution, on_progress)

    def map(self, *, on_progress: Progress = silent) -> Map:
        """Return a place in the plane for each passage, and how far to trust it.

        Parameters
        ----------
        on_progress : callable(done, total)
            Counts first passages whose neighbors are found, then steps of the layout.
        """
        return self._insight.map(on_progress)

    def draw(self, to: str | Path, *, on_progress: Progress = silent) -> None:
        """Write the map with the names of its clusters to a file.

        Parameters
        ----------
        to : str or Path
            A picture (.png, .svg, .pdf), or a page to walk around in (.html): one file that
            needs neither network nor server.
        on_progress : callable(done, total)
            As for `map`.

        Raises
        ------
        InvalidValue
            If the name ends in none of these.
        FileError
            If the file cannot be written.
        """
        from semascope.picture import draw

        draw(self, Path(to), on_progress)

    def neighbors(self, *, on_progress: Progress = silent) -> NDArray[np.int32]:
        """Return the numbers of the passages nearest to each passage, nearest first.

        Returns
        -------
        ndarray of shape (N, k), int32
            k is 15, or less in a small collection. Of passages with the same text one stands
            for all, and none is its own neighbor.
        """
        return self._insight.neighbors(on_progress)

    def duplicates(
        self, *, threshold: float | None = None, on_progress: Progress = silent
    ) -> Duplicates:
        """Return groups of passages that are the same, or nearly.

        Parameters
        ----------
        threshold : float, optional
            Cosine similarity from which two passages count as the same. By default one that
            the collection itself suggests.
        on_progress : callable(done, total)
            Counts passages whose neighbors are found; silent where they are known.
        """
        return self._insight.duplicates(threshold, on_progress)

    def outliers(self, *, n: int = 10, on_progress: Progress = silent) -> list[Outlier]:
        """Return the n passages that are least like any other, the oddest first."""
        return self._insight.outliers(n, on_progress)

    def _best_of_rows(self, similarity: FloatArray, k: int) -> NDArray[np.intp]:
        """Return the k most similar passages, only the best of each row."""
        wanted = k
        while True:
            numbers = top_k(similarity, wanted)
            _, first = np.unique(self._rows_of[numbers], return_index=True)
            if len(first) >= k or len(numbers) == len(similarity):
                return numbers[np.sort(first)[:k]]
            wanted *= 2

    @cached_property
    def _rows_of(self) -> NDArray[np.int64]:
        """The row that each passage is from, (N,)."""
        return np.asarray(self._column(ROW).to_numpy())

    def _column(self, name: str) -> pa.ChunkedArray:
        return self._table.to_table(columns=[name])[name]

    @cached_property
    def _random_similarity(self) -> FloatArray:
        """Similarities of random pairs of different passages, ascending."""
        N = len(self)
        random = np.random.default_rng(SEED)
        a = random.integers(N, size=RANDOM_PAIRS)
        b = (a + random.integers(1, N, size=RANDOM_PAIRS)) % N  # never a itself
        parts = [
            np.vecdot(self.embeddings[a[block]], self.embeddings[b[block]])
            for block in np.array_split(np.arange(RANDOM_PAIRS), 20)  # 2 × 8 MB at a time
        ]
        return np.sort(np.concatenate(parts))

    @cached_property
    def _insight(self) -> Insight:
        from semascope.collection.insight import Insight

        return Insight(self.texts, self.embeddings, self.path / DERIVED, self.version)
