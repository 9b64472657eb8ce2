"""Ranking quality, against trec_eval, scikit-learn, scipy and cases worked out by hand."""

import re
from math import log2

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import ndcg_score

from semascope import evaluate as evaluate_module
from semascope.errors import FileError, InvalidValue
from semascope.evaluate import (
    bootstrap_interval,
    difference,
    evaluate,
    read_qrels,
    read_queries,
)

ROUNDING = 1e-12  # float64: sums of at most 100 terms, in another order


@pytest.fixture(scope="module")
def judged():
    """Return rankings of 1 to 150 documents for 60 queries, and grades from -1 to 4 of 1 to 200.

    Both are drawn at random from 300 documents; one at least is relevant to each query.
    """
    random = np.random.default_rng(3)
    documents = np.array([f"d{n}" for n in range(300)])
    rankings, qrels = {}, {}
    for n in range(60):
        rankings[f"q{n}"] = random.choice(documents, random.integers(1, 151), replace=False)
        chosen = random.choice(documents, random.integers(1, 201), replace=False).tolist()
        grades = random.integers(-1, 5, len(chosen)).tolist()
        qrels[f"q{n}"] = dict(zip(chosen, [3, *grades[1:]], strict=True))
    return {query: ranking.tolist() for query, ranking in rankings.items()}, qrels


def test_measures_are_those_of_trec_eval(judged):
    pytrec_eval = pytest.importorskip("pytrec_eval", reason="has no wheel here")
    rankings, qrels = judged
    quality = evaluate(rankings, qrels)

    def reference(name, depth):
        cut = {
            query: {document: -float(rank) for rank, document in enumerate(ranking[:depth])}
            for query, ranking in rankings.items()
        }
        measured = pytrec_eval.RelevanceEvaluator(qrels, {name}).evaluate(cut)
        return {query: values[name.replace(".", "_")] for query, values in measured.items()}

    for measure, expected in [
        (quality.ndcg_at_10, reference("ndcg_cut.10", 150)),
        (quality.recall_at_100, reference("recall.100", 150)),
        (quality.mrr_at_10, reference("recip_rank", 10)),  # of the first 10 documents, as in BEIR
    ]:
        assert measure.per_query == pytest.approx(expected, abs=ROUNDING)
        assert measure.mean == pytest.approx(np.mean(list(expected.values())), abs=ROUNDING)
        assert len(set(expected.values())) > 5  # the rankings are neither all good nor all bad


def test_ndcg_is_that_of_scikit_learn(judged):
    # It ranks every document it is given, and knows no negative grades: so only rankings that
    # reach rank 10, those without a place behind all others, and 0 for negative grades.
    rankings, qrels = judged
    long = {query: ranking for query, ranking in rankings.items() if len(ranking) >= 10}
    assert len(long) > 40
    found = evaluate(long, {query: qrels[query] for query in long}).ndcg_at_10.per_query
    for query, ranking in long.items():
        documents = [*ranking, *(qrels[query].keys() - set(ranking))]
        grades = [max(0, qrels[query].get(document, 0)) for document in documents]
        scores = -np.arange(len(documents))  # no ties, whose order it would average over
        expected = ndcg_score([grades], [scores], k=10)
        assert found[query] == pytest.approx(expected, abs=ROUNDING)


def test_ndcg_is_what_comes_out_by_hand():
    qrels = {"q": {"best": 3, "good": 2, "fair": 1, "bad": 0}}
    gained = 1 / log2(2) + 3 / log2(4) + 2 / log2(5)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    quality = evaluate({"q": ["fair", "bad", "best", "good"]}, qrels)
    assert quality.ndcg_at_10.mean == pytest.approx(gained / ideal, abs=ROUNDING)


def test_the_ideal_of_ndcg_is_of_all_that_is_relevant_but_of_ten_at_most():
    grades = {f"d{n}": 1 for n in range(12)}
    first_ten = list(grades)[:10]
    assert evaluate({"q": first_ten}, {"q": grades}).ndcg_at_10.mean == 1
    discounts = [1 / log2(rank + 1) for rank in range(1, 11)]
    quality = evaluate({"q": first_ten[:1]}, {"q": grades})  # ten could have been found
    assert quality.ndcg_at_10.mean == pytest.approx(1 / sum(discounts), abs=ROUNDING)


@pytest.mark.parametrize(
    ("rank", "ndcg", "recall", "reciprocal"),
    [
        (1, 1, 1, 1),
        (2, 1 / log2(3), 1, 1 / 2),
        (10, 1 / log2(11), 1, 1 / 10),
        (11, 0, 1, 0),
        (100, 0, 1, 0),
        (101, 0, 0, 0),
    ],
)
def test_each_measure_looks_as_deep_as_its_name_says(rank, ndcg, recall, reciprocal):
    ranking = [f"other {n}" for n in range(150)]
    ranking[rank - 1] = "relevant"
    quality = evaluate({"q": ranking}, {"q": {"relevant": 1}})
    assert quality.ndcg_at_10.mean == pytest.approx(ndcg, abs=ROUNDING)
    assert quality.recall_at_100.mean == recall
    assert quality.mrr_at_10.mean == reciprocal


def test_recall_is_a_share_of_all_that_is_relevant_whatever_its_grade():
    qrels = {"q": {"a": 1, "b": 4, "c": 2, "d": 1, "no": 0, "never": -1}}
    assert evaluate({"q": ["no", "b", "never", "a", "b2"]}, qrels).recall_at_100.mean == 2 / 4


def test_a_negative_grade_is_as_good_as_none():
    ranking = ["spam", "a", "b"]
    with_negative = evaluate({"q": ranking}, {"q": {"spam": -2, "a": 1, "b": 3}})
    assert with_negative == evaluate({"q": ranking}, {"q": {"a": 1, "b": 3}})


def test_queries_that_say_nothing_are_left_out_and_counted():
    qrels = {"good": {"a": 1}, "hopeless": {"a": 0, "b": -1}, "empty": {}}
    quality = evaluate({"good": ["a"], "hopeless": ["a"], "unheard of": ["b"]}, qrels)
    assert quality.mrr_at_10.per_query == {"good": 1.0}
    assert (quality.queries, quality.without_relevant, quality.unjudged) == (1, 2, 1)


def test_a_query_without_a_ranking_counts_as_zero():
    qrels = {"found": {"a": 1}, "empty": {"a": 1}, "absent": {"a": 1}}
    quality = evaluate({"found": ["a"], "empty": []}, qrels)
    for measure in (quality.ndcg_at_10, quality.recall_at_100, quality.mrr_at_10):
        assert measure.per_query == {"absent": 0, "empty": 0, "found": 1}
        assert measure.mean == pytest.approx(1 / 3, abs=ROUNDING)
    assert (quality.queries, quality.unranked) == (3, 1)


@pytest.mark.parametrize(
    ("rankings", "qrels", "message"),
    [
        ({"q": ["a", "b", "b"]}, {"q": {"a": 1}}, "query 'q' has document 'b' 2 times; keep"),
        ({"other": ["a", "a"]}, {"q": {"a": 1}}, "query 'other' has document 'a' 2 times"),
        ({"q": ["a"]}, {}, "no query has a relevant document"),
        ({"q": ["a"]}, {"q": {"a": 0}}, "no query has a relevant document"),
        ({}, {"q": {"a": 1}}, "none of the 1 queries .* like 'q', the ranked None"),
        ({"q7": ["a"]}, {"7": {"a": 1}}, "none of the 1 queries .* like '7', the ranked 'q7'"),
    ],
)
def test_what_cannot_be_measured_is_refused(rankings, qrels, message):
    with pytest.raises(InvalidValue, match=message):
        evaluate(rankings, qrels)


def test_the_order_of_queries_and_judgements_does_not_matter(judged):
    rankings, qrels = judged
    backwards = {query: dict(reversed(grades.items())) for query, grades in reversed(qrels.items())}
    assert evaluate(dict(reversed(rankings.items())), backwards) == evaluate(rankings, qrels)


def test_interval_is_the_percentile_bootstrap_of_scipy():
    values = np.random.default_rng(0).beta(0.5, 1, size=225)  # like nDCG: many near 0, some near 1
    reference = bootstrap(
        [values], np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    # A percentile of 10,000 nearly normal means has a standard error of √(.025 × .975 / 10,000) /
    # .058 = .027 standard errors of the mean, √2 times that between two seeds; four times that is
    # .15. A 90% interval would be off by .32 at each end.
    tolerance = 0.15 * values.std() / len(values) ** 0.5
    found = bootstrap_interval(values)
    assert found == pytest.approx(tuple(reference), abs=tolerance)
    assert found == bootstrap_interval(values)


def test_interval_of_each_measure_is_that_of_its_queries(judged):
    quality = evaluate(*judged)
    for measure in (quality.ndcg_at_10, quality.recall_at_100, quality.mrr_at_10):
        assert measure.interval == bootstrap_interval(list(measure.per_query.values()))
        assert measure.interval[0] < measure.mean < measure.interval[1]


def test_interval_does_not_depend_on_how_many_values_are_drawn_at_a_time(monkeypatch):
    values = np.random.default_rng(0).random(300)
    whole = bootstrap_interval(values)
    for cells in (1, 700_000):  # a resample at a time; blocks of 2,333 and a rest
        monkeypatch.setattr(evaluate_module, "CELLS", cells)
        assert bootstrap_interval(values) == whole


def test_interval_of_equal_values_is_a_point():
    assert bootstrap_interval([0.25]) == (0.25, 0.25)
    assert bootstrap_interval([0.25] * 30) == (0.25, 0.25)


@pytest.mark.parametrize("values", [[], 0.5, [[0.5, 0.1]]])
def test_interval_needs_values(values):
    with pytest.raises(InvalidValue, match="one value per query, got shape"):
        bootstrap_interval(values)


def test_difference_is_taken_query_by_query():
    # Every query gains 0.1; how good the rankings are varies far more between queries.
    values = {f"q{n}": n / 100 for n in range(80)}
    low, high = (
        evaluate_module._measure({query: value + gain for query, value in values.items()})
        for gain in (0, 0.1)
    )
    assert low.interval[1] > high.interval[0]  # each by itself, they overlap
    found = difference(high, low)
    assert (found.mean, *found.interval) == pytest.approx((0.1, 0.1, 0.1))
    back = difference(low, high)
    assert (back.mean, *back.interval) == pytest.approx((-0.1, -0.1, -0.1))


def test_difference_needs_the_same_queries():
    one, other = (evaluate_module._measure(dict.fromkeys(ids, 0.5)) for ids in ("ab", "bcd"))
    with pytest.raises(InvalidValue, match="measured on different queries, 2 and 3 of them"):
        difference(one, other)


@pytest.fixture
def write(tmp_path):
    """Return a function that writes bytes to a file, and returns its path."""

    def write(content):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_queries_are_read_by_id(write):
    # U+2028 ends a line for str.splitlines, not in JSON Lines.
    lines = ['{"_id": "2", "text": "a\u2028b", "metadata": {}}', "", '{"text": "é", "_id": "x 1"}']
    assert read_queries(write("\n".join(lines))) == {"2": "a\u2028b", "x 1": "é"}
    assert read_queries(write("\ufeff" + "\r\n".join(lines))) == {"2": "a\u2028b", "x 1": "é"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{'_id': 1}", "is not JSON: Expecting property name enclosed in double quotes$"),
        ('{"_id": "2"}', 'is no query; it must be like {"_id": "1"'),
        ('{"_id": 2, "text": "a number for an id"}', "is no query.*both of them strings"),
        ('{"_id": "2", "text": null}', "is no query"),
        ('{"_id": "2", "text": " "}', "is no query.*not blank"),
        ('["2", "text"]', "is no query"),
        ('{"_id": "1", "text": "another"}', "gives query '1' another text"),
        (b'{"_id": "2", "text": "\xe9"}', "is not in UTF-8"),
    ],
)
def test_what_is_no_query_is_refused_by_file_and_line(write, line, message):
    line = line if isinstance(line, bytes) else line.encode()
    path = write(b'{"_id": "1", "text": "fine"}\n\n' + line + b"\n")
    with pytest.raises(FileError, match=f"^line 3 of {re.escape(str(path))} {message}"):
        read_queries(path)


def test_qrels_are_read_with_a_header_and_without(write):
    expected = {"1": {"d 1": 3, "d2": 0}, "q": {"d2": -1}}
    lines = ["1\td 1\t3", "q\td2\t-1", "", "1\td2\t0", "1\td2\t0"]  # the last says nothing new
    assert read_qrels(write("\n".join(lines))) == expected
    lines.insert(0, "query-id\tcorpus-id\tscore")
    assert read_qrels(write("\r\n".join(lines) + "\r\n")) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1\t7", "is no judgement"),
        ("1 7 1", "is no judgement.*with tabs between"),
        ("1\t0\t7\t1", "is no judgement"),  # the layout of TREC
        ("1\t7\t0.5", "is no judgement.*a whole number"),
        ("query-id\tcorpus-id\tscore", "is no judgement"),  # a header, but not at the top
        ("1\td\t2", "grades document 'd' 2 for query '1', but it was graded 1 before"),
        (b"1\t\xe9\t1", "is not in UTF-8"),
    ],
)
def test_what_is_no_judgement_is_refused_by_file_and_line(write, line, message):
    path = write(b"1\td\t1\n" + (line if isinstance(line, bytes) else line.encode()))
    with pytest.raises(FileError, match=f"^line 2 of {re.escape(str(path))} {message}"):
        read_qrels(path)


@pytest.mark.parametrize("read", [read_queries, read_qrels])
def test_a_file_that_is_not_there_or_holds_nothing_is_refused(read, write, tmp_path):
    with pytest.raises(FileError, match=r"^no file .*none$"):
        read(str(tmp_path / "none"))
    with pytest.raises(FileError, match="holds no"):
        read(write("\n\n"))


@pytest.mark.parametrize("read", [read_queries, read_qrels])
def test_a_folder_is_refused_with_the_files_in_it(read, tmp_path):
    folder = re.escape(str(tmp_path))
    with pytest.raises(FileError, match=f"^{folder} is a folder; .* there is nothing$"):
        read(tmp_path)
    for name in ("test.tsv", "dev.tsv"):
        (tmp_path / name).touch()
    with pytest.raises(FileError, match=r"name a file in it, there is dev\.tsv, test\.tsv$"):
        read(tmp_path)


def test_a_header_alone_is_no_judgement(write):
    with pytest.raises(FileError, match="holds no judgements"):
        read_qrels(write("query-id\tcorpus-id\tscore\n"))
