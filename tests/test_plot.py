"""The printed map: names that can be read, files of the kind asked for, the same every time."""

import io
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.image import imread
from matplotlib.transforms import Bbox

from semascope import cartography, coloring, plot
from semascope.errors import FileError, InvalidValue

CLUSTERS = 30


@pytest.fixture
def islands():
    """900 points in 30 clusters along a spiral, the largest first, with long names."""
    rng = np.random.default_rng(0)
    labels = np.sort(rng.geometric(0.1, 900) - 1).clip(max=CLUSTERS - 1)
    labels[:CLUSTERS] = np.arange(CLUSTERS)
    turn = np.arange(CLUSTERS) * 2.4
    centers = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.sqrt(np.arange(CLUSTERS))[:, None]
    coordinates = centers[labels] + rng.normal(size=(len(labels), 2)) * 0.3
    names = [f"farmers {n}, agriculture, subsidies and prices" for n in range(CLUSTERS)]
    return coordinates.astype(np.float32), labels, names


def texts_of(figure):
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return [(text, text.get_window_extent(renderer)) for text in figure.axes[0].texts]


@pytest.mark.parametrize("dark", [False, True])
def test_texts_neither_overlap_nor_leave_the_picture_and_are_large_enough(islands, dark):
    figure = plot.scatter(*islands, title="Speeches " * 30, subtitle="900 passages", dark=dark)
    texts = texts_of(figure)
    assert len(texts) > 15  # title, subtitle, caption and many of the 30 names
    for (_, one), (_, other) in combinations(texts, 2):
        assert Bbox.intersection(one, other) is None
    for text, box in texts:
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0
        assert box.y1 <= figure.bbox.y1
        assert text.get_fontsize() >= 9


@pytest.mark.parametrize("values", [[f"a rather long value {n}" for n in range(9)], range(9)])
def test_the_key_overlaps_nothing_and_is_in_the_alt_text(islands, values):
    column = pa.chunked_array([pa.array(np.resize(values, 900))])
    made = coloring.by_column("A column", column, cartography.DARK)
    figure = plot.scatter(*islands, title="Found", subtitle="900", coloring=made, dark=True)
    texts = texts_of(figure)
    for (_, one), (_, other) in combinations(texts, 2):
        assert Bbox.intersection(one, other) is None
    assert all(box.x1 <= figure.bbox.x1 for _, box in texts)
    shown = {text.get_text() for text, _ in texts}
    assert {label for label, _ in made.key} <= shown
    assert set(made.ends or ()) <= shown
    assert "Colored by A column: " in figure.get_label()


def test_names_of_two_lines_break_behind_a_comma_and_evenly(islands):
    coordinates, labels, _ = islands
    names = ["spain, cuba, united states"] + [""] * (CLUSTERS - 1)
    figure = plot.scatter(coordinates, labels, names, title="")
    assert "spain, cuba,\nunited states" in {text.get_text() for text, _ in texts_of(figure)}


def test_names_that_find_no_room_are_counted_in_the_caption(islands):
    _, labels, names = islands
    figure = plot.scatter(np.zeros((len(labels), 2)), labels, names, title="One place")
    shown = sum(text.get_text().startswith("farmers") for text, _ in texts_of(figure))
    assert 0 < shown < CLUSTERS
    caption = figure.axes[0].texts[-1].get_text()
    assert caption.endswith(f"for lack of room: {CLUSTERS - shown} small groups.")


def test_dots_keep_the_proportions_of_the_map(islands):
    coordinates, labels, names = islands
    figure = plot.scatter(coordinates, labels, names, title="")
    figure.canvas.draw()
    axes = figure.axes[0]
    pixels = axes.transData.transform(axes.collections[0].get_offsets())
    expected = np.ptp(coordinates[:, 0]) / np.ptp(coordinates[:, 1])
    # Dots are drawn in a shuffled order, which changes no extent; float32 places, so 1e-4.
    assert np.ptp(pixels[:, 0]) / np.ptp(pixels[:, 1]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_few_points_or_none_still_make_a_picture(tmp_path, n):
    figure = plot.scatter(np.zeros((n, 2)), np.zeros(n, dtype=int), ["all"] * bool(n), title="Few")
    plot.save(figure, tmp_path / "few.png")
    shown = {text.get_text() for text, _ in texts_of(figure)}
    assert ("No passages yet." in shown) == (n == 0)


def test_names_are_drawn_as_they_are(islands):
    coordinates, labels, _ = islands
    names = ["$x^2$ \\frac", "a\x00b\ud800c", ""] + ["z"] * (CLUSTERS - 3)
    figure = plot.scatter(coordinates, labels, names, title="$5 and $6")
    drawn = [text.get_text() for text, _ in texts_of(figure)]
    assert {"$5 and $6", "$x^2$ \\frac", "a b c"} <= set(drawn)


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG"), (".SVG", b"<?xml"), (".pdf", b"%PDF")]
)
def test_each_suffix_gives_a_file_of_its_kind_and_equal_input_equal_bytes(
    tmp_path, islands, suffix, start
):
    for name in ("one", "two"):
        figure = plot.scatter(*islands, title="Harvests & <droughts>")
        plot.save(figure, tmp_path / (name + suffix))
    one, two = ((tmp_path / (name + suffix)).read_bytes() for name in ("one", "two"))
    assert one.startswith(start)
    assert one == two
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one" + suffix, "two" + suffix]


def test_the_picture_in_words_goes_with_the_file(tmp_path, islands):
    figure = plot.scatter(*islands, title="Harvests & <droughts>", subtitle="900 passages")
    alt = figure.get_label()
    assert alt.startswith("Harvests & <droughts>. 900 passages. A map of 900 passages in 30 groups")
    assert islands[2][0] in alt
    plot.save(figure, tmp_path / "map.png")
    plot.save(figure, tmp_path / "map.svg")
    assert alt.encode() in (tmp_path / "map.png").read_bytes()
    svg = ET.fromstring((tmp_path / "map.svg").read_text())  # noqa: S314, written by us
    for element in ("title", "desc"):
        assert svg.findtext(f"{{http://www.w3.org/2000/svg}}{element}") == alt


def test_the_png_has_200_pixels_an_inch(tmp_path, islands):
    plot.save(plot.scatter(*islands, title="Map"), tmp_path / "map.png")
    pixels = imread(io.BytesIO((tmp_path / "map.png").read_bytes()))
    assert pixels.shape[:2] == (1750, 2000)


def test_errors_of_saving_name_what_to_do(tmp_path, islands):
    figure = plot.scatter(*islands, title="Map")
    with pytest.raises(InvalidValue, match=r"\.png, \.svg, \.pdf, got 'map\.jpeg'"):
        plot.save(figure, "map.jpeg")
    with pytest.raises(FileError, match="there is no folder"):
        plot.save(figure, tmp_path / "absent" / "map.png")
    (tmp_path / "map.png").mkdir()
    with pytest.raises(FileError, match="choose another path"):
        plot.save(figure, tmp_path / "map.png")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]  # nothing half-written


@pytest.mark.parametrize(
    ("coordinates", "labels", "message"),
    [
        (np.zeros((3, 3)), [0, 0, 0], r"shape \(N, 2\), got \(3, 3\)"),
        (np.zeros((3, 2)), [0, 0], "one label for each of the 3 points"),
        (np.array([[0, 0], [np.nan, 0]]), [0, 0], "those of point 1 are not"),
        (np.zeros((2, 2)), [0, 1], "between 0 and 0"),
    ],
)
def test_arrays_that_make_no_map_are_refused(coordinates, labels, message):
    with pytest.raises(InvalidValue, match=message):
        plot.scatter(coordinates, np.array(labels), ["one"], title="")


def test_touching_clusters_differ_in_colour_and_few_clusters_all_do():
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(25), 40)  # a board of 5 × 5 fields
    corners = np.stack(np.divmod(np.arange(25), 5), axis=1)
    coordinates = (corners[labels] + rng.random((1000, 2))).astype(np.float32)
    colors = cartography.cluster_colors(coordinates, labels, 25).reshape(5, 5)
    assert (colors[1:] != colors[:-1]).all()
    assert (colors[:, 1:] != colors[:, :-1]).all()
    few = cartography.cluster_colors(coordinates, labels % 6, 6)
    assert len(set(few)) == 6


def test_a_name_belongs_where_its_cluster_is_dense_not_in_the_middle_of_a_ring():
    rng = np.random.default_rng(2)
    angle = rng.random(500) * 2 * np.pi
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    coordinates = np.concatenate([ring, [0, 1] + rng.normal(size=(200, 2)) * 0.02])
    labels = np.zeros(700, dtype=int)
    anchors = cartography.cluster_anchors(coordinates.astype(np.float32), labels, 2)
    np.testing.assert_allclose(anchors[0], [0, 1], atol=0.05)  # a cell is 0.03 wide
    assert np.isnan(anchors[1]).all()  # no members, no place


def test_text_colors_are_readable_and_the_clearest_stay():
    for theme in (cartography.LIGHT, cartography.DARK):
        assert cartography.contrast(theme.muted, theme.background) >= 4.5
        for color in cartography.PALETTE:
            assert cartography.contrast(theme.text_color(color), theme.background) >= 4.5
    assert cartography.LIGHT.text_color("#0072b2") == "#0072b2"
    assert cartography.contrast("#000000", "#ffffff") == pytest.approx(21)  # by definition
