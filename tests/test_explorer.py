"""What the explorer's page is told of a collection, compared with the collection itself."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import semascope as sema
from semascope import data, explorer
from semascope.cartography import PALETTE
from semascope.errors import InvalidValue
from semascope.explorer import Among, Between, Selection

NAN, INF = float("nan"), float("inf")
# Values that come again and again, so that N rows of any number can be made
COLUMNS = {
    "whole": pa.array([1960, None, -5, 2**53 + 1], pa.int64()),
    "small": pa.array([127, None, -128, 0], pa.int8()),
    "unsigned": pa.array([2**64 - 1, None, 0, 1], pa.uint64()),
    "double": pa.array([0.1, None, NAN, -INF]),
    "single": pa.array([0.1, None, NAN, INF], pa.float32()),
    "price": pa.array([Decimal("-1.50"), None, Decimal("2.00"), Decimal("99999999.99")]),
    "day": pa.array([dt.date(2020, 2, 29), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "micro": pa.array(
        [dt.datetime(2020, 2, 29, 12, 30, 0, 123_456), None, dt.datetime(1, 1, 1)] * 2,
        pa.timestamp("us"),
    )[:4],
    "berlin": pa.array([1_582_979_400_001, None, -1, 0], pa.timestamp("ms", "Europe/Berlin")),
    "second": pa.array([5, None, -1, 0], pa.timestamp("s")),
    "nano": pa.array([1_582_979_400_123_456_789, None, -1, 0], pa.timestamp("ns")),
    "emoji": pa.array(["🐈", None, "👩🏽‍🚀", ""]),
    "odd": pa.array(["it's", None, "'; DROP TABLE x; --", "a\\b"]),
    "old": pa.array([True, None, False, True]),
    "in_it's": pa.array(["x", None, "y", "x"]),
    'the "whole" name': pa.array([1.5, None, 2.5, 3.5]),
    "tags": pa.array([["a"], None, [], ["b"]]),
}
N = 40


@pytest.fixture(scope="module")
def talks(tmp_path_factory, model):
    """Return a collection of N passages with columns of many types and odd names."""
    texts = [
        f"{animal} number {n}" for n in range(N // 4) for animal in ["cat", "dog", "cow", "fox"]
    ]
    columns = {name: values.take([n % 4 for n in range(N)]) for name, values in COLUMNS.items()}
    table = pa.table({"text": pa.array(texts), **columns})
    to = tmp_path_factory.mktemp("explorer") / "odd ones.lance"
    return sema.index(table, text="text", to=to, model=model)


@pytest.fixture(scope="module")
def speeches(tmp_path_factory, model):
    table = pq.read_table(data.path("speeches")).take(np.arange(0, 18_200, 60))
    return sema.index(table, to=tmp_path_factory.mktemp("s") / "speeches.lance", model=model)


def index_of(talks, name):
    return [name for name in talks.columns if name != talks.text].index(name)


# --- about ---


def test_about_tells_what_the_collection_tells(speeches):
    about = explorer.about(speeches)
    assert (about.name, about.command) == ("speeches", "semascope open speeches.lance")
    assert about.passages == len(speeches)
    assert about.rows == speeches.info().rows
    assert about.model == "all-MiniLM-L6-v2"
    assert about.kept == speeches.map().kept
    for level, clusters in about.clusters.items():
        found = speeches.clusters(level)
        assert [cluster.name for cluster in clusters] == list(found.names)
        assert [cluster.size for cluster in clusters] == list(found.sizes)
        assert [list(cluster.typical) for cluster in clusters] == [list(t) for t in found.typical]
        assert [cluster.parent for cluster in clusters] == list(
            found.parent or [None] * len(clusters)
        )
        assert {cluster.stability for cluster in clusters} == {None}
        assert all(0 <= cluster.color < len(PALETTE) for cluster in clusters)
        assert all(-1 <= place <= 1 for cluster in clusters for place in cluster.anchor)


def test_about_names_the_folder_as_a_shell_takes_it(talks):
    assert explorer.about(talks).command == "semascope open 'odd ones.lance'"


def test_stability_is_told_once_it_was_computed(tmp_path, model):
    talks = sema.index([f"text {n}" for n in range(20)], to=tmp_path / "a.lance", model=model)
    assert explorer.about(talks).clusters["coarse"][0].stability is None
    expected = talks.clusters("coarse", stability=True).stability
    found = explorer.about(talks).clusters["coarse"]
    assert [cluster.stability for cluster in found] == list(expected)


def test_years_have_timelines_and_counts_have_none(speeches):
    columns = {column.name: column for column in explorer.about(speeches).columns}
    assert columns["year"].dated
    assert not columns["passage"].dated
    assert columns["year"].whole


def test_kinds_of_columns(talks):
    columns = {column.name: column for column in explorer.about(talks).columns}
    kinds = {name: column.kind for name, column in columns.items()}
    numbers = ["whole", "small", "unsigned", "double", "single", "price", 'the "whole" name']
    dates = ["day", "micro", "berlin", "second", "nano"]
    categories = ["emoji", "odd", "old", "in_it's"]
    assert kinds == (
        dict.fromkeys(numbers, "number")
        | dict.fromkeys(dates, "date")
        | dict.fromkeys(categories, "category")
        | {"tags": "text"}
    )
    assert [name for name in columns if columns[name].short] == ["emoji", "in_it's"]
    assert columns["whole"].whole
    assert not columns["price"].whole
    assert columns["day"].whole
    assert not columns["micro"].whole


def test_many_long_values_are_text_and_many_short_ones_a_category(tmp_path, model):
    rows = [{"text": "a cat", "long": f"value number {n}", "code": str(n)} for n in range(1_001)]
    talks = sema.index(rows, text="text", to=tmp_path / "a.lance", model=model)
    long, code = explorer.about(talks).columns
    assert (long.kind, long.short) == ("text", False)
    assert (code.kind, code.short) == ("category", True)
    ranks = explorer.column(talks, 0)["rank"].to_pylist()
    assert [
        long for _, long in sorted(zip(ranks, (r["long"] for r in rows), strict=True))
    ] == sorted(row["long"] for row in rows)


# --- arrays ---


def test_points_are_the_map_and_its_clusters(speeches):
    points = explorer.points(speeches)
    drawn = speeches.map()
    np.testing.assert_array_equal(points["x"].to_numpy(), drawn.coordinates[:, 0])
    np.testing.assert_array_equal(points["y"].to_numpy(), drawn.coordinates[:, 1])
    np.testing.assert_array_equal(points["honesty"].to_numpy(), drawn.honesty)
    for level in ("coarse", "medium", "fine"):
        labels = points[level].to_numpy()
        assert labels.dtype == np.int32
        np.testing.assert_array_equal(labels, speeches.clusters(level).labels)
    assert [str(t) for t in points.schema.types] == ["float"] * 3 + ["int32"] * 3


def test_a_date_is_in_milliseconds_and_none_is_nan(talks):
    values = explorer.column(talks, index_of(talks, "micro"))["value"].to_pylist()[:3]
    assert values[0] == 1_582_979_400_123.456
    assert math.isnan(values[1])
    assert values[2] == dt.datetime(1, 1, 1, tzinfo=dt.UTC).timestamp() * 1_000
    (day, *_) = explorer.column(talks, index_of(talks, "day"))["value"].to_pylist()
    assert day == dt.datetime(2020, 2, 29, tzinfo=dt.UTC).timestamp() * 1_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("odd", ["it's", None, "'; DROP TABLE x; --", "a\\b"]),
        ("emoji", ["🐈", None, "👩🏽‍🚀", None]),
        ("old", ["true", None, "false", "true"]),
    ],
)
def test_a_category_has_its_values_as_they_are(talks, name, expected):
    codes = explorer.column(talks, index_of(talks, name))["code"].combine_chunks()
    assert codes.type == pa.dictionary(pa.int32(), pa.string())
    assert codes.to_pylist()[:4] == expected


def test_what_is_nested_is_ranked_as_it_is_shown(talks):
    ranks = explorer.column(talks, index_of(talks, "tags"))["rank"]
    assert ranks.type == pa.int32()
    assert ranks.to_pylist()[:4] == [0, -1, 2, 1]  # "['a']" < "['b']" < "[]"


def test_a_column_that_is_not_there_is_refused(talks):
    with pytest.raises(InvalidValue, match="there is no column 99; they are numbered 0 to 16"):
        explorer.column(talks, 99)


def test_rows_are_as_a_reader_should_see_them(talks):
    one, other = explorer.rows(talks, [1, 0])
    assert (one.number, one.text) == (1, "dog number 0")
    assert set(one.values) == {""}
    assert other.values[:6] == ["1960", "127", str(2**64 - 1), "0.1", "0.1", "-1.50"]
    assert other.values[index_of(talks, "old")] == "true"
    with pytest.raises(InvalidValue, match=f"numbered 0 to {N - 1}, got {N}"):
        explorer.rows(talks, [N])


# --- conditions ---


def expected_between(talks, column, low, high):
    values = explorer.column(talks, column)["value"].to_numpy()
    return np.flatnonzero((values >= low) & (values <= high)).tolist()


NUMBERS = ["whole", "small", "unsigned", "double", "single", "price", 'the "whole" name']
DATES = ["day", "micro", "berlin", "second", "nano"]


@pytest.mark.parametrize("name", NUMBERS + DATES)
def test_a_range_lets_pass_what_the_page_lets_pass(talks, name):
    column = index_of(talks, name)
    values = explorer.column(talks, column)["value"].to_numpy()
    known = np.unique(values[np.isfinite(values)]).tolist()
    near = [end + step for end in known for step in (-1, -0.5, 0.5, 1)]
    ends = [*known, *near, 0, 0.1, -1e300, 1e300, 1e18, -1e18, 3e14, -7e13]
    for low in ends:
        for high in ends[:: max(1, len(ends) // 7)]:
            where = explorer.where(talks, [Between(column, low, high)])
            found = talks.passing(where).tolist()
            assert found == expected_between(talks, column, low, high), where


@pytest.mark.parametrize("name", ["emoji", "odd", "old", "in_it's"])
def test_values_let_pass_what_has_them(talks, name):
    column = index_of(talks, name)
    held = explorer.column(talks, column)["code"].to_pylist()
    for chosen in ([held[0]], [None], [held[0], None], held[2:4], [], ["nowhere"], [""]):
        where = explorer.where(talks, [Among(column, chosen)])
        wanted = {value or None for value in chosen}
        expected = [number for number, value in enumerate(held) if value in wanted]
        assert talks.passing(where).tolist() == expected, where


HOSTILE = [
    "' OR 1=1 --",
    "'; DROP TABLE talks; --",
    "\\' OR true",
    "''",
    "%_*",
    "\0",
    "a\nb",
    "`odd` IS NULL",
    "😀" * 50,
    '"whole"',
    "\u202e\u2028",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_a_value(tmp_path_factory, talks, value):
    where = explorer.where(talks, [Among(index_of(talks, "odd"), [value])])
    assert talks.passing(where).tolist() == []


def test_hostile_values_are_found_exactly(tmp_path, model):
    rows = [{"text": f"cat {n}", "value": value} for n, value in enumerate(HOSTILE)]
    talks = sema.index(rows, text="text", to=tmp_path / "a.lance", model=model)
    for number, value in enumerate(HOSTILE):
        where = explorer.where(talks, [Among(0, [value])])
        assert talks.passing(where).tolist() == [number]


def test_filters_are_joined(talks):
    filters = [
        Among(index_of(talks, "emoji"), ["🐈", None]),
        Between(index_of(talks, "whole"), 0, 3000),
    ]
    assert talks.passing(explorer.where(talks, filters)).tolist() == list(range(0, N, 4))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda at: Between(at("odd"), 0, 1), "'odd' has neither numbers nor dates"),
        (lambda at: Among(at("whole"), ["1"]), "'whole' is no category"),
        (lambda at: Between(at("whole"), NAN, 1), "two finite ends, got nan to 1"),
        (lambda at: Between(at("whole") + 99, 0, 1), "there is no column 99"),
    ],
)
def test_what_cannot_be_said_is_refused(talks, make, message):
    with pytest.raises(InvalidValue, match=message):
        explorer.where(talks, [make(lambda name: index_of(talks, name))])


# --- the line of Python ---


def numbers_of(talks, rows):
    texts = talks.texts
    return [texts.index(row["text"]) for row in rows]


def test_the_line_gives_the_same_rows(talks):
    filters = [Between(index_of(talks, "whole"), 0, 3000), Among(index_of(talks, "odd"), ["it's"])]
    passing = set(range(0, N, 4))
    labels = talks.clusters("fine").labels
    clusters = sorted({0, int(labels.max())})
    inside = set(np.flatnonzero(np.isin(labels, clusters)).tolist())
    lasso = [0, 3, 4, 8, 39]
    cases = [
        (Selection(), set(range(N))),
        (Selection(filters), passing),
        (Selection(level="fine", clusters=clusters), inside),
        (Selection(level="fine", clusters=[0]), set(np.flatnonzero(labels == 0).tolist())),
        (Selection(level="fine", clusters=[]), set()),
        (Selection(numbers=lasso), set(lasso)),
        (Selection(numbers=[]), set()),
        (Selection(filters, "fine", clusters), passing & inside),
        (Selection(filters, "fine", clusters, lasso), passing & inside & set(lasso)),
    ]
    for selection, expected in cases:
        line = explorer.python_line(talks, selection)
        assert "\n" not in line
        scope = {"talks": talks, "np": np}
        rows = eval(line, scope)  # noqa: S307  (that is what it is made for)
        assert numbers_of(talks, rows) == sorted(expected), line


def test_the_line_reads_as_one_would_write_it(speeches):
    line = explorer.python_line(speeches, Selection([Between(0, 1960, 1970)]))
    assert line == "talks.rows(talks.passing('`year` >= 1960 AND `year` <= 1970'))"


def test_a_line_that_would_be_too_long_is_refused(talks):
    with pytest.raises(InvalidValue, match="up to 10,000 passages, got 10,001"):
        explorer.python_line(talks, Selection(numbers=range(10_001)))
    with pytest.raises(InvalidValue, match="clusters are numbered 0 to"):
        explorer.python_line(talks, Selection(clusters=[10_000]))


# --- what the collection has for it ---


def test_a_projection_is_the_cosine_with_the_direction(talks):
    direction = talks.embeddings[3] * 7
    expected = talks.embeddings @ talks.embeddings[3]
    np.testing.assert_allclose(talks.project(direction), expected, atol=1e-6)  # float32 sums
    again = sema.open(talks.path)  # which has read no embeddings: it goes block by block
    np.testing.assert_allclose(again.project(direction), expected, atol=1e-6)
    for wrong in (direction[:5], direction * 0, direction * NAN):
        with pytest.raises(InvalidValue, match="a direction has 384 finite numbers"):
            talks.project(wrong)


def test_some_embeddings_are_those_of_all(talks):
    np.testing.assert_array_equal(talks.embeddings_of([5, 2]), talks.embeddings[[5, 2]])
    with pytest.raises(InvalidValue, match="numbered 0 to 39, got -1"):
        talks.embeddings_of([-1])


def test_rows_take_arrays_of_numbers(talks):
    assert [row["text"] for row in talks.rows(np.array([2, 1]))] == talks.texts[2:0:-1]
    assert talks.rows(np.array([], np.intp)) == []
    with pytest.raises(InvalidValue, match="whole numbers"):
        talks.rows([2**70])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_export_of_some_passages_has_their_rows_whole(tmp_path, model, suffix):
    long = " ".join(f"Sentence {n} says that the cat sat on mat {n}." for n in range(100))
    rows = [{"text": "a cat", "n": 0}, {"text": long, "n": 1}, {"text": "a dog", "n": 2}]
    talks = sema.index(rows, text="text", to=tmp_path / "a.lance", model=model)
    inside = [n for n, row in enumerate(talks.rows()) if row["n"] == 1][1]
    made = talks.export(tmp_path / f"a.{suffix}", numbers=[inside, len(talks) - 1])
    assert (made.lines, made.left_out) == (2, 0)
    if suffix == "parquet":
        assert pq.read_table(tmp_path / "a.parquet").to_pylist() == rows[1:]
    made = talks.export(tmp_path / "b.parquet", numbers=[inside], embeddings=True)
    assert made.lines == 1
    assert talks.export(tmp_path / "c.parquet", numbers=[]).lines == 0
    with pytest.raises(InvalidValue, match="passages are numbered"):
        talks.export(tmp_path / "d.parquet", numbers=[10**6])


def test_a_timeline_knows_the_bin_of_each_passage(speeches):
    found = speeches.timeline("year")
    years = [row["year"] for row in speeches.rows()]
    assert [found.bins[at] for at in found.bin] == [f"{year // 10}0s" for year in years]


def test_a_map_that_is_made_anew_has_its_names_at_new_places(tmp_path, model):
    rows = [f"{animal} {verb}" for animal in ("a cat", "a dog", "a cow") for verb in ("ate", "sat")]
    talks = sema.index(
        [{"text": row} for row in rows], text="text", to=tmp_path / "t.lance", model=model
    )
    before = explorer.about(talks)
    derived = sorted(path.name for path in (tmp_path / "t.lance" / "_derived").glob("explorer*"))
    talks.map(redo=True)
    assert derived
    assert not list((tmp_path / "t.lance" / "_derived").glob("explorer*"))
    assert explorer.about(talks).clusters == before.clusters  # the same map, from the same seed
