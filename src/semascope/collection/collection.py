"""Collection: rows of text with their embeddings, on disk, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope.collection.indexed import Indexed
from semascope.collection.search import Hit, Mode, Search
from semascope.collection.snapshot import Snapshot
from semascope.encoder import PrecisionName, load
from semascope.errors import CollectionError, InvalidValue
from semascope.progress import Progress, silent

if TYPE_CHECKING:  # insight stands on libraries that take long to import
    from semascope.collection.clustering import Clusters, Resolution
    from semascope.collection.contrast import Contrast, Side
    from semascope.collection.duplicates import Duplicates
    from semascope.collection.export import Exported
    from semascope.collection.info import Info
    from semascope.collection.insight import Insight
    from semascope.collection.mapping import Map
    from semascope.collection.outliers import Outlier
    from semascope.collection.timeline import Timeline
    from semascope.encoder.encoder import Encoder
    from semascope.page import Frame

FloatArray = NDArray[np.float32]


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
    def schema(self) -> pa.Schema:
        """The user's columns and their types."""
        stored = self._snapshot.table.schema
        return pa.schema([stored.field(name) for name in self.columns])

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

        If the rows are in int8, queries are too: both have the same small errors then.

        Raises
        ------
        CollectionError
            If what has its name now is another model.
        """
        encoder = self._given_encoder or self._load()
        if encoder.revision != self.model["revision"]:
            raise CollectionError(
                f"{self.path} was made with {self.model['name']} of revision "
                f"{self.model['revision'][:12]}…, but that is now {encoder.revision[:12]}…; bring "
                "the old model back, or index the file anew"
            )
        return encoder

    def _load(self) -> Encoder:
        precision: PrecisionName = "int8" if self.model["precision"] == "int8" else "f32"
        encoder: Encoder = load(self.model["name"], precision=precision)
        return encoder

    @property
    def texts(self) -> list[str]:
        """The text of each passage."""
        return self._snapshot.texts

    @property
    def embeddings(self) -> FloatArray:
        """The unit-length embedding of each passage, (N, D) float32."""
        return self._snapshot.embeddings

    def rows(
        self, numbers: Sequence[int] | NDArray[np.integer] | None = None
    ) -> list[dict[str, Any]]:
        """Return the user's columns of these passages, or of all."""
        if numbers is None:
            return list(self._snapshot.read(columns=self.columns).to_pylist())
        return self._snapshot.rows(self._numbers(numbers).tolist())

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one of the user's columns, of all N passages.

        Raises
        ------
        InvalidValue
            If there is none of this name.
        """
        if name not in self.columns:
            raise InvalidValue(
                f"there is no column {name!r}; the columns are {', '.join(self.columns)}"
            )
        return self._snapshot.column(name)

    def passing(self, where: str) -> NDArray[np.intp]:
        """Return the numbers of the passages that pass a condition, ascending.

        Parameters
        ----------
        where : str
            An SQL condition, as for `search`.

        Raises
        ------
        InvalidValue
            If it is no condition on the columns that there are.
        """
        return self._snapshot.passing(where)

    def embeddings_of(self, numbers: Sequence[int] | NDArray[np.integer]) -> FloatArray:
        """Return the embeddings of these passages, (M, D) float32, and read no others."""
        return self._snapshot.vectors(self._numbers(numbers).tolist())

    def project(self, direction: NDArray[np.floating]) -> FloatArray:
        """Return how far each passage lies along a direction.

        Parameters
        ----------
        direction : ndarray of shape (D,)
            Of any length but 0; only where it leads counts.

        Returns
        -------
        ndarray of shape (N,), float32
            The cosine of each embedding with it, in [-1, 1]. It is computed in blocks: memory
            does not grow with the collection.

        Raises
        ------
        InvalidValue
            If it has another shape, or no direction.
        """
        length = float(np.linalg.norm(direction))
        if direction.shape != (self.model["dim"],) or not np.isfinite(length) or not length:
            raise InvalidValue(
                f"a direction has {self.model['dim']} finite numbers and a length, got shape "
                f"{direction.shape} and length {length:.6g}"
            )
        return self._snapshot.project((direction / length).astype(np.float32))

    def _numbers(self, numbers: Sequence[int] | NDArray[np.integer]) -> NDArray[np.intp]:
        """Return numbers of passages as an array, if there are passages of all of them."""
        try:
            found = np.asarray(numbers, np.intp).reshape(-1)
        except (OverflowError, TypeError, ValueError) as error:
            raise InvalidValue(f"passages have whole numbers: {error}") from error
        wrong = found[(found < 0) | (found >= len(self))]
        if wrong.size:
            raise InvalidValue(f"passages are numbered 0 to {len(self) - 1:,}, got {wrong[0]}")
        return found

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

    def percentiles(self, similarities: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the `percentile` of each of M similarities, (M,); NaN of one passage alone."""
        return self._search.percentiles(similarities)

    def similarity_at(self, percent: float) -> float | None:
        """Return the similarity that so many percent of random pairs of passages do not reach.

        The other way round of `percentile`, of the same pairs.

        Parameters
        ----------
        percent : float
            In [0, 100].

        Raises
        ------
        InvalidValue
            If the percent is outside [0, 100].
        """
        if not 0 <= percent <= 100:
            raise InvalidValue(f"a percent lies between 0 and 100, got {percent}")
        return self._search.similarity_at(percent)

    def clusters(
        self,
        resolution: Resolution = "medium",
        *,
        stability: bool = False,
        stop_words: Iterable[str] = (),
        on_progress: Progress = silent,
    ) -> Clusters:
        """Return groups of passages that belong together, and what sets each apart.

        There are three levels. They nest: each medium cluster is part of one coarse cluster, and
        is itself made of whole fine ones.

        Parameters
        ----------
        resolution : str
            "coarse", "medium" or "fine".
        stability : bool
            Whether to find out how far each cluster depends on chance: in how many of ten
            clusterings, each of another nine tenths of the passages, it is found again.
        stop_words : iterable of str
            Words, or phrases of two, that no name shall have, beside "the", "of" and their like
            in the languages of the collection.
        on_progress : callable(done, total)
            Counts passages whose neighbors are found, then clusterings where stability is asked
            for; silent where both are known.

        Raises
        ------
        InvalidValue
            If there is no such level.
        """
        return self._insight.clusters(resolution, stability, stop_words, on_progress)

    def map(self, *, redo: bool = False, on_progress: Progress = silent) -> Map:
        """Return a place in the plane for each passage, and how far to trust it.

        The map is made once and kept. Passages that come later are placed near those that mean
        similar things, and no other moves, until more than a third have come, or gone, since it
        was made; then it is made anew, and `Map.remade` says so.

        Parameters
        ----------
        redo : bool
            Whether to make it anew now.
        on_progress : callable(done, total)
            Counts first passages whose neighbors are found, then steps of the layout.
        """
        return self._insight.map(redo, on_progress)

    def draw(
        self,
        to: str | Path,
        *,
        color: str | None = None,
        honesty: bool = False,
        dark: bool = False,
        redo: bool = False,
        on_progress: Progress = silent,
    ) -> Map:
        """Write the map with the names of its clusters to a file, and return it.

        Parameters
        ----------
        to : str or Path
            A picture (.png, .svg, .pdf), or a report (.html): one page, without network or server,
            with the map to walk around in, the clusters with typical passages, what rises and
            falls where a column has dates, duplicates, oddities, and how far to trust it all. Of
            more than 250,000 passages the map in it is a picture.
        color : str, optional
            A column that colors the passages, instead of their clusters: numbers and dates from
            dark to bright; of anything else the six commonest values, and grey for the rest.
        honesty : bool
            Whether they are colored by the share of their true neighbors that lie beside them.
        dark : bool
            Light on dark. By default dark on light, and a page is as its reader's system.
        redo : bool
            Whether the map is made anew, as for `map`.
        on_progress : callable(done, total)
            As for `map`.

        Raises
        ------
        InvalidValue
            If the name ends in none of these, there is no such column, or both a column and
            honesty are asked for.
        FileError
            If the file cannot be written.
        """
        from semascope.picture import draw

        if color is not None and color not in self.columns:
            raise InvalidValue(
                f"there is no column {color!r} to color by; there are {', '.join(self.columns)}"
            )
        column = None if color is None else (color, self._snapshot.column(color))
        return draw(
            self, Path(to), column, honesty=honesty, dark=dark, redo=redo, on_progress=on_progress
        )

    def explore(self, *, height: int = 640, on_progress: Progress = silent) -> Frame:
        """Return the explorer for a notebook: the map to walk around in, with all texts in it.

        It asks no server and no model, so it has no search by meaning; `semascope open` has.

        Parameters
        ----------
        height : int
            Of the frame that a notebook shows, in pixels.
        on_progress : callable(done, total)
            As for `map`.

        Raises
        ------
        InvalidValue
            If there are more than 250,000 passages: too many for a notebook to hold.
        """
        from semascope import explorer, page

        if len(self) > page.MOST:
            raise InvalidValue(
                f"a notebook holds up to {page.MOST:,} passages, got {len(self):,}; in a terminal: "
                f"semascope open {self.path}"
            )
        self.map(on_progress=on_progress)
        return page.frame(explorer.stored(self), height=height)

    def export(
        self,
        to: str | Path,
        *,
        numbers: Sequence[int] | NDArray[np.integer] | None = None,
        embeddings: bool = False,
        raw: bool = False,
        without_duplicates: bool = False,
        on_progress: Progress = silent,
    ) -> Exported:
        """Write the rows to a file for other programs, each with its text whole, in their order.

        Parameters
        ----------
        to : str or Path
            Its name says the format: ``.csv``, ``.tsv``, ``.jsonl``, each also with ``.gz`` or
            ``.zst`` behind it, or ``.parquet``, which keeps every type. The file appears, or
            replaces another, when it is complete.
        numbers : sequence of int, optional
            Passages whose rows are wanted, each row once; with embeddings, the passages that are
            wanted. By default all.
        embeddings : bool
            A line for each passage instead, with its row's columns and three more: ``_row``, the
            number of the row, ``_start``, the character of the row's text at which the passage
            begins, and ``_embedding``, (D,) float32 of unit length.
        raw : bool
            Whether CSV and TSV have all text as it is. By default text that begins with ``=``,
            ``+``, ``-``, ``@``, tab or a line's end gets an apostrophe in front: a spreadsheet
            would run it as a formula. The other formats are always raw.
        without_duplicates : bool
            Whether rows are left out that others say too, or nearly: those of which every passage
            is in a group of `duplicates` and another is its keeper. A row that says something of
            its own stays whole.
        on_progress : callable(done, total)
            Counts lines; for `duplicates` first, passages whose neighbors are found.

        Returns
        -------
        Exported
            How many lines were written, how many cells got an apostrophe, and how many rows were
            left out.

        Raises
        ------
        InvalidValue
            If the name ends in none of these, or a number is none of a passage.
        FileError
            If the file cannot be written.

        References
        ----------
        OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
        """
        from semascope.collection.export import export

        left_out = self._duplicate_rows(on_progress) if without_duplicates else ()
        return export(
            self._snapshot,
            Path(to),
            embeddings=embeddings,
            raw=raw,
            numbers=None if numbers is None else self._numbers(numbers),
            left_out=left_out,
            on_progress=on_progress,
        )

    def _duplicate_rows(self, on_progress: Progress) -> Sequence[int]:
        """Return the numbers of the rows that say nothing which the others do not say."""
        from semascope.collection.duplicates import rows_left_out

        found = self.duplicates(on_progress=on_progress)
        numbers: list[int] = rows_left_out(found, self._snapshot.row_of).tolist()
        return numbers

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
        """Return groups of passages that are the same as one of them, the keeper, or nearly.

        The keeper is the longest; of equally long texts the first in the alphabet, of equal ones
        the first row. All others of a group are at least as similar to it as the threshold.

        Parameters
        ----------
        threshold : float, optional
            Cosine similarity from which two passages count as nearly the same, in [-1, 1]. By
            default one that the collection itself suggests, from how similar its passages are to
            their nearest.
        on_progress : callable(done, total)
            Counts passages whose neighbors are found; silent where they are known.

        Raises
        ------
        InvalidValue
            If the threshold is outside [-1, 1].
        """
        return self._insight.duplicates(threshold, on_progress)

    def outliers(self, *, n: int = 10, on_progress: Progress = silent) -> list[Outlier]:
        """Return the n passages that are least like their 15 nearest, the oddest first, and why.

        Of passages with the same text there is one. Fifteen, so that two oddities of one kind do
        not hide one another.
        """
        return self._insight.outliers(n, on_progress)

    def recommend(
        self,
        like: Sequence[int | str],
        unlike: Sequence[int | str] = (),
        *,
        k: int = 10,
        diversity: float = 0.3,
        where: str | None = None,
    ) -> list[Hit]:
        """Return passages that are like these and unlike those, and not all the same.

        Parameters
        ----------
        like, unlike : sequences of int or str
            Numbers of passages, or texts. What is wanted is the mean of what is liked less 0.3
            times the mean of what is not (Rocchio 1971).
        k : int
            Number of hits, at least 1; fewer if there are no more. None has a text that was
            given, and no two have the same.
        diversity : float
            In [0, 1]: how much it counts that a hit says something else than those before it
            (maximal marginal relevance, Carbonell & Goldstein 1998). At 0 the nearest come.
        where : str, optional
            An SQL condition that hits pass, as for `search`.

        Returns
        -------
        list of Hit
            In the order in which they were chosen. Their similarity is that to what is wanted.

        Raises
        ------
        InvalidValue
            If like is empty, a number is none of a passage, a text is empty, k is less than 1,
            diversity is outside [0, 1], or the condition is none on these columns.
        """
        from semascope.collection.recommend import recommend

        wanted, numbers = recommend(
            self._snapshot,
            lambda: self.encoder,
            like,
            unlike,
            k=k,
            diversity=diversity,
            where=where,
        )
        return self._search.hits("", wanted, numbers)

    def contrast(self, a: Side, b: Side, *, on_progress: Progress = silent) -> Contrast:
        """Return what tells two sets of passages apart: their words, and a direction of meaning.

        Of a large set 3,000 passages, drawn at random with a fixed seed, stand for all.

        Parameters
        ----------
        a, b : str, int or sequence of int
            An SQL condition as for `search`; the number or name of one of `clusters()`; or the
            numbers of passages. What is in both sets is left out, and counted.
        on_progress : callable(done, total)
            Where clusters are named: counts passages whose neighbors are found.

        Returns
        -------
        Contrast
            The accuracy is that of five-fold cross-validation, in which the passages of a row stay
            together. Other rows that belong together, as those of one author, do not: if a is
            one author and b is another, what is told apart may be the two persons.

        Raises
        ------
        InvalidValue
            If a side is none of these, or nothing is in it that is not in the other too.
        """
        from semascope.collection.contrast import contrast

        return contrast(self._snapshot, a, b, lambda: self.clusters(on_progress=on_progress))

    def timeline(
        self, column: str, *, resolution: Resolution = "medium", on_progress: Progress = silent
    ) -> Timeline:
        """Return how the shares of the clusters change over time, and which rise or fall.

        Parameters
        ----------
        column : str
            Years, dates or timestamps, also as text: 1965, 1965-03 or 1965-03-01. A stretch of
            time is a month, quarter, year, decade or century: the finest that makes at most 40.
        resolution : "coarse", "medium" or "fine"
            Of the clusters.
        on_progress : callable(done, total)
            Counts passages whose neighbors are found; silent where they are known.

        Raises
        ------
        InvalidValue
            If there is no such column, or it holds something else.
        """
        from semascope.collection.timeline import timeline

        clusters = self.clusters(resolution, on_progress=on_progress)
        return timeline(self._snapshot, column, clusters.labels, clusters.names)

    @cached_property
    def _search(self) -> Search:
        return Search(self._snapshot, lambda: self.encoder)

    @cached_property
    def _insight(self) -> Insight:
        from semascope.collection.insight import Insight

        return Insight(self._snapshot)
