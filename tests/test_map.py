"""The map over time and its honesty: what was kept, what was torn, and new rows among old ones.

References: counting by hand, brute force, and the map that is made anew.
"""

import numpy as np
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

import semascope as sema
from semascope import coloring, finding, raster
from semascope.cartography import DARK, LIGHT, PALETTE, contrast
from semascope.collection import derived, mapping
from semascope.errors import InvalidValue
from semascope.structure import Graph, layout, nearest_neighbors, neighbors_kept, place, torn

DIM = 32


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def planted():
    """Return 900 embeddings around 9 directions, in mixed order, and which is around which."""
    rng = np.random.default_rng(1)
    truth = rng.permutation(np.repeat(np.arange(9), 100))
    directions = unit(rng.normal(size=(9, DIM)))
    return unit(directions[truth] + rng.normal(scale=0.12, size=(900, DIM))), truth


@pytest.fixture(scope="module")
def graph(planted):
    return nearest_neighbors(planted[0])


@pytest.fixture(scope="module")
def coordinates(planted, graph):
    return layout(graph, planted[0])


def without(coordinates, rows):
    known = coordinates.copy()
    known[rows] = np.nan
    return known


# --- honesty ---


def test_torn_neighbors_are_those_with_more_than_a_hundredth_of_all_rows_nearer():
    line = np.column_stack([np.arange(1000), np.zeros(1000)]).astype(np.float32)
    # from one end, row r has r - 1 others nearer; 1% of 1,000 is 10, and 3 k is 9
    neighbors = np.array([999, 12, 11])
    np.testing.assert_array_equal(torn(line, neighbors, 0), [999, 12])


def test_neighbors_on_one_spot_are_not_torn_whatever_lies_there():
    spot = np.zeros((500, 2), np.float32)
    assert len(torn(spot, np.arange(1, 16), 0)) == 0


def test_a_true_map_tears_nothing():
    angle = np.sort(np.random.default_rng(3).uniform(0, np.pi, 2000))
    circle = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    neighbors = nearest_neighbors(circle).neighbors
    assert all(len(torn(circle, neighbors[row], row)) == 0 for row in range(0, 2000, 50))


# --- placing ---


def test_old_rows_stay_exactly_where_they_were(planted, graph, coordinates):
    new = np.arange(0, 900, 10)
    placed = place(graph, planted[0], without(coordinates, new))
    old = np.setdiff1d(np.arange(900), new)
    np.testing.assert_array_equal(placed[old], coordinates[old])
    assert np.isfinite(placed).all()


def test_new_rows_come_to_their_kind(planted, graph, coordinates):
    embeddings, truth = planted
    new = np.arange(0, 900, 10)
    placed = place(graph, embeddings, without(coordinates, new))
    old = np.setdiff1d(np.arange(900), new)
    gap = ((placed[new][:, None] - coordinates[old]) ** 2).sum(axis=2)  # (M, 810)
    assert (truth[old][gap.argmin(axis=1)] == truth[new]).mean() > 0.98


def test_placed_rows_keep_nearly_as_many_neighbors_as_rows_of_the_map(planted, graph, coordinates):
    new = np.arange(0, 900, 10)
    placed = place(graph, planted[0], without(coordinates, new))
    kept = neighbors_kept(placed, graph)[new].mean()
    assert kept > 0.7 * neighbors_kept(coordinates, graph)[new].mean()
    # where a mean of the neighbors may lie between two groups, this does not
    means = coordinates.copy()
    means[new] = coordinates[graph.neighbors[new]].mean(axis=1)
    assert kept > neighbors_kept(means, graph)[new].mean() - 0.05


def test_a_new_topic_without_ties_starts_at_the_most_similar_row():
    rng = np.random.default_rng(4)
    directions = unit(rng.normal(size=(3, DIM)))
    directions[2] = unit(directions[0] + 0.8 * directions[2])  # nearer to the first than the second
    kind = np.repeat([0, 1, 2], [60, 60, 40])
    embeddings = unit(directions[kind] + rng.normal(scale=0.01, size=(160, DIM)))
    graph = nearest_neighbors(embeddings)
    assert (graph.neighbors[kind == 2] >= 120).all()  # no ties
    old = np.where(kind[:, None] == 0, [[-1.0, 0.0]], [[1.0, 0.0]]).astype(np.float32)
    old += rng.normal(scale=0.05, size=old.shape).astype(np.float32)
    placed = place(graph, embeddings, without(old, kind == 2))
    assert (placed[kind == 2, 0] < 0).all()
    assert len(np.unique(placed[kind == 2], axis=0)) == 40  # and none on top of another


def test_placing_is_the_same_for_any_number_of_threads(planted, graph, coordinates):
    known = without(coordinates, np.arange(0, 900, 7))
    with threadpool_limits(1):
        alone = place(graph, planted[0], known)
    np.testing.assert_array_equal(place(graph, planted[0], known), alone)


def test_nothing_new_changes_nothing(planted, graph, coordinates):
    assert place(graph, planted[0], coordinates) is coordinates


def test_one_old_row_is_enough():
    embeddings = unit(np.random.default_rng(5).normal(size=(4, DIM)))
    known = np.full((4, 2), np.nan, np.float32)
    known[2] = [0.5, 0.5]
    placed = place(nearest_neighbors(embeddings), embeddings, known)
    np.testing.assert_allclose(placed, 0.5, atol=1e-3)


# --- what an older map says ---


def older(hashes, placed=None):
    n = len(hashes)
    return {
        "hashes": np.array(hashes, np.uint64),
        "coordinates": np.column_stack([hashes, np.zeros(n)]).astype(np.float32),
        "honesty": np.ones(n, np.float32),
        "placed": np.zeros(n, np.uint8) if placed is None else np.array(placed, np.uint8),
    }


def test_texts_are_known_by_their_hashes():
    known = mapping.recall(older([2, 5, 9]), np.array([1, 5, 9, 11], np.uint64))
    np.testing.assert_array_equal(known.coordinates[:, 0], [np.nan, 5, 9, np.nan])
    np.testing.assert_array_equal(known.placed, [True, False, False, True])
    assert known.gone == 1


def test_rows_that_were_placed_count_as_new_until_the_map_is_made_anew():
    hashes = np.arange(1, 11, dtype=np.uint64)
    assert mapping.recall(older(hashes[:7]), hashes).reason_against() == ""  # 3 of 10
    step = older(hashes[:7], placed=[0] * 6 + [1])  # and one of the 7 had been new before
    assert "4 of 10 texts have come" in mapping.recall(step, hashes).reason_against()


def test_a_map_that_has_lost_more_than_a_third_is_made_anew():
    hashes = np.arange(1, 11, dtype=np.uint64)
    assert mapping.recall(older(hashes), hashes[3:]).reason_against() == ""
    assert "4 of 10 texts have gone" in mapping.recall(older(hashes), hashes[4:]).reason_against()


# --- a collection that grows ---


def texts(n):
    words = (
        "river",
        "market",
        "doctor",
        "engine",
        "harvest",
        "violin",
        "castle",
        "planet",
        "bridge",
        "garden",
    )
    return [f"{words[i % 10]} {words[i // 10 % 10]} number {i}" for i in range(n)]


@pytest.fixture
def talks(model, tmp_path):
    return sema.index(texts(90), to=tmp_path / "t.lance", model=model)


def places(talks):
    return dict(zip(talks.texts, map(tuple, talks.map().coordinates.tolist()), strict=True))


def test_added_rows_are_placed_and_no_old_one_moves(talks):
    before = places(talks)
    talks.add(texts(100))
    found, after = talks.map(), places(talks)
    assert {text: after[text] for text in before} == before
    assert len(after) == 100
    assert int(found.placed.sum()) == 10
    assert found.remade == ""
    assert found.kept == pytest.approx(found.honesty.mean())
    again = sema.open(talks.path).map()
    np.testing.assert_array_equal(again.coordinates, found.coordinates)
    np.testing.assert_array_equal(again.placed, found.placed)


def test_redo_makes_the_map_that_a_new_collection_would_have(talks, model, tmp_path):
    talks.map()
    talks.add(texts(100))
    placed = talks.map()
    redone = talks.map(redo=True)
    assert not redone.placed.any()
    assert (redone.coordinates != placed.coordinates).any()
    fresh = sema.index(texts(100), to=tmp_path / "fresh.lance", model=model).map()
    np.testing.assert_array_equal(redone.coordinates, fresh.coordinates)
    np.testing.assert_array_equal(talks.map().coordinates, fresh.coordinates)  # and is kept


def test_with_more_than_a_third_new_the_map_is_made_anew_and_says_so(talks):
    talks.map()
    talks.add(texts(140))
    found = talks.map()
    assert found.remade == "50 of 140 texts have come since it was made"
    assert not found.placed.any()
    assert talks.map().remade == ""  # it was not made just now


def test_rows_that_remain_stay_when_others_go(talks):
    before = places(talks)
    talks.add(texts(80), sync=True)
    after = places(talks)
    assert after == {text: before[text] for text in texts(80)}


def test_a_map_that_cannot_be_read_is_made_anew(talks):
    talks.map()
    (talks.path / "_derived" / "map.arrow").write_bytes(b"")
    assert derived.latest(talks.path / "_derived", "map") is None
    talks.add(texts(100))
    assert not talks.map().placed.any()


def test_torn_neighbors_are_true_neighbors_that_lie_far(talks):
    found, neighbors = talks.map(), talks.neighbors()
    for number in range(0, 90, 30):
        far = found.torn(number)
        assert set(far) <= set(neighbors[number].tolist())
        gaps = np.linalg.norm(found.coordinates - found.coordinates[number], axis=1)
        assert all((gaps < gaps[other]).sum() - 1 > 45 for other in far)  # 3 × 15


# --- colors ---


def test_numbers_and_dates_run_through_cividis_and_the_missing_are_grey():
    years = pa.chunked_array([pa.array([1900, None, 1950, 2000])])
    made = coloring.by_column("year", years, LIGHT)
    first, missing, middle, last = made.index
    assert first < middle < last
    assert made.palette[missing] == LIGHT.rest
    assert made.ends == ("1900", "2000")
    assert made.key == [("none (1)", LIGHT.rest)]
    days = pa.chunked_array([pa.array([0, 1, 18_000], pa.date32())])
    assert coloring.by_column("day", days, LIGHT).ends == ("1970-01-01", "2019-04-14")


def test_one_odd_value_does_not_spoil_the_scale():
    values = pa.chunked_array([pa.array([*range(1000), 10**9])])
    made = coloring.by_column("price", values, LIGHT)
    assert made.ends == ("≤ 10", "≥ 990")
    assert len(set(made.index.tolist())) > 100


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_shade_can_be_told_from_the_ground(theme):
    shades = coloring.shades(theme)
    assert len(set(shades)) == len(shades)
    # 1.3: a large yellow area on white; text has its own colors
    assert min(contrast(shade, theme.background) for shade in shades) > 1.3
    light = [contrast(shade, "#000000") for shade in shades]
    assert light == sorted(light)  # more is brighter, also without seeing color


def test_the_six_commonest_values_have_colors_and_the_rest_is_grey():
    values = [letter for n, letter in enumerate("abcdefgh", start=1) for _ in range(n)] + [""]
    made = coloring.by_category("letter", values, LIGHT)
    colors = dict(zip(values, (made.palette[i] for i in made.index), strict=True))
    assert [colors[letter] for letter in "hgfedc"] == list(PALETTE)
    assert {colors[value] for value in ("a", "b", "")} == {LIGHT.rest}
    assert made.key[0] == ("h (8)", PALETTE[0])
    assert made.key[-1] == ("2 others (4)", LIGHT.rest)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([None, None], pa.float64()),
        pa.array([None, None], pa.string()),
        pa.array([True, None]),
        pa.array([[1], None]),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array([float("nan"), float("inf")]),
        pa.array([5, 5]),
    ],
)
def test_any_column_colors_the_map(column):
    made = coloring.by_column("it", pa.chunked_array([column]), DARK)
    assert made.index.shape == (2,)
    assert ((made.index >= 0) & (made.index < len(made.palette))).all()


# --- findings ---


def test_findings_tell_an_order_from_none():
    rng = np.random.default_rng(6)
    neighbors = np.array([[(i + step) % 500 for step in (1, 2, 3)] for i in range(500)])
    ordered, mixed = np.arange(500.0), rng.permutation(500).astype(float)
    assert finding.of_amounts("year", ordered, neighbors)[0] == "Similar passages are close in year"
    assert "hardly closer in year" in finding.of_amounts("year", mixed, neighbors)[0]
    halves = ["a"] * 250 + ["b"] * 250
    title, figures = finding.of_categories("party", halves, neighbors)
    assert title == "Similar passages share their party 2.0 times as often as random pairs"
    assert figures == "99% of neighbors share their party; of random pairs, 50%"
    random = [halves[i] for i in rng.permutation(500)]
    assert "hardly share their party" in finding.of_categories("party", random, neighbors)[0]


def test_findings_of_nothing_are_no_errors():
    nobody = np.empty((2, 0), np.int32)
    assert finding.of_amounts("x", np.array([1.0, 2.0]), nobody) == ("x on the map", "")
    assert finding.of_categories("x", ["", ""], np.array([[1], [0]])) == ("x on the map", "")
    assert finding.of_honesty(1.0, 0)
    assert finding.of_groups("empty", []) == "empty"


# --- density ---


def test_a_raster_shows_density_not_the_last_dot_drawn():
    pixels = np.array([[5, 5]] * 3 + [[15, 5]], np.float32) + 0.5
    colors = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    image = raster.paint(pixels, colors, np.array([0, 0, 1, 0]), (10, 20), 1.0, 0.5)
    assert image.shape == (10, 20, 4)
    assert image[5, 5, 3] > image[5, 15, 3] > 0 == image[0, 0, 3]
    np.testing.assert_array_equal(image[5, 5, :3], [170, 0, 85])  # two red, one blue
    order = [3, 2, 1, 0]
    again = raster.paint(pixels[order], colors, np.array([0, 1, 0, 0]), (10, 20), 1.0, 0.5)
    np.testing.assert_array_equal(again, image)


def test_a_drawing_of_very_many_points_stays_small(tmp_path):
    from semascope import plot

    n, rng = 200_000, np.random.default_rng(7)
    coordinates = rng.normal(size=(n, 2)).astype(np.float32)
    figure = plot.scatter(coordinates, np.arange(n) % 9, list("abcdefghi"), title="Many")
    for suffix in ("svg", "pdf"):
        plot.save(figure, tmp_path / f"map.{suffix}")
        assert (tmp_path / f"map.{suffix}").stat().st_size < 10e6


# --- pictures of a collection ---


def test_pictures_are_colored_on_request(talks, tmp_path):
    for name, options in {
        "a.svg": {"color": "text"},
        "b.svg": {"honesty": True},
        "c.svg": {"dark": True},
    }.items():
        talks.draw(tmp_path / name, **options)
    one, honest, dark = ((tmp_path / f"{n}.svg").read_text() for n in "abc")
    assert "Colored by text" in one
    assert "15 nearest neighbors" in honest
    assert "Colored by honesty" in honest
    assert DARK.background in dark
    talks.draw(tmp_path / "page.html", honesty=True, dark=True)
    assert 'data-theme="dark"' in (tmp_path / "page.html").read_text()


def test_a_column_that_is_not_there_is_refused_before_the_map_is_made(talks, tmp_path):
    with pytest.raises(InvalidValue, match="no column 'yeer' to color by; there are text"):
        talks.draw(tmp_path / "map.png", color="yeer")
    with pytest.raises(InvalidValue, match="by a column or by its honesty"):
        talks.draw(tmp_path / "map.png", color="text", honesty=True)
    assert not (talks.path / "_derived" / "map.arrow").exists()


def test_the_command_says_what_became_of_an_older_map(talks, tmp_path):
    from click.testing import CliRunner

    from semascope.cli import main

    def run(*options):
        to = str(tmp_path / "map.svg")
        found = CliRunner().invoke(main, ["map", str(talks.path), "--to", to, *options])
        assert found.exit_code == 0, found.output
        return found.stderr

    assert run() == ""
    talks.add(texts(100))
    assert run().startswith("10 passages came after the map was made and were placed on it; no")
    assert run("--honesty", "--redo") == ""
    talks.add(texts(160))
    assert "made anew, and all has moved: 60 of 160 texts have come" in run("--color", "text")


def test_graph_is_what_a_map_needs_of_it():
    # placement reads neighbors and similarity only: whatever makes a graph may come later
    graph = Graph(np.array([[1], [0]], np.int32), np.ones((2, 1), np.float32))
    known = np.array([[0, 0], [np.nan, np.nan]], np.float32)
    assert np.isfinite(place(graph, np.eye(2, dtype=np.float32), known)).all()
