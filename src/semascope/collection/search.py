"""Search: the passages of a collection that answer a query, by meaning and by word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, get_args

import numpy as np
from lance.query import FullTextOperator, MatchQuery
from numpy.typing import NDArray

from semascope.collection import usual, words
from semascope.collection.nearest import Filter, Numbers, open_nearest
from semascope.collection.snapshot import FloatArray, Snapshot
from semascope.encoder.encoder import Encoder
from semascope.errors import InvalidValue

Mode = Literal["hybrid", "vector", "keyword"]

RANK_OFFSET = 60  # of reciprocal rank fusion; Cormack et al. (2009) found it to matter little
DEPTH = 100  # ranks that are fused, at least


@dataclass(frozen=True)
class Hit:
    """A passage that a search found."""

    number: int  # its place in the collection, from 0
    text: str
    similarity: float  # cosine to the query, in [-1, 1]
    percentile: float | None  # % of the collection's random pairs that are less similar
    neighbor_percentile: float | None  # % of passages whose nearest neighbor is less similar
    words: list[str]  # of the text, as they stand there: those with the stem of a query's word
    row: Mapping[str, Any]  # the user's columns


class Search:
    """Answers queries over one version of a collection.

    Parameters
    ----------
    snapshot : Snapshot
    encoder : callable() -> Encoder
        Gives the model for queries; it is asked when the first of them comes.
    """

    def __init__(self, snapshot: Snapshot, encoder: Callable[[], Encoder]):
        self._snapshot, self._encoder = snapshot, encoder
        self._nearest = open_nearest(snapshot)

    def __call__(
        self, query: str, *, k: int, mode: Mode, where: str | None, passages: bool
    ) -> list[Hit]:
        """See `Collection.search`."""
        if not query.strip():
            raise InvalidValue("the query is empty; say what to look for")
        if k < 1:
            raise InvalidValue(f"k must be at least 1, got {k}")
        if mode not in get_args(Mode):
            raise InvalidValue(f"mode is one of {', '.join(get_args(Mode))}, not {mode!r}")
        passing = None if where is None else Filter(where, self._snapshot.passing(where))
        embedding = self._embed(query)
        finders: dict[str, Callable[[int], Numbers]] = {
            "vector": lambda n: self._nearest.find(embedding, n, passing),
            "keyword": partial(self._matching, " ".join(words.words(query).values()), where),
        }
        if mode == "hybrid":
            # What is in neither ranking is worth less than 2 / (60 + depth), and the k best at
            # least 1 / (60 + k): so deep, none of them is missed.
            depth = max(DEPTH, 2 * k + RANK_OFFSET)
            rankings = [self._ranking(find, depth, passages) for find in finders.values()]
            numbers = self._fuse(rankings, passages)[:k]
        else:
            numbers = self._ranking(finders[mode], k, passages)
        return self.hits(query, embedding, numbers)

    def hits(self, query: str, embedding: FloatArray, numbers: Numbers) -> list[Hit]:
        """Return what there is to say about passages that were found.

        Parameters
        ----------
        query : str
            Whose words are looked for in them; it may be empty.
        embedding : ndarray of shape (D,), float32
            Unit vector that they are compared with.
        numbers : ndarray of int
            Of the passages, in their order.
        """
        if not numbers.size:
            return []
        similarities = self._nearest.similarity(embedding, numbers).tolist()
        hits = []
        rows = self._snapshot.rows(numbers.tolist())
        for number, similarity, row in zip(numbers.tolist(), similarities, rows, strict=True):
            text = row[self._snapshot.text]
            hits.append(
                Hit(
                    number=number,
                    text=text,
                    similarity=similarity,
                    percentile=self.percentile(similarity),
                    neighbor_percentile=_share_below(similarity, self._usual.neighbors),
                    words=list(dict.fromkeys(text[a:b] for a, b in words.find(text, query))),
                    row=row,
                )
            )
        return hits

    def percentile(self, similarity: float) -> float | None:
        """See `Collection.percentile`."""
        return _share_below(similarity, self._usual.pairs)

    def percentiles(self, similarities: NDArray[np.floating]) -> NDArray[np.float64]:
        """See `Collection.percentiles`."""
        pairs = self._usual.pairs
        if not pairs.size:
            return np.full(len(similarities), np.nan)
        return 100 * np.searchsorted(pairs, similarities) / pairs.size

    def similarity_at(self, percent: float) -> float | None:
        """See `Collection.similarity_at`."""
        pairs = self._usual.pairs
        return float(np.quantile(pairs, percent / 100)) if pairs.size else None

    def unknown_words(self, query: str) -> list[str]:
        """See `Collection.unknown_words`."""
        every = FullTextOperator.AND  # where a word has several stems
        return [
            word
            for word, wanted in words.words(query).items()
            if not self._scores(wanted, limit=1, operator=every)[0].size
        ]

    def _embed(self, query: str) -> FloatArray:
        encoder = self._encoder()
        embedding = encoder.encode(query, prompt="query" if "query" in encoder.prompts else None)
        unit: FloatArray = embedding / np.linalg.norm(embedding)
        return unit

    def _matching(self, wanted: str, where: str | None, n: int) -> Numbers:
        """Return the n best by BM25, best first, ties by number; fewer only if no more match."""
        limit = n + 1
        while True:
            numbers, scores = self._scores(wanted, limit=limit, where=where)
            order = np.lexsort((numbers, -scores))
            if len(order) < limit or scores[order[n - 1]] > scores[order[-1]]:
                return numbers[order[:n]]
            limit *= 4  # of equal ones, those that Lance left out may come first

    def _scores(
        self, wanted: str, *, limit: int, where: str | None = None, **options: Any
    ) -> tuple[Numbers, FloatArray]:
        """Return passages that have some of the words wanted, and their BM25 scores."""
        found = self._snapshot.read(
            columns=["_score"],
            full_text_query=MatchQuery(wanted, self._snapshot.text, **options),
            limit=limit,
            filter=where,
            prefilter=True,
            with_row_address=True,
        )
        return self._snapshot.numbers(found["_rowaddr"].to_numpy()), found["_score"].to_numpy()

    def _ranking(self, find: Callable[[int], Numbers], n: int, passages: bool) -> Numbers:
        """Return the first n that ``find`` gives, only the first of each row unless `passages`."""
        if passages or not self._is_split:
            return find(n)
        wanted = 2 * n
        while True:
            numbers = find(wanted)
            _, first = np.unique(self._snapshot.row_of[numbers], return_index=True)
            if len(first) >= n or len(numbers) < wanted:
                return numbers[np.sort(first)[:n]]
            wanted *= 4

    def _fuse(self, rankings: list[Numbers], passages: bool) -> Numbers:
        """Return one ranking of what is in several, of each row the passage that ranks best.

        References
        ----------
        Cormack, Clarke & Büttcher (2009), Reciprocal rank fusion.
        """
        scores: dict[int, float] = {}
        best: dict[int, tuple[int, int]] = {}
        for ranking in rankings:
            rows = ranking if passages else self._snapshot.row_of[ranking]
            for rank, (row, number) in enumerate(zip(rows, ranking, strict=True), start=1):
                scores[row] = scores.get(row, 0) + 1 / (RANK_OFFSET + rank)
                best[row] = min(best.get(row, (rank, number)), (rank, number))
        fused = sorted((-score, best[row][1]) for row, score in scores.items())
        return np.array([number for _, number in fused], np.intp)

    @cached_property
    def _is_split(self) -> bool:
        """Whether any row has several passages."""
        return len(np.unique(self._snapshot.row_of)) < len(self._snapshot)

    @cached_property
    def _usual(self) -> usual.Usual:
        return usual.prepare(self._snapshot)


def _share_below(similarity: float, ascending: FloatArray) -> float | None:
    """Return the percent that is less, None of nothing."""
    if not ascending.size:
        return None
    return 100 * float(np.searchsorted(ascending, similarity)) / ascending.size
