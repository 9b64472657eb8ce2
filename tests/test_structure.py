"""Graph and map, against references that we did not write.

Planted clusters: embeddings around a few random directions, so that the right answer is known.
"""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from semascope.errors import InvalidValue
from semascope.structure import (
    Graph,
    layout,
    nearest_neighbors,
    neighbors_kept,
)
from semascope.structure import exact as exact_module
from semascope.structure import map as map_module

DIM = 32


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def brute_force(embeddings, k):
    similarity = (embeddings.astype(np.float64) @ embeddings.astype(np.float64).T).astype(
        np.float32
    )
    np.fill_diagonal(similarity, -np.inf)  # no row neighbors itself
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]  # stable: ties by row
    return nearest, np.take_along_axis(similarity, nearest, axis=1)


def on_circle(*degrees):
    """Place rows by hand: the cosine similarity of two is that of the angle between them."""
    angles = np.deg2rad(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


@pytest.fixture(scope="module")
def planted():
    """Return 600 embeddings around 6 directions, in mixed order, and which is around which."""
    rng = np.random.default_rng(1)
    truth = rng.permutation(np.repeat(np.arange(6), [180, 150, 110, 80, 50, 30]))
    directions = unit(rng.normal(size=(6, DIM)))
    return unit(directions[truth] + rng.normal(scale=0.12, size=(600, DIM))), truth


@pytest.fixture(scope="module")
def graph(planted):
    return nearest_neighbors(planted[0])


@pytest.fixture(scope="module")
def coordinates(planted, graph):
    return layout(graph, planted[0])


# --- graph ---


@pytest.mark.parametrize(("N", "k"), [(600, 15), (600, 1), (40, 39), (3, 2)])
def test_neighbors_are_those_of_brute_force(planted, N, k):
    embeddings = planted[0][:N]
    expected, similarity = brute_force(embeddings, k)
    found = nearest_neighbors(embeddings, k=k)
    np.testing.assert_array_equal(found.neighbors, expected)
    # one float32 step: the float64 sums differ in order, so they may round to either side
    np.testing.assert_allclose(found.similarity, similarity, atol=2**-24)
    assert found.neighbors.dtype == np.int32
    assert found.similarity.dtype == np.float32


def test_neighbors_are_those_of_scikit_learn(planted, graph):
    index = NearestNeighbors(n_neighbors=15, metric="cosine", algorithm="brute").fit(planted[0])
    np.testing.assert_array_equal(graph.neighbors, index.kneighbors(return_distance=False))


def test_block_size_changes_no_bit(planted, graph, monkeypatch):
    for queries, cells, pairs in [(1, 2**26, 7), (7, 2**26, 100), (1024, 5_000, 2**14)]:
        monkeypatch.setattr(exact_module, "BLOCK_QUERIES", queries)
        monkeypatch.setattr(exact_module, "BLOCK_CELLS", cells)
        monkeypatch.setattr(exact_module, "BLOCK_PAIRS", pairs)
        found = nearest_neighbors(planted[0])
        np.testing.assert_array_equal(found.neighbors, graph.neighbors)
        np.testing.assert_array_equal(found.similarity, graph.similarity)


def test_ties_go_to_the_lower_row_also_at_the_last_place():
    # 50 equal rows between 30 others: each is as near to any of the 49 as to any other of them
    rng = np.random.default_rng(2)
    embeddings = unit(rng.normal(size=(80, DIM)))
    equal = np.sort(rng.choice(80, 50, replace=False))
    embeddings[equal] = embeddings[equal[0]]
    found = nearest_neighbors(embeddings, k=10)
    for row in equal:
        np.testing.assert_array_equal(found.neighbors[row], equal[equal != row][:10])


def test_all_rows_equal():
    found = nearest_neighbors(np.tile(unit(np.ones(DIM)), (20, 1)), k=3)
    np.testing.assert_array_equal(
        found.neighbors[:5], [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    )
    assert (found.similarity <= 1).all()


@pytest.mark.parametrize("N", [0, 1, 2, 5])
def test_k_is_cut_to_the_other_rows_there_are(planted, N):
    found = nearest_neighbors(planted[0][:N])
    assert found.neighbors.shape == found.similarity.shape == (N, max(N - 1, 0))


def test_k_below_one_is_refused(planted):
    with pytest.raises(InvalidValue, match="k must be at least 1, got 0"):
        nearest_neighbors(planted[0], k=0)


def test_graph_reports_rows_done(planted, monkeypatch):
    monkeypatch.setattr(exact_module, "BLOCK_QUERIES", 256)
    calls = []
    nearest_neighbors(planted[0], on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(256, 600), (512, 600), (600, 600)]


def test_edges_name_each_pair_once(planted, graph):
    low, high, similarity = graph.edges()
    named = {frozenset((row, int(other))) for row in range(600) for other in graph.neighbors[row]}
    assert {frozenset(pair) for pair in zip(low.tolist(), high.tolist(), strict=True)} == named
    assert len(low) == len(named)
    exact = np.vecdot(planted[0][low], planted[0][high])
    np.testing.assert_allclose(similarity, exact, atol=1e-6)  # float32 sums of 32 products


# --- map ---


def test_map_keeps_neighborhoods_better_than_principal_components(planted, graph, coordinates):
    embeddings, _ = planted
    flat = PCA(2).fit_transform(embeddings)
    assert neighbors_kept(coordinates, graph).mean() > 2 * neighbors_kept(flat, graph).mean()
    trust = [trustworthiness(embeddings, each, n_neighbors=15) for each in (flat, coordinates)]
    assert trust[0] < trust[1]


def test_map_is_the_same_every_time(planted, graph, coordinates):
    np.testing.assert_array_equal(layout(graph, planted[0]), coordinates)


def test_the_number_of_threads_changes_nothing():
    embeddings = unit(np.random.default_rng(6).normal(size=(1000, 384)))  # enough to share out
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            graph = nearest_neighbors(embeddings, k=400)  # 3k > N: the start of t-SNE is the map
            found.append((graph.neighbors, graph.similarity, layout(graph, embeddings)))
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


def test_map_fills_the_square(coordinates):
    assert coordinates.shape == (600, 2)
    assert coordinates.dtype == np.float32
    np.testing.assert_allclose(np.abs(coordinates).max(), 1, atol=1e-6)  # float32 rounding
    # centered: the ends of each axis are equally far from 0, to float32 rounding
    np.testing.assert_allclose(coordinates.max(axis=0), -coordinates.min(axis=0), atol=1e-6)


def test_few_rows_are_mapped_by_principal_components(planted):
    embeddings = planted[0][:40]
    found = layout(nearest_neighbors(embeddings), embeddings)
    expected = PCA(2).fit_transform(embeddings)
    for axis in range(2):  # up to scale, shift and sign: correlation
        assert abs(np.corrcoef(found[:, axis], expected[:, axis])[0, 1]) > 1 - 1e-6


@pytest.mark.parametrize("N", [0, 1, 2, 3, 10, 50])
def test_map_of_hardly_any_rows(planted, N):
    found = layout(nearest_neighbors(planted[0][:N]), planted[0][:N])
    assert found.shape == (N, 2)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("N", [5, 60])
def test_map_of_equal_rows_is_finite(N):
    embeddings = np.tile(unit(np.arange(1, DIM + 1)), (N, 1))
    assert np.isfinite(layout(nearest_neighbors(embeddings), embeddings)).all()


def test_many_rows_are_mapped_on_the_grid(planted, graph, coordinates, monkeypatch):
    monkeypatch.setattr(map_module, "FEW_ROWS", 10)
    first = layout(graph, planted[0])
    np.testing.assert_array_equal(layout(graph, planted[0]), first)
    by_tree = trustworthiness(planted[0], coordinates, n_neighbors=15)
    # two approximations of one gradient: maps differ, their quality does not
    assert trustworthiness(planted[0], first, n_neighbors=15) > by_tree - 0.01


def test_map_reports_iterations(planted, graph):
    calls = []
    layout(graph, planted[0], on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 200) for done in range(10, 201, 10)]


def test_a_true_map_keeps_all_neighbors():
    rng = np.random.default_rng(3)
    degrees = np.sort(rng.uniform(0, 90, 50))  # on a circle, the plane shows all there is
    embeddings = on_circle(*degrees)
    np.testing.assert_array_equal(neighbors_kept(embeddings, nearest_neighbors(embeddings, k=5)), 1)


def test_neighbors_kept_counts_by_hand():
    line = np.array([[0, 0], [1, 0], [3, 0], [7, 0]], dtype=np.float32)
    neighbors = np.array([[1, 3], [0, 2], [0, 3], [0, 1]], dtype=np.int32)
    graph = Graph(neighbors, np.ones((4, 2), dtype=np.float32))
    # nearest on the line: 0 → 1, 2; 1 → 0, 2; 2 → 1, 0; 3 → 2, 1
    np.testing.assert_array_equal(neighbors_kept(line, graph), [0.5, 1, 0.5, 0.5])


def test_rows_on_one_spot_are_not_their_own_neighbors():
    embeddings = np.tile(on_circle(10), (8, 1))
    graph = nearest_neighbors(embeddings, k=7)
    np.testing.assert_array_equal(neighbors_kept(np.zeros((8, 2), np.float32), graph), 1)


@pytest.mark.parametrize("N", [0, 1])
def test_a_row_without_neighbors_has_lost_none(planted, N):
    kept = neighbors_kept(np.zeros((N, 2), np.float32), nearest_neighbors(planted[0][:N]))
    np.testing.assert_array_equal(kept, np.ones(N))
