"""Shares over time: intervals and trends against scipy, columns of every kind, bins by hand."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import semascope as sema
from semascope.collection.timeline import timeline
from semascope.errors import InvalidValue
from semascope.structure.timeline import Trends, clear, trends, wilson

# --- intervals ---


@pytest.mark.parametrize(
    ("count", "total"), [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (70, 900)]
)
def test_an_interval_is_that_of_scipy(count, total):
    expected = stats.binomtest(count, total).proportion_ci(method="wilson")
    low, high = wilson(count, total)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_of_no_rows_any_share_is_possible():
    low, high = wilson([0, 5], [0, 10])
    assert (low[0], high[0]) == (0, 1)
    assert 0 < low[1] < 0.5 < high[1] < 1


# --- trends ---


def per_row(counts, thing):
    """Return for each row its bin, and whether it is of one thing."""
    bins = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    is_thing = np.concatenate(
        [np.repeat([1, 0], [row[thing], row.sum() - row[thing]]) for row in counts]
    )
    return bins, is_thing


def test_where_shares_lie_on_a_line_the_test_is_that_of_cochran_and_armitage():
    counts = np.array([[10, 90], [12, 88], [13, 87], [15, 85], [17, 83]])
    found = trends(counts.astype(float))
    bins, is_thing = per_row(counts, 0)
    r = stats.pearsonr(bins, is_thing).statistic  # the test's z is r times the root of N
    z = abs(r) * np.sqrt(counts.sum())
    assert found.p[0] == pytest.approx(2 * stats.t.sf(z, df=3))
    assert found.slope[0] == pytest.approx(stats.linregress(bins, is_thing).slope)
    assert found.slope[1] == pytest.approx(-found.slope[0])


def test_where_shares_jump_the_error_is_that_of_a_weighted_line():
    counts = np.array([[100, 900], [500, 500], [200, 800], [600, 400], [300, 700], [500, 500]])
    found = trends(counts.astype(float))
    line = stats.linregress(np.arange(6), counts[:, 0] / 1000)  # all bins weigh the same
    assert found.slope[0] == pytest.approx(line.slope)
    assert found.p[0] == pytest.approx(line.pvalue)
    assert found.p[0] > 0.1  # though 6,000 independent rows would leave no doubt


def test_bins_without_rows_count_for_nothing():
    full = np.array([[10, 90], [20, 80], [25, 75], [40, 60.0]])
    gaps = np.array([[10, 90], [0, 0], [20, 80], [0, 0], [25, 75], [0, 0], [40, 60.0]])
    assert trends(gaps).p == pytest.approx(trends(full).p)
    assert trends(gaps).slope == pytest.approx(trends(full).slope / 2)
    for one in (np.zeros((3, 2)), np.array([[3.0, 4]])):
        np.testing.assert_array_equal(trends(one).p, 1)


def test_two_bins_are_compared_by_the_normal_distribution():
    counts = np.array([[30, 70], [50, 50.0]])
    table = counts.astype(int)
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert trends(counts).p[0] == pytest.approx(expected)


def test_chance_is_seldom_called_a_trend():
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(200):
        counts = rng.multinomial(60, np.full(8, 1 / 8), size=10).astype(float)
        called += clear(trends(counts)).any()
    assert called <= 200 * 0.05 + 2 * 3.1  # two standard errors of 5% of 200


def test_a_clear_trend_is_found_with_holms_correction():
    p = np.array([0.001, 0.03, 0.012, 0.9])  # × 4, then × 3, then × 2
    assert clear(Trends(np.ones(4), p)).tolist() == [True, False, True, False]


# --- columns ---


class Stored:
    """What `timeline` asks of a snapshot."""

    columns = ("text", "when")

    def __init__(self, values, rows):
        self._when = pa.chunked_array(
            [values if isinstance(values, pa.Array) else pa.array(values)]
        )
        self.row_of = np.array(rows or range(len(values)))

    def column(self, name):
        assert name == "when"
        return self._when


def made(values, labels, rows=None):
    """Return a timeline of cats and dogs."""
    labels = np.array(labels or [0] * len(values), np.int32)
    return timeline(Stored(values, rows), "when", labels, ["cats", "dogs"])


@pytest.mark.parametrize(
    ("values", "unit", "bins"),
    [
        ([1960, 1962, 1961], "year", ["1960", "1961", "1962"]),
        ([1960.0, 1962.0, None], "year", ["1960", "1961", "1962"]),
        (["1960", "1962 ", ""], "year", ["1960", "1961", "1962"]),
        ([1789, 1801, 1855], "decade", [f"{y}s" for y in range(1780, 1860, 10)]),
        ([1500, 2021, 1700], "century", [f"{y}s" for y in range(1500, 2100, 100)]),
        ([date(2020, 11, 5), date(2021, 1, 1), None], "month", ["2020-11", "2020-12", "2021-01"]),
        (
            ["2020-11-05", "2021-01", "2020-12-31T10:00:00Z"],
            "month",
            ["2020-11", "2020-12", "2021-01"],
        ),
        (
            [datetime(2015, 3, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC), None],
            "quarter",
            [f"{y} Q{q}" for y in range(2015, 2019) for q in range(1, 5)] + ["2019 Q1"],
        ),
    ],
)
def test_columns_of_years_and_dates_are_read_and_binned(values, unit, bins):
    found = made(values, None)
    assert (found.unit, found.bins) == (unit, bins)
    assert found.undated == sum(value in (None, "") for value in values)
    assert found.counts.sum() == 3 - found.undated


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["Whig", "none", "1850"], r"column 'when' \(.*string\) holds 'Whig' and the like"),
        ([100_000, 3_000_000, 5], r"\(int64\) holds '100000' and the like; a timeline needs years"),
        ([0.5, 1.5, 2000.0], r"\(double\) holds '0.5'"),
        ([True, False, True], r"\(bool\) holds 'True'"),
        (pa.nulls(3, pa.string()), "column 'when' is empty"),
    ],
)
def test_a_column_that_holds_no_dates_is_refused(values, message):
    with pytest.raises(InvalidValue, match=message):
        made(values, None)


def test_shares_are_counted_by_hand():
    found = made([1990, 1990, 1990, 1992], [0, 0, 1, 1])
    np.testing.assert_array_equal(found.counts, [[2, 1], [0, 0], [0, 1]])
    np.testing.assert_array_equal(found.shares, [[2 / 3, 1 / 3], [np.nan, np.nan], [0, 1]])
    assert (found.low[[0, 2]] <= found.shares[[0, 2]]).all()
    assert (found.high[[0, 2]] >= found.shares[[0, 2]]).all()
    assert found.rising == found.falling == []  # four rows prove nothing


def test_a_split_row_counts_once():
    found = made([1990, 1990, 1990, 1990], [0, 1, 1, 0], rows=[7, 7, 7, 9])
    np.testing.assert_allclose(found.counts, [[4 / 3, 2 / 3]])  # sums of thirds


def test_what_rises_and_falls_is_named():
    values = np.repeat(np.arange(1990, 2000), 20).tolist()
    labels = [int(i % 20 < 2 * (year - 1990)) for i, year in enumerate(values)]
    found = made(values, labels)
    (up,), (down,) = found.rising, found.falling
    assert (up.cluster, up.name, down.name) == (1, "dogs", "cats")
    assert (up.early, up.late) == (pytest.approx(0.15), pytest.approx(0.75))  # 4 bins at each end
    assert up.p < 1e-4  # a z of 8, but only ten bins


def test_a_collection_tells_its_timeline(model, tmp_path):
    rows = [{"text": f"a cat number {i}", "year": 1990 + i % 5, "who": "me"} for i in range(40)]
    talks = sema.index(rows, text="text", to=tmp_path / "cats.lance", model=model)
    found = talks.timeline("year")
    assert found.names == list(talks.clusters().names)
    assert found.counts.shape == (5, len(found.names))
    np.testing.assert_array_equal(found.counts.sum(axis=1), 8)
    with pytest.raises(InvalidValue, match="no column 'month'; the columns are text, year, who"):
        talks.timeline("month")
    with pytest.raises(InvalidValue, match="'who'"):
        talks.timeline("who")
