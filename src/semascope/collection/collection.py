"""Collection: rows of text with their embeddings, on disk, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection.indexed import Indexed
from semascope.collection.search import Hit, Mode, Search
from semascope.collection.snapshot import Snapshot
from semascope.encoder import load
from semascope.errors import CollectionError, InvalidValue
from semascope.progress import Progress, silent

if TYPE_CHECKING:  # insight stands on libraries that take long to import
    from semascope.collection.export import Exported
    from semascope.collection.info import Info
    from semascope.collection.insight import Clusters, Duplicates, Insight, Map, Outlier
    from semascope.encoder.encoder import Encoder

FloatArray = NDArray[np.float32]

DERIVED = "_derived"


class Collection:
    """Rows of text and their embeddings; `semascope.index` makes one, `semascope.open` opens it.

    What it holds is what was committed when it was opened, or when it was last changed through
    this object: N passages, numbered from 0 in the order in which they were added. Rows are read
    from the disk when they are first needed.

    Attributes
    ----------
    path : Path
        A folder that any tool for Lance tables can open.
    indexed : Indexed
        What the run of `semascope.index` did that returned this object, or the last `add`.
    """

    def __init__(self, path: Path, encoder: Encoder | None = None, indexed: Indexed | None = None):
        self.path = path
        self._given_encoder = encoder
        self._snapshot = Snapshot(path)
        self.indexed = indexed or Indexed(self.text)

    def __len__(self) -> int:
        return len(self._snapshot)

    def __repr__(self) -> str:
        return f"Collection({str(self.path)!r}, {len(self):,} passages)"

    @property
    def text(self) -> str:
        """Name of the column that is embedded."""
        return self._snapshot.text

    @property
    def columns(self) -> list[str]:
        """The user's columns, the text among them."""
        return list(self._snapshot.columns)

    @property
    def version(self) -> int:
        """Which commit this is; later ones have higher numbers."""
        return self._snapshot.version

    @property
    def model(self) -> Mapping[str, Any]:
        """Name, revision, precision and dim of the model that made the embeddings."""
        return dict(self._snapshot.about["model"])

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

    @property
    def texts(self) -> list[str]:
        """The text of each passage."""
        return self._snapshot.texts

    @property
    def embeddings(self) -> FloatArray:
        """The unit-length embedding of each passage, (N, D) float32."""
        return self._snapshot.embeddings

    def rows(self, numbers: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Return the user's columns of these passages, or of all."""
        if numbers is None:
            return list(self._snapshot.read(columns=self.columns).to_pylist())
        if any(not 0 <= number < len(self) for number in numbers):
            raise InvalidValue(f"passages are numbered 0 to {len(self) - 1:,}, got {list(numbers)}")
        return self._snapshot.rows(numbers)

    def to_arrow(self) -> pa.Table:
        """Return everything that is stored: the user's columns, hashes and embeddings."""
        return self._snapshot.read()

    def add(self, source: object, *, sync: bool = False, on_progress: Progress = silent) -> Indexed:
        """Store more rows, and return what was done.

        Parameters
        ----------
        source : str, Path, iterable of dicts or strings, or Arrow data
            As for `semascope.index`, with the columns of this collection.
        sync : bool
            Whether rows that the source has not are taken away.
        on_progress : callable(done, total)
            Counts rows.

        Raises
        ------
        SemascopeError
            As `semascope.index`.
        """
        from semascope.collection.indexing import index

        model = self._given_encoder
        more = index(source, to=self.path, sync=sync, model=model, on_progress=on_progress)
        self._reopen()
        self.indexed = more.indexed
        return self.indexed

    def delete(self, where: str) -> int:
        """Take away the rows that pass a condition, and return how many these are.

        Parameters
        ----------
        where : str
            An SQL condition, as for `search`. A row goes as a whole, with all its passages.

        Raises
        ------
        InvalidValue
            If it is no condition on the columns that there are, or holds for all rows.
        CollectionBusy
            If another process writes to the collection.
        """
        from semascope.collection.indexing import delete

        removed = delete(self.path, where)
        self._reopen()
        return removed

    def _reopen(self) -> None:
        """Show what is committed now."""
        self._snapshot = Snapshot(self.path)
        for computed in ("_search", "_insight"):
            self.__dict__.pop(computed, None)

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        mode: Mode = "hybrid",
        where: str | None = None,
        passages: bool = False,
    ) -> list[Hit]:
        """Return what answers ``query``, best first, ties in the order of the passages.

        Parameters
        ----------
        query : str
            By meaning, it need share no word with what it finds.
        k : int
            Number of hits, at least 1; fewer if fewer pass the filter or, in mode "keyword",
            share a word with the query.
        mode : "hybrid", "vector" or "keyword"
            "vector" ranks by meaning: cosine similarity. "keyword" ranks by words: BM25 of their
            stems, without stop words. "hybrid" fuses the two rankings. By meaning something is
            always found: neither similarity nor percentile tells that nothing fits, but see
            `unknown_words`.
        where : str, optional
            An SQL condition on the columns, such as ``year > 1960 and party = 'Republican'``;
            names with spaces in backticks. The hits are the best of what passes.
        passages : bool
            Whether a row that was split may be found several times. By default only its best
            passage is.

        Raises
        ------
        InvalidValue
            If the query is empty, k is less than 1, there is no such mode, or the condition is
            none on these columns.
        """
        return self._search(query, k=k, mode=mode, where=where, passages=passages)

    def unknown_words(self, query: str) -> list[str]:
        """Return the words of ``query`` that occur nowhere in the collection, in their order.

        A word occurs if one of the same stem does. Stop words, such as "the", are left out.
        """
        return self._search.unknown_words(query)

    def percentile(self, similarity: float) -> float | None:
        """Return the percent of random pairs of passages that are less similar, in [0, 100].

        The pairs are 100,000, drawn with a fixed seed. None if there is but one passage.
        """
        return self._search.percentile(similarity)

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

    def export(
        self,
        to: str | Path,
        *,
        embeddings: bool = False,
        raw: bool = False,
        on_progress: Progress = silent,
    ) -> Exported:
        """Write the rows to a file for other programs, each with its text whole, in their order.

        Parameters
        ----------
        to : str or Path
            Its name says the format: ``.csv``, ``.tsv``, ``.jsonl``, each also with ``.gz`` or
            ``.zst`` behind it, or ``.parquet``, which keeps every type. The file appears, or
            replaces another, when it is complete.
        embeddings : bool
            A line for each passage instead, with its row's columns and three more: ``_row``, the
            number of the row, ``_start``, the character of the row's text at which the passage
            begins, and ``_embedding``, (D,) float32 of unit length.
        raw : bool
            Whether CSV and TSV have all text as it is. By default text that begins with ``=``,
            ``+``, ``-``, ``@``, tab or a line's end gets an apostrophe in front: a spreadsheet
            would run it as a formula. The other formats are always raw.
        on_progress : callable(done, total)
            Counts lines.

        Returns
        -------
        Exported
            How many lines were written, and how many cells got an apostrophe.

        Raises
        ------
        InvalidValue
            If the name ends in none of these.
        FileError
            If the file cannot be written.

        References
        ----------
        OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
        """
        from semascope.collection.export import export

        return export(
            self._snapshot, Path(to), embeddings=embeddings, raw=raw, on_progress=on_progress
        )

    def info(self) -> Info:
        """Return what this collection is: how much is in it, who embedded it, what it takes."""
        from semascope.collection.info import info

        return info(self._snapshot)

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

    @cached_property
    def _search(self) -> Search:
        return Search(self._snapshot, lambda: self.encoder)

    @cached_property
    def _insight(self) -> Insight:
        from semascope.collection.insight import Insight

        return Insight(self.texts, self.embeddings, self.path / DERIVED, self.version)
