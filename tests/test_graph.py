"""The neighbor graph of many rows, against brute force in float64 on real embeddings."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from threadpoolctl import threadpool_limits

from semascope import data, structure
from semascope.collection import graphing
from semascope.progress import silent
from semascope.structure import approximate, blocks, exact, nearest_neighbors
from semascope.structure import graph as graph_module
from semascope.structure.graph import extend
from semascope.structure.stored import as_float32

PRECISIONS = ["bf16", "f32"]  # where bfloat16 is not native, OpenVINO multiplies in float32


@pytest.fixture(scope="module")
def embeddings(model):
    """Return the embeddings of the 1,914 emoji, some of them nearly equal."""
    labels = pq.read_table(data.path("emoji"))["text"].to_pylist()
    return model.encode(labels)


@pytest.fixture(scope="module")
def expected(embeddings):
    return brute_force(embeddings)


def brute_force(embeddings, k=15):
    wide = embeddings.astype(np.float64)
    similarity = np.minimum((wide @ wide.T).astype(np.float32), 1)
    np.fill_diagonal(similarity, -np.inf)
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]  # stable: ties by row
    return nearest, np.take_along_axis(similarity, nearest, axis=1)


def same(found, expected):
    """Whether two graphs are the same bit for bit."""
    neighbors, similarity = found
    return (neighbors == expected.neighbors).all() and (similarity == expected.similarity).all()


@pytest.fixture(params=PRECISIONS)
def compiled(request, monkeypatch):
    """Send few rows too through the graph of products, in one precision or the other."""
    monkeypatch.setattr(exact, "COMPILED_ROWS", 1)
    monkeypatch.setattr(blocks, "native_precision", lambda: request.param)


# --- exact ---


def test_products_of_any_precision_lead_to_the_neighbors_of_brute_force(
    compiled, embeddings, expected
):
    found = nearest_neighbors(embeddings)
    np.testing.assert_array_equal(found.neighbors, expected[0])
    # one float32 step: the float64 sums differ in order, so they may round to either side
    np.testing.assert_allclose(found.similarity, expected[1], atol=2**-24)
    assert found.recall == 1


@pytest.mark.parametrize(
    ("queries", "stride", "cells"),
    [(1, 8, 2**26), (100, 6, 2**26), (512, 32, 2**26), (256, 16, 90_000)],
)
def test_no_size_of_blocks_changes_a_bit(compiled, embeddings, monkeypatch, queries, stride, cells):
    reference = exact.exact_neighbors(embeddings, 15)
    monkeypatch.setattr(blocks, "QUERIES", queries)
    monkeypatch.setattr(blocks, "STRIDE", stride)
    monkeypatch.setattr(blocks, "PART", blocks.GROUP * stride)
    monkeypatch.setattr(blocks, "CELLS", cells)
    assert same(reference, nearest_neighbors(embeddings))


@pytest.mark.parametrize("N", [1023, 1024, 1025, 1055, 1056, 1057])
def test_rows_that_fill_no_whole_part_are_neighbors_too(compiled, embeddings, N):
    np.testing.assert_array_equal(
        nearest_neighbors(embeddings[:N]).neighbors, brute_force(embeddings[:N])[0]
    )


def test_no_number_of_threads_changes_a_bit(compiled, embeddings):
    with threadpool_limits(1):
        one = exact.exact_neighbors(embeddings, 15)
    assert same(one, nearest_neighbors(embeddings))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_product_is_farther_off_than_the_bound(embeddings, precision):
    multiplied, error = blocks._as_multiplied(embeddings, precision)
    layout = blocks._Layout(len(embeddings), 256)
    request = blocks._Request(blocks._compile(multiplied, layout, precision), layout, precision)
    request.start(0, multiplied[:256])
    request.wait()
    parts = as_float32(request._products)  # (J, 256, PART)
    products = parts.transpose(1, 0, 2).reshape(256, -1)[:, : len(embeddings)]
    true = embeddings[:256].astype(np.float64) @ embeddings.T.astype(np.float64)
    rounding = 2.0**-8 if precision == "bf16" else 0
    off = np.abs(products - true) - rounding * np.abs(true)
    assert off.max() <= error * (1 + rounding)
    assert error < (0.01 if precision == "bf16" else 1e-4)  # so that it excludes most rows


def test_rows_too_alike_for_bfloat16_are_told_apart_in_float32(compiled, embeddings, monkeypatch):
    # steps of 1e-5 in the cosine from an anchor: bfloat16 resolves 4e-3
    monkeypatch.setattr(blocks, "MANY", 20)
    rng = np.random.default_rng(0)
    alike = embeddings[0] + 0.004 * rng.normal(size=(1600, embeddings.shape[1])) / 20
    rows = np.vstack([alike / np.linalg.norm(alike, axis=1, keepdims=True), embeddings[:400]])
    rows = rows.astype(np.float32)
    np.testing.assert_array_equal(nearest_neighbors(rows).neighbors, brute_force(rows)[0])


def test_equal_rows_go_by_number(compiled, embeddings):
    rows = np.tile(embeddings[:2], (800, 1))
    found = nearest_neighbors(rows, k=3)
    np.testing.assert_array_equal(found.neighbors[:3], [[2, 4, 6], [3, 5, 7], [0, 4, 6]])
    np.testing.assert_array_equal(found.neighbors[-1], [1, 3, 5])


def test_progress_counts_rows_and_may_stop_the_work(compiled, embeddings):
    done = []
    nearest_neighbors(embeddings, on_progress=lambda *each: done.append(each))
    assert done[-1] == (len(embeddings), len(embeddings))
    assert done == sorted(done)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nearest_neighbors(embeddings, on_progress=interrupt)
    nearest_neighbors(embeddings)


# --- extension ---


@pytest.mark.parametrize(("removed", "added"), [(0, 1), (0, 120), (1, 0), (4, 0), (4, 60), (0, 0)])
@pytest.mark.parametrize("pairs", [2**22, 50])
def test_an_extended_graph_is_the_graph_made_from_scratch(
    embeddings, monkeypatch, removed, added, pairs
):
    monkeypatch.setattr(exact, "BLOCK_PAIRS", pairs)
    monkeypatch.setattr(exact, "BLOCK_QUERIES", 37)
    there, earlier = changed(len(embeddings), removed, added)
    old = nearest_neighbors(embeddings[there])
    now = np.flatnonzero(earlier != GONE)
    extended = extend(old, earlier[now], embeddings[now])
    assert same((extended.neighbors, extended.similarity), nearest_neighbors(embeddings[now]))


GONE = -2


def changed(N, removed, added):
    """Return which of N rows were there, and each one's number then: -1 if new, GONE if removed."""
    rng = np.random.default_rng(removed + added)
    removed, added, _ = np.split(rng.permutation(N), [removed, removed + added])
    was_there = np.ones(N, bool)
    was_there[added] = False
    earlier = np.where(was_there, np.cumsum(was_there) - 1, -1)
    earlier[removed] = GONE
    return np.flatnonzero(was_there), earlier


def test_new_rows_equal_to_old_ones_take_their_place_by_number(embeddings):
    rows = np.vstack([np.tile(embeddings[:1], (40, 1)), embeddings[:500]])
    new = np.isin(np.arange(540), [3, 20, 39])
    old = nearest_neighbors(rows[~new])
    extended = extend(old, np.where(new, -1, np.cumsum(~new) - 1), rows)
    assert same((extended.neighbors, extended.similarity), nearest_neighbors(rows))


def test_too_much_that_is_new_is_no_extension(embeddings):
    old = nearest_neighbors(embeddings[:1000])
    earlier = np.where(np.arange(len(embeddings)) < 1000, np.arange(len(embeddings)), -1)
    assert extend(old, earlier, embeddings) is None


def test_a_graph_with_fewer_neighbors_than_usual_is_not_extended(embeddings):
    old = nearest_neighbors(embeddings[:10])  # 9 each
    assert extend(old, np.append(np.arange(10), -1), embeddings[:11]) is None


def test_pairs_are_in_the_order_of_rows_then_cosines_then_others():
    rng = np.random.default_rng(2)
    rows = np.sort(rng.integers(40, size=2000))
    others = rng.integers(2**31, size=2000)
    cosines = rng.uniform(-1, 1, 2000).astype(np.float32)
    cosines[rng.random(2000) < 0.3] = 0.25  # ties
    cosines[:8] = [1, -1, 0, -0.0, np.inf, -np.inf, 2**-149, -(2**-149)]
    cosines[8:16] = cosines[:8]
    expected = np.lexsort((others, -cosines, rows))
    np.testing.assert_array_equal(exact._by_row_and_cosine(rows, others, cosines), expected)


# --- approximate ---


@pytest.fixture(params=PRECISIONS)
def approximated(request, monkeypatch):
    """Make graphs approximate, few rows or not, by products in one precision or the other."""
    monkeypatch.setattr(graph_module, "EXACT_ROWS", 1000)
    monkeypatch.setattr(approximate, "native_precision", lambda: request.param)


@pytest.fixture
def many(approximated, embeddings):
    return nearest_neighbors(embeddings)


def test_most_of_the_true_neighbors_are_found_and_the_share_is_told(many, expected):
    assert many.recall < 1  # or else this shows nothing
    found = (many.similarity >= expected[1][:, -1:] - 2**-23).mean()  # ties are as good
    assert found > 0.95
    # 500 rows of 15: the standard error is some 0.004
    assert abs(many.recall - found) < 0.015


def test_what_an_approximate_graph_says_is_true(many, embeddings):
    rows = np.repeat(np.arange(len(embeddings)), 15)
    assert (many.neighbors.ravel() != rows).all()
    assert all(len(set(line)) == 15 for line in many.neighbors.tolist())
    cosine = np.vecdot(
        embeddings[rows].astype(np.float64), embeddings[many.neighbors.ravel()].astype(np.float64)
    )
    np.testing.assert_allclose(many.similarity.ravel(), np.minimum(cosine, 1), atol=2**-24)
    assert (np.diff(many.similarity, axis=1) <= 0).all()


def test_an_approximate_graph_is_the_same_every_time(many, embeddings, monkeypatch):
    monkeypatch.setattr(approximate.os, "cpu_count", lambda: 1)
    again = nearest_neighbors(embeddings)
    assert same((again.neighbors, again.similarity), many)


def test_an_extended_approximate_graph_has_found_no_less(approximated, embeddings):
    there, earlier = changed(len(embeddings), 5, 60)
    old = nearest_neighbors(embeddings[there])
    now = np.flatnonzero(earlier != GONE)
    extended = extend(old, earlier[now], embeddings[now])
    kth = brute_force(embeddings[now])[1][:, -1:]
    assert (extended.similarity >= kth - 2**-23).mean() > 0.95
    assert extended.recall == old.recall


# --- kept beside a collection ---


def test_a_kept_graph_is_extended_by_what_is_new_or_embedded_anew(embeddings, monkeypatch):
    hashes = np.sort(np.random.default_rng(5).integers(2**64, size=len(embeddings), dtype="u8"))
    there, earlier = changed(len(embeddings), 3, 40)
    now = np.flatnonzero(earlier != GONE)
    older = graphing.make(hashes[there], embeddings[there], None, silent)
    repaired = embeddings.copy()
    repaired[there[::400]] = -repaired[there[::400]]
    expected = nearest_neighbors(repaired[now])
    monkeypatch.setattr(structure, "nearest_neighbors", None)  # it is extended
    made = graphing.make(hashes[now], repaired[now], older, silent)
    found = graphing.recall(*made)
    assert same((found.neighbors, found.similarity), expected)
