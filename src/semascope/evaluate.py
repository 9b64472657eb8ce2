"""Ranking quality: how well ranked documents agree with what people judged to be relevant.

Knows nothing of how a ranking was made. Queries and judgements are read in the layout of BEIR:

    queries.jsonl     {"_id": "1", "text": "what similarity laws must be obeyed …"}
    qrels/test.tsv    query-id ⇥ corpus-id ⇥ score
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from semascope.errors import FileError, InvalidValue

NDCG_DEPTH = 10  # ranks that are looked at, as BEIR reports them
RECALL_DEPTH = 100
MRR_DEPTH = 10

RESAMPLES = 10_000  # the ends of an interval then vary by 3% of a standard error with the seed
TAILS = (0.025, 0.975)  # of a 95% interval
SEED = 0
CELLS = 4_000_000  # values resampled at a time: 2 × 32 MB

HEADER = "query-id\tcorpus-id\tscore"

Ranking = Sequence[str]  # ids of documents, best first
Grades = Mapping[str, int]  # by document; above 0 is relevant, the higher the more


@dataclass(frozen=True)
class Measure:
    """One figure over all queries; each value is in [0, 1], higher is better."""

    mean: float
    interval: tuple[float, float]  # 95%, see `bootstrap_interval`
    per_query: Mapping[str, float]  # by query, in the order of their ids


@dataclass(frozen=True)
class Quality:
    """How good rankings are, and which queries that was measured on."""

    ndcg_at_10: Measure
    recall_at_100: Measure
    mrr_at_10: Measure
    queries: int  # those that have a relevant document: all measures are means over these
    unranked: int  # of these, those without a ranking: they count as 0
    without_relevant: int  # judged, but nothing is relevant: left out
    unjudged: int  # ranked, but not judged: left out


@dataclass(frozen=True)
class Difference:
    """How much higher a figure is for one kind of ranking than for another, query by query."""

    mean: float  # in [-1, 1]; above 0 where the first is better
    interval: tuple[float, float]  # 95%, see `bootstrap_interval`; 0 outside it: a clear difference


def read_queries(path: str | Path) -> dict[str, str]:
    """Return the text of each query in a JSON Lines file, by ``_id``.

    Other entries of a line are ignored, and so are blank lines.

    Raises
    ------
    FileError
        If the file cannot be read or holds no query, if a line is not an object with the strings
        ``_id`` and ``text`` or the text is blank, or if one id has two texts.
    """
    queries: dict[str, str] = {}
    for place, line in _lines(Path(path)):
        try:
            entry = json.loads(line)
        except ValueError as error:
            reason = str(error).partition(":")[0]  # without its own "line 1 column 9"
            raise FileError(f"{place} is not JSON: {reason}") from error
        match entry:
            case {"_id": str(query), "text": str(text)} if text.strip():
                if queries.setdefault(query, text) != text:
                    raise FileError(f"{place} gives query {query!r} another text than before")
            case _:
                raise FileError(
                    f'{place} is no query; it must be like {{"_id": "1", "text": "what to find"}}, '
                    "both of them strings, and the text not blank"
                )
    if not queries:
        raise FileError(f"{path} holds no queries")
    return queries


def read_qrels(path: str | Path) -> dict[str, dict[str, int]]:
    """Return the grade of each judged document, by query and document.

    Parameters
    ----------
    path : str or Path
        A line per judgement, ``query-id corpus-id score`` with tabs between. The header that says
        so may be missing. Scores are whole numbers; above 0 is relevant.

    Raises
    ------
    FileError
        If the file cannot be read or holds no judgement, if a line is not one, or if a document
        has two grades for one query.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, (place, line) in enumerate(_lines(Path(path))):
        if number == 0 and line == HEADER:
            continue
        try:
            query, document, score = line.split("\t")
            grade = int(score)
        except ValueError as error:
            raise FileError(
                f"{place} is no judgement: {line!r}; it must be query-id, corpus-id and score, a "
                "whole number, with tabs between"
            ) from error
        known = qrels.setdefault(query, {}).setdefault(document, grade)
        if known != grade:
            raise FileError(
                f"{place} grades document {document!r} {grade} for query {query!r}, but it was "
                f"graded {known} before; keep one of the two"
            )
    if not qrels:
        raise FileError(f"{path} holds no judgements")
    return qrels


def evaluate(rankings: Mapping[str, Ranking], qrels: Mapping[str, Grades]) -> Quality:
    """Return how well rankings put what is relevant first.

    Three questions: is the best at the top (nDCG@10), is what is relevant among the first 100
    (recall@100), and how far down is the first relevant document (MRR@10). The measures are
    trec_eval's: ndcg_cut_10, recall_100, and recip_rank of the first 10 documents, which is where
    BEIR stops (what is first relevant at rank 11 counts as 0, not as 1/11).

    Parameters
    ----------
    rankings : mapping of query to sequence of documents
        Ids, best first; 100 each, or all there are where that is less.
    qrels : mapping of query to mapping of document to grade
        A grade above 0 is relevant, and the gain of nDCG. A document that is not judged, or has
        grade 0 or less, is not relevant.

    Returns
    -------
    Quality
        Means over all queries that have a relevant document, those without a ranking as 0
        (trec_eval's option -c): to answer easy queries only earns nothing.

    Raises
    ------
    InvalidValue
        If a document is twice in a ranking, if no query has a relevant document, or if none that
        has is ranked.

    References
    ----------
    Järvelin & Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques; the discount
    is log2(1 + rank), Burges et al. (2005), Learning to rank using gradient descent.
    Thakur et al. (2021), BEIR.
    """
    for query, ranking in rankings.items():
        _check_distinct(query, ranking)
    relevant = {  # query → document → grade, in the order of the ids: files' orders cannot matter
        query: grades
        for query in sorted(qrels)
        if (grades := {document: grade for document, grade in qrels[query].items() if grade > 0})
    }
    if not relevant:
        raise InvalidValue("no query has a relevant document; a grade above 0 makes one")
    unranked = len(relevant.keys() - rankings.keys())
    if unranked == len(relevant):
        raise InvalidValue(
            f"none of the {len(relevant)} queries with a relevant document is ranked; the judged "
            f"have ids like {next(iter(relevant))!r}, the ranked {next(iter(rankings), None)!r}"
        )
    pairs = {query: (rankings.get(query, ()), grades) for query, grades in relevant.items()}
    return Quality(
        ndcg_at_10=_measure({query: _ndcg(*pair) for query, pair in pairs.items()}),
        recall_at_100=_measure({query: _recall(*pair) for query, pair in pairs.items()}),
        mrr_at_10=_measure({query: _reciprocal_rank(*pair) for query, pair in pairs.items()}),
        queries=len(relevant),
        unranked=unranked,
        without_relevant=len(qrels) - len(relevant),
        unjudged=len(rankings.keys() - qrels.keys()),
    )


def difference(one: Measure, other: Measure) -> Difference:
    """Return how much higher ``one`` is than ``other``, from their values for the same queries.

    Raises
    ------
    InvalidValue
        If they were measured on different queries.
    """
    if one.per_query.keys() != other.per_query.keys():
        raise InvalidValue(
            f"the two were measured on different queries, {len(one.per_query)} and "
            f"{len(other.per_query)} of them; give both the same"
        )
    gains = [value - other.per_query[query] for query, value in one.per_query.items()]
    return Difference(float(np.mean(gains)), bootstrap_interval(gains))


def bootstrap_interval(values: ArrayLike) -> tuple[float, float]:
    """Return a 95% confidence interval of the mean over all queries of the kind of these.

    The queries are drawn anew with replacement, `RESAMPLES` times with a fixed seed; the interval
    reaches from the 2.5th to the 97.5th percentile of the means. With few queries it is too
    narrow: it holds the true mean of a normal distribution 90 times in 100 from 10 values, 93
    from 20. From one value it is a point.

    To compare two kinds of rankings, see `difference`: their own intervals may overlap although
    one of them is better at nearly every query.

    Parameters
    ----------
    values : array_like of shape (Q,)
        One per query, at least one.

    Returns
    -------
    tuple of two floats
        Its lower and its upper end.

    Raises
    ------
    InvalidValue
        If there is no value, or values have another shape.

    References
    ----------
    Efron & Tibshirani (1993), An introduction to the bootstrap, section 13.3.
    """
    sample = np.asarray(values, np.float64)
    if sample.ndim != 1 or not sample.size:
        raise InvalidValue(f"an interval needs one value per query, got shape {sample.shape}")
    Q = sample.size
    random = np.random.default_rng(SEED)
    at_once = max(1, CELLS // Q)
    means = np.concatenate(
        [
            sample[random.integers(Q, size=(min(at_once, RESAMPLES - done), Q))].mean(axis=1)
            for done in range(0, RESAMPLES, at_once)
        ]
    )  # (RESAMPLES,)
    low, high = np.quantile(means, TAILS)
    return float(low), float(high)


def _measure(per_query: dict[str, float]) -> Measure:
    values = np.array(list(per_query.values()))  # (Q,)
    return Measure(float(values.mean()), bootstrap_interval(values), per_query)


def _ndcg(ranking: Ranking, relevant: Grades) -> float:
    """Return the gain of the first documents, as a share of what the best order would gain."""
    gains = [relevant.get(document, 0) for document in ranking[:NDCG_DEPTH]]
    ideal = sorted(relevant.values(), reverse=True)[:NDCG_DEPTH]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    """Return the sum of gains, each worth less the further down it is."""
    return sum(gain / log2(1 + rank) for rank, gain in enumerate(gains, start=1))


def _recall(ranking: Ranking, relevant: Grades) -> float:
    """Return the share of the relevant documents that is among the first."""
    return sum(document in relevant for document in ranking[:RECALL_DEPTH]) / len(relevant)


def _reciprocal_rank(ranking: Ranking, relevant: Grades) -> float:
    """Return 1 / rank of the first relevant document, 0 if none is among the first."""
    ranks = enumerate(ranking[:MRR_DEPTH], start=1)
    return next((1 / rank for rank, document in ranks if document in relevant), 0.0)


def _check_distinct(query: str, ranking: Ranking) -> None:
    if len(set(ranking)) < len(ranking):
        document, times = Counter(ranking).most_common(1)[0]
        raise InvalidValue(
            f"the ranking of query {query!r} has document {document!r} {times} times; keep the "
            "first, or relevant documents would count twice"
        )


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a file that are not blank, each with its place for a message."""
    if path.is_dir():
        files = ", ".join(sorted(file.name for file in path.iterdir())) or "nothing"
        raise FileError(f"{path} is a folder; name a file in it, there is {files}")
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()  # a BOM, Windows' \r\n
    except FileNotFoundError as error:
        raise FileError(f"no file {path}") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        place = f"line {number} of {path}"
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise FileError(f"{place} is not in UTF-8; save the file as UTF-8") from error
        if text.strip():
            yield place, text
