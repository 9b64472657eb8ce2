"""Live: what the page asks, asked of the library, in the shape of the page's contract.

Nothing here knows of HTTP. Neither the model nor what the library computes once may be made by
two threads at a time. There are three locks, so that whoever types a search, or loads the page
again, does not wait for a contrast.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from semascope import explorer
from semascope.errors import InvalidValue
from semascope.explorer.columns import name_of
from semascope.progress import Progress, silent
from semascope.server import answers

if TYPE_CHECKING:
    from semascope.collection.collection import Collection
    from semascope.collection.contrast import Contrast, ContrastSide
    from semascope.collection.timeline import Timeline
    from semascope.encoder.reading import Reading

FloatArray = NDArray[np.float32]

MOST_GROUPS = 1_000  # of duplicates in an answer
DIGITS = 8  # of a contribution: thousands of them add up to the cosine
WARM_UP = "warm-up"  # no daemon: killed within the model's own code, it would end in an abort
TIMELINES = 8  # that are kept, a column on a level each

log = logging.getLogger(__name__)


class Live:
    """Answers the page's questions about one collection."""

    def __init__(self, collection: Collection):
        self.collection = collection
        self._model = Lock()  # the encoder, and the search that uses it
        self._map = Lock()  # the map, the clusters and what is said of them
        self._insight = Lock()  # the graph, and what takes long
        # A page that comes back to a view asks again; on a million passages these take seconds.
        self._timeline = lru_cache(TIMELINES)(self._make_timeline)
        self._duplicates = lru_cache(1)(collection.duplicates)
        self._outliers = lru_cache(1)(lambda n: collection.outliers(n=n))
        self._neighbors: NDArray[np.int32] | None = None  # (N, k)
        self._first: tuple[explorer.About, pa.Table] | None = None
        self._is_warm = False

    def __len__(self) -> int:
        return len(self.collection)

    def warm_up(self) -> None:
        """Get ready in the background, once, for what the page's reader will do first."""
        if not self._is_warm:
            self._is_warm = True
            Thread(target=self._warm_up, name=WARM_UP).start()

    def _warm_up(self) -> None:
        try:
            with self._model:
                self.collection.search("warm", k=1)
            self._near()
        except Exception as error:  # noqa: BLE001  (whoever asks for it is told)
            log.debug("could not get ready: %s", error)

    # --- the collection ---

    def prepare(self, on_progress: Progress = silent) -> tuple[explorer.About, pa.Table]:
        """Return what the page asks for first; clusters and map are made, if there are none yet."""
        with self._map:
            if self._first is None:
                points = explorer.points(self.collection, on_progress=on_progress)
                self._first = explorer.about(self.collection), points
            return self._first

    def about(self) -> explorer.About:
        """Return what the page must know first."""
        return self.prepare()[0]

    def points(self) -> pa.Table:
        """Return the map."""
        return self.prepare()[1]

    def column(self, index: int) -> pa.Table:
        """Return the values of a column."""
        return explorer.column(self.collection, index)

    def rows(self, numbers: Sequence[int]) -> list[explorer.Row]:
        """Return passages in this order."""
        return explorer.rows(self.collection, numbers)

    # --- near and far ---

    def neighbors(self, number: int) -> list[answers.Neighbor]:
        """Return the passages nearest to one, nearest first."""
        near = self._near()
        (own,) = self.collection.embeddings_of([number])
        numbers = near[number]
        similarities = self.collection.embeddings_of(numbers) @ own if numbers.size else []
        with self._model:
            return [
                answers.Neighbor(number=n, similarity=s, percentile=self.collection.percentile(s))
                for n, s in zip(numbers.tolist(), map(float, similarities), strict=True)
            ]

    def _near(self) -> NDArray[np.int32]:
        if self._neighbors is None:
            with self._insight:
                self._neighbors = self.collection.neighbors()
        return self._neighbors

    def search(self, query: answers.Query) -> answers.Found:
        """Return what answers a query, best first."""
        filters = answers.filters(query.filters)
        condition = explorer.where(self.collection, filters) if filters else None
        with self._model:
            hits = self.collection.search(query.query, k=query.k, mode=query.mode, where=condition)
            unknown = self.collection.unknown_words(query.query)
        found = [
            answers.Hit(
                number=hit.number,
                similarity=hit.similarity,
                percentile=hit.percentile,
                neighbor_percentile=hit.neighbor_percentile,
                words=hit.words,
                text=hit.text,
                values=explorer.values(self.collection, hit.row),
            )
            for hit in hits
        ]
        return answers.Found(hits=found, unknown_words=unknown)

    def why(self, a: int | str, b: int) -> answers.Why:
        """Return what the words of two texts add to their cosine."""
        from semascope.reasons.explanation import explain

        wanted = [a, b] if isinstance(a, int) else [b]
        texts = [row.text for row in explorer.rows(self.collection, wanted)]
        with self._model:
            own = self.collection.embeddings_of([a])[0] if isinstance(a, int) else self._embed(a)
            similarity = float(own @ self.collection.embeddings_of([b])[0])
            first = texts[0] if isinstance(a, int) else a
            found = explain(first, texts[-1], model=self.collection.encoder, similarity=similarity)
        return answers.Why(
            cosine=found.cosine,
            similarity=similarity,
            a=_side(found.a, found.of_a),
            b=_side(found.b, found.of_b),
            contributions=np.round(found.contributions, DIGITS).tolist(),
            special=found.of_special,
        )

    def axis(self, low: str, high: str) -> pa.Table:
        """Return how far each passage lies on the way from one text to another."""
        with self._model:
            direction = self._embed(high) - self._embed(low)
        if np.linalg.norm(direction) < 1e-3:  # float32 noise of one text that is written twice
            raise InvalidValue(f"{low!r} and {high!r} are the same to the model: that is no axis")
        return pa.table({"value": self.collection.project(direction)})

    def _embed(self, text: str) -> FloatArray:
        if not text.strip():
            raise InvalidValue("a text is empty; say what to compare with")
        encoder = self.collection.encoder
        embedding = encoder.encode(text, prompt="query" if "query" in encoder.prompts else None)
        unit: FloatArray = embedding / np.linalg.norm(embedding)
        return unit

    # --- sets ---

    def contrast(self, a: str, b: str) -> answers.Contrast:
        """Return what tells two sets of passages apart."""
        sides = [answers.numbers_of(bits, len(self)) for bits in (a, b)]
        with self._insight:
            found = self.collection.contrast(*[side.tolist() for side in sides])
        return _contrast(found)

    def duplicates(self) -> answers.Duplicates:
        """Return groups of passages that are nearly the same."""
        with self._insight:
            found = self._duplicates()
        groups = [
            answers.Group(keeper=g.keeper, numbers=g.numbers, similarities=g.similarities)
            for g in found.groups[:MOST_GROUPS]
        ]
        return answers.Duplicates(
            groups=groups,
            total=len(found.groups),
            copies=found.copies,
            threshold=found.threshold,
        )

    def outliers(self, n: int) -> list[answers.Outlier]:
        """Return the n oddest passages."""
        with self._insight:
            found = self._outliers(n)
        return [answers.Outlier.model_validate(each) for each in found]

    def timeline(self, column: int, level: answers.Level) -> answers.Timeline:
        """Return how the shares of clusters change."""
        with self._insight:
            found = self._timeline(column, level)
        trends = [
            [answers.Trend(cluster=t.cluster, early=t.early, late=t.late) for t in moving]
            for moving in (found.rising, found.falling)
        ]
        return answers.Timeline(
            unit=cast(answers.Unit, found.unit),
            bins=found.bins,
            shares=_without_nan(found.shares),
            low=_without_nan(found.low),
            high=_without_nan(found.high),
            rising=trends[0],
            falling=trends[1],
        )

    def bins(self, column: int) -> pa.Table:
        """Return the stretch of time that each passage is from."""
        with self._insight:
            return pa.table({"bin": self._timeline(column, "medium").bin})

    def _make_timeline(self, column: int, level: answers.Level) -> Timeline:
        return self.collection.timeline(name_of(self.collection, column), resolution=level)

    # --- to take away ---

    def export(self, selected: str, to: Path) -> None:
        """Write the rows of a set of passages to a file."""
        self.collection.export(to, numbers=answers.numbers_of(selected, len(self)))

    def python(self, selection: answers.Selection) -> str:
        """Return the line that gives the same rows."""
        numbers, clusters = selection.numbers, selection.clusters
        wanted = explorer.Selection(
            filters=answers.filters(selection.filters),
            level=clusters.level if clusters else "medium",
            clusters=clusters.numbers if clusters else None,
            numbers=None if numbers is None else answers.numbers_of(numbers, len(self)).tolist(),
        )
        with self._map:
            return explorer.python_line(self.collection, wanted)


def _side(reading: Reading, adds: NDArray[np.float64]) -> answers.Side:
    """Return a text as the model read it, without its prompt."""
    text = reading.text[reading.start :]
    units = _code_units(text)

    def place(character: int) -> int:
        return int(units[character - reading.start])

    words = [
        answers.Word(start=place(word.start), end=place(word.end), adds=amount)
        for word, amount in zip(reading.words, adds.tolist(), strict=True)
        if word.kind == "text"
    ]
    unread = None if reading.unread is None else place(max(reading.unread, reading.start))
    return answers.Side(text=text, words=words, tokens=list(reading.tokens), unread=unread)


def _code_units(text: str) -> NDArray[np.intp]:
    """Return at which UTF-16 code unit each character begins, and where the text ends."""
    sizes = [1 + (character > "\uffff") for character in text]
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.intp)]).astype(np.intp)


def _contrast(found: Contrast) -> answers.Contrast:
    a, b = found.a, found.b
    return answers.Contrast(
        a=_contrast_side(a, b),
        b=_contrast_side(b, a),
        overlap=found.overlap,
        accuracy=found.accuracy,
        by_chance=found.by_chance,
        told_apart=found.told_apart,
        between=list(found.between),
    )


def _contrast_side(side: ContrastSide, other: ContrastSide) -> answers.ContrastSide:
    return answers.ContrastSide(
        size=side.size,
        compared=side.compared,
        words=[
            answers.TellingWord(
                word=word.word,
                here=round(word.here * side.compared),
                there=round(word.there * other.compared),
            )
            for word in side.words
        ],
        clearest=list(side.clearest),
        like_other=list(side.like_other),
    )


def _without_nan(shares: NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if share != share else share for share in bins] for bins in shares.tolist()]
