"""A trial of a collection's search: whether it finds what people judged to be relevant."""

from collections.abc import Mapping
from dataclasses import dataclass

from semascope.collection.collection import Collection
from semascope.collection.search import Mode
from semascope.errors import ColumnNotFound, InvalidValue
from semascope.evaluate import RECALL_DEPTH, Difference, Grades, Quality, difference, evaluate
from semascope.progress import Progress, silent

MODES: tuple[Mode, ...] = ("vector", "keyword", "hybrid")
MEASURES = ("ndcg_at_10", "recall_at_100", "mrr_at_10")  # of Quality
IDS = ("_id", "id", "doc_id")  # what a column that names documents is usually called


@dataclass(frozen=True)
class Trial:
    """How good each mode of search is, on the same queries."""

    id: str  # the column that names documents
    quality: Mapping[Mode, Quality]
    gain: Mapping[str, Difference]  # by measure: hybrid above vector
    queries: int  # that have a relevant document: all figures are means over these
    unasked: int  # of these, those whose text is not given: they count as 0
    without_relevant: int  # queries that were judged, but nothing is relevant: left out
    unjudged: int  # queries that nobody judged: left out
    absent: int  # relevant documents that are not in the collection: never found


def trial(
    talks: Collection,
    queries: Mapping[str, str],
    qrels: Mapping[str, Grades],
    *,
    id: str | None = None,  # noqa: A002  (as the command line has it)
    on_progress: Progress = silent,
) -> Trial:
    """Search for each judged query in each mode, and return how good the rankings are.

    Where several rows have one id, they are one document, ranked where its best row is.

    Parameters
    ----------
    talks : Collection
    queries : mapping of query to text
        See `evaluate.read_queries`. Only those with a relevant document are asked.
    qrels : mapping of query to mapping of document to grade
        See `evaluate.read_qrels`.
    id : str, optional
        The column that names documents as ``qrels`` does; by default the collection's key, or
        else a column ``_id``, ``id`` or ``doc_id``.
    on_progress : callable(done, total)
        Counts searches.

    Raises
    ------
    ColumnNotFound
        If there is no such column.
    InvalidValue
        If no query has a relevant document, or none that has is in ``queries``, or none of these
        documents is in the collection: the ids are then of another kind.
    """
    column = _id_column(talks, id)
    relevant = {
        query: documents
        for query, grades in qrels.items()
        if (documents := {document for document, grade in grades.items() if grade > 0})
    }
    asked = [query for query in queries if query in relevant]
    if relevant and not asked:
        raise InvalidValue(
            f"none of the {len(relevant):,} queries with a relevant document is given; the judged "
            f"have ids like {next(iter(relevant))!r}, the given like {next(iter(queries), None)!r}"
        )
    absent = _absent(talks, column, set().union(*relevant.values()))
    rankings: dict[Mode, dict[str, list[str]]] = {mode: {} for mode in MODES}
    searches = [(mode, query) for mode in MODES for query in asked]
    for done, (mode, query) in enumerate(searches, start=1):
        rankings[mode][query] = _rank(talks, queries[query], mode, column)
        on_progress(done, len(searches))
    quality = {mode: evaluate(rankings[mode], qrels) for mode in MODES}
    return Trial(
        id=column,
        quality=quality,
        gain={
            measure: difference(
                getattr(quality["hybrid"], measure), getattr(quality["vector"], measure)
            )
            for measure in MEASURES
        },
        queries=len(relevant),
        unasked=len(relevant) - len(asked),
        without_relevant=len(qrels) - len(relevant),
        unjudged=len(queries.keys() - qrels.keys()),
        absent=absent,
    )


def _id_column(talks: Collection, named: str | None) -> str:
    wanted = [named] if named else [talks.info().key, *IDS]
    for name in wanted:
        if name in talks.columns:
            return str(name)
    missing = f"column {named!r}" if named else f"key, and none of the columns {', '.join(IDS)}"
    raise ColumnNotFound(
        f"{talks.path} has no {missing}; name the column of the documents' ids (id, or --id), "
        f"there are {', '.join(talks.columns)}"
    )


def _absent(talks: Collection, column: str, documents: set[str]) -> int:
    """Return how many of these documents are not in the collection; not all may be missing."""
    stored = {str(value) for value in talks._snapshot.column(column).to_pylist()}
    absent = len(documents - stored)
    if documents and absent == len(documents):
        raise InvalidValue(
            f"none of the {absent:,} relevant documents is in column {column!r}: their ids are "
            f"like {min(documents)!r}, those in it like {min(stored, default=None)!r}; name "
            "another column (id, or --id)"
        )
    return absent


def _rank(talks: Collection, query: str, mode: Mode, column: str) -> list[str]:
    """Return the first documents that a search finds, each once."""
    k = RECALL_DEPTH
    while True:
        hits = talks.search(query, k=k, mode=mode)
        documents = list(dict.fromkeys(str(hit.row[column]) for hit in hits))
        if len(documents) >= RECALL_DEPTH or len(hits) < k:
            return documents[:RECALL_DEPTH]
        k *= 2
