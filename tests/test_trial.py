"""A trial of search on judged queries, and `semascope evaluate`, which prints it."""

import json
import re
import shlex

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import semascope as sema
from semascope.cli import main
from semascope.collection import trial as trial_module
from semascope.collection.trial import MEASURES, MODES, trial
from semascope.errors import ColumnNotFound, InvalidValue
from semascope.evaluate import bootstrap_interval, evaluate

ANIMALS = ["cat", "dog", "horse", "cow", "pig", "goat", "duck", "hen", "fox", "wolf", "bear", "owl"]
TEXTS = [f"The {name} is an animal that people know." for name in ANIMALS]
QUERIES = {f"q{n}": text for n, text in enumerate(TEXTS)}
RIGHT = {f"q{n}": {name: 1} for n, name in enumerate(ANIMALS)}  # each asks for its own text


@pytest.fixture(scope="module")
def talks(tmp_path_factory, model):
    rows = pa.table({"_id": ANIMALS, "text": TEXTS, "n": range(len(ANIMALS))})
    return sema.index(rows, text="text", to=tmp_path_factory.mktemp("c") / "a.lance", model=model)


@pytest.fixture
def index(tmp_path, model):
    """Return a function that indexes columns into a new collection."""

    def index(**columns):
        return sema.index(pa.table(columns), text="text", to=tmp_path / "b.lance", model=model)

    return index


# --- what is measured ---


def test_texts_that_ask_for_themselves_are_found_first(talks):
    found = trial(talks, QUERIES, RIGHT)
    for mode in MODES:
        for measure in MEASURES:
            assert getattr(found.quality[mode], measure).mean == 1
    assert {(gain.mean, gain.interval) for gain in found.gain.values()} == {(0, (0, 0))}
    assert (found.queries, found.id) == (len(ANIMALS), "_id")
    assert (found.unasked, found.without_relevant, found.unjudged, found.absent) == (0, 0, 0, 0)


def test_figures_are_those_of_the_rankings_that_search_gives(talks):
    random = np.random.default_rng(0)
    queries = {"1": "a bird", "2": "it gives milk and the fox", "3": "a wild animal", "4": "pets"}
    qrels = {
        query: dict(zip(ANIMALS, random.integers(0, 3, len(ANIMALS)).tolist(), strict=True))
        for query in queries
    }
    found = trial(talks, queries, qrels)
    for mode in MODES:
        rankings = {
            query: [hit.row["_id"] for hit in talks.search(text, k=100, mode=mode)]
            for query, text in queries.items()
        }
        assert found.quality[mode] == evaluate(rankings, qrels)
    for measure in MEASURES:
        hybrid, vector = (getattr(found.quality[m], measure).per_query for m in MODES[::-2])
        gains = [hybrid[query] - vector[query] for query in queries]
        assert found.gain[measure].mean == pytest.approx(np.mean(gains))
        assert found.gain[measure].interval == bootstrap_interval(gains)


def test_only_queries_with_something_relevant_are_asked(talks, monkeypatch):
    asked = []
    search = sema.Collection.search
    monkeypatch.setattr(
        sema.Collection,
        "search",
        lambda self, query, **options: asked.append(query) or search(self, query, **options),
    )
    qrels = {"q0": {"cat": 1}, "q1": {"dog": 0}, "gone": {"cow": 2}}
    found = trial(talks, QUERIES, qrels)
    assert asked == [QUERIES["q0"]] * len(MODES)
    assert (found.queries, found.unasked) == (2, 1)
    assert (found.without_relevant, found.unjudged) == (1, len(QUERIES) - 2)
    assert found.quality["vector"].ndcg_at_10.mean == 0.5  # what is not asked counts as 0


def test_relevant_documents_that_are_not_there_count_as_not_found(talks):
    qrels = {"q0": {"cat": 1, "unicorn": 1}, "q1": {"dog": 1, "unicorn": 1, "yeti": 0}}
    found = trial(talks, QUERIES, qrels)
    assert found.absent == 1
    assert found.quality["vector"].recall_at_100.mean == 0.5


# --- which document a row is ---


def test_a_document_of_several_rows_ranks_where_its_best_does(index, monkeypatch):
    # 9 rows of "cats" are nearer than those of any other; only 3 documents are looked at.
    monkeypatch.setattr(trial_module, "RECALL_DEPTH", 3)
    cats = [f"a cat that has {n} kittens" for n in range(9)]
    talks = index(
        id=["cats"] * 9 + ["dog", "fox", "tax"],
        text=[*cats, "a dog that has puppies", "a fox", "the income tax"],
    )
    assert trial_module._rank(talks, "a cat that has kittens", "vector", "id")[:2] == [
        "cats",
        "dog",
    ]
    assert len(trial_module._rank(talks, "a cat that has kittens", "vector", "id")) == 3


def test_a_ranking_ends_where_the_collection_does(talks):
    assert sorted(trial_module._rank(talks, "a cat", "vector", "_id")) == sorted(ANIMALS)


def test_numbers_are_ids_too(talks):
    qrels = {"q3": {"3": 1}, "q4": {"4": 1}}
    found = trial(talks, QUERIES, qrels, id="n")
    assert found.quality["vector"].ndcg_at_10.mean == 1


@pytest.mark.parametrize("name", ["_id", "id", "doc_id"])
def test_the_id_column_need_not_be_named_if_it_has_a_usual_name(index, name):
    talks = index(text=TEXTS, **{name: ANIMALS})
    assert trial(talks, QUERIES, RIGHT).id == name


def test_the_key_is_the_id_column(tmp_path, model):
    rows = pa.table({"id": range(len(ANIMALS)), "name": ANIMALS, "text": TEXTS})
    talks = sema.index(rows, text="text", key="name", to=tmp_path / "b.lance", model=model)
    assert trial(talks, QUERIES, RIGHT).id == "name"
    assert talks.info().key == "name"


def test_a_missing_id_column_is_an_error_that_lists_the_columns(talks, index):
    with pytest.raises(ColumnNotFound, match=r"no column 'no'; name .* are _id, text, n$"):
        trial(talks, QUERIES, RIGHT, id="no")
    with pytest.raises(ColumnNotFound, match=r"no key, and none of .*_id, id, doc_id; .*text, a$"):
        trial(index(text=TEXTS, a=ANIMALS), QUERIES, RIGHT)


def test_ids_of_another_kind_are_an_error_that_shows_both(talks):
    with pytest.raises(InvalidValue, match=r"none of the 12 .* column 'n': .*'bear'.*'0'; name"):
        trial(talks, QUERIES, RIGHT, id="n")
    with pytest.raises(InvalidValue, match=r"none of the 1 queries .* like 'x', the given.*'q0'"):
        trial(talks, QUERIES, {"x": {"cat": 1}})
    with pytest.raises(InvalidValue, match="no query has a relevant document"):
        trial(talks, QUERIES, {"q0": {"cat": 0}})


def test_progress_counts_searches(talks):
    seen = []
    trial(talks, QUERIES, RIGHT, on_progress=lambda *at: seen.append(at))
    total = len(MODES) * len(QUERIES)
    assert seen == [(n + 1, total) for n in range(total)]


# --- the command ---


@pytest.fixture
def run(talks, tmp_path, monkeypatch):
    """Return a function that runs `semascope evaluate` on files that it writes."""
    monkeypatch.chdir(tmp_path)

    def run(options="", queries=QUERIES, qrels=RIGHT):
        lines = [json.dumps({"_id": query, "text": text}) for query, text in queries.items()]
        (tmp_path / "queries.jsonl").write_text("\n".join(lines))
        judged = [
            f"{q}\t{d}\t{grade}" for q, grades in qrels.items() for d, grade in grades.items()
        ]
        (tmp_path / "qrels").mkdir(exist_ok=True)
        (tmp_path / "qrels/test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]))
        line = f"evaluate {shlex.quote(str(talks.path))} --queries queries.jsonl {options}"
        if "--qrels" not in options:
            line += " --qrels qrels/test.tsv"
        return CliRunner().invoke(main, shlex.split(line), prog_name="semascope")

    return run


def test_the_three_modes_stand_side_by_side(run, talks):
    qrels = RIGHT | {"q0": {"dog": 2, "cat": 1}, "q1": {"pig": 1}}
    found = run(qrels=qrels)
    assert found.exit_code == 0, found.output
    lines = found.stdout.splitlines()
    assert lines[0].split() == list(MODES)
    expected = trial(talks, QUERIES, qrels)
    names = ["nDCG@10", "recall@100", "MRR@10"]
    for line, name, measure in zip(lines[1:4], names, MEASURES, strict=True):
        figures = [getattr(expected.quality[mode], measure) for mode in MODES]
        cells = [f"{f.mean:.3f} [{f.interval[0]:.3f}, {f.interval[1]:.3f}]" for f in figures]
        assert re.split(r"  +", line) == [name, *cells]
        assert [line.index(cell, 12 + 22 * n) for n, cell in enumerate(cells)] == [
            lines[0].index(mode) for mode in MODES
        ]
    assert lines[5] == "hybrid − vector, query by query"
    for line, name, measure in zip(lines[6:9], names, MEASURES, strict=True):
        gain = expected.gain[measure]
        assert line.startswith(name)
        assert f"{gain.mean:+.3f} [{gain.interval[0]:+.3f}, {gain.interval[1]:+.3f}]" in line
    assert lines[-1] == "Queries with a relevant document: 12"
    assert max(map(len, lines)) <= 80


def test_what_is_left_out_is_said(run):
    qrels = {"q0": {"cat": 1, "yeti": 1}, "q1": {"dog": 0}, "gone": {"cow": 2}}
    assert run(qrels=qrels).stdout.splitlines()[-5:] == [
        "Queries with a relevant document: 2",
        "of these not in the file of queries, counted as 0: 1",
        "Relevant documents that are not in the collection: 1",
        "Queries to which nothing is relevant, left out: 1",
        "Queries that are not judged, left out: 10",
    ]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.01, 0.2), "hybrid is better"),
        ((-0.1, -0.01), "vector is better"),
        ((-0.1, 0.1), "no clear difference"),
        ((0.0, 0.0), "no clear difference"),
    ],
)
def test_a_difference_counts_when_its_interval_excludes_zero(ends, verdict):
    from semascope.cli.evaluate import _verdict
    from semascope.evaluate import Difference

    assert _verdict(Difference(sum(ends) / 2, ends)) == verdict


def test_for_machines(run, talks):
    (line,) = run("--json").stdout.splitlines()
    found = json.loads(line)
    assert found["quality"].keys() == set(MODES)
    assert found["quality"]["vector"] == {
        measure: {"mean": 1.0, "interval": [1.0, 1.0]} for measure in MEASURES
    }
    assert found["gain"] == {measure: {"mean": 0.0, "interval": [0.0, 0.0]} for measure in MEASURES}
    assert (found["id"], found["queries"]) == ("_id", 12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--id no", r"no column 'no'; .* _id, text, n$"),
        ("--qrels absent.tsv", r"no file absent\.tsv"),
        ("--qrels qrels", r"qrels is a folder; name a file in it, there is test\.tsv"),
        ("--qrels queries.jsonl", r"line 1 of queries\.jsonl is no judgement"),
    ],
)
def test_a_mistake_gets_one_message(run, options, message):
    found = run(options)
    assert found.exit_code == 2
    assert re.search(f"^semascope: .*{message}", found.stderr)
    assert "Traceback" not in found.output
