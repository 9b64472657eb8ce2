"""Pictures of embeddings: what is drawn is what was given, and can be read."""

import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import AxesImage
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.text import Text

import semascope as sema
from semascope import plot
from semascope.errors import InvalidValue
from semascope.variance import principal_components

random = np.random.default_rng(0)
WORDS = ["uncle", "aunt", "man", "woman", "pizza", "rocket", "spaghetti", "moon"]


@pytest.fixture(scope="module")
def words(model):
    return model.encode(WORDS)


def images(picture):
    return [image for axes in picture.axes for image in axes.get_images()]


def written(picture):
    return [text.get_text() for text in picture.findobj(Text) if text.get_text()]


def boxes_of_names(picture, names):
    renderer = picture.canvas.get_renderer()
    found = [text for text in picture.findobj(Text) if text.get_text() in names]
    return [text.get_window_extent(renderer) for text in found]


def assert_no_two_collide(picture, names):
    boxes = boxes_of_names(picture, names)
    assert len(boxes) == len(names)
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        assert 0 <= box.x0 <= box.x1 <= picture.bbox.width
        assert 0 <= box.y0 <= box.y1 <= picture.bbox.height


def test_bars_are_the_numbers_on_one_scale_around_zero(words):
    picture = plot.bars(words[:3], WORDS[:3])
    rows = [axes for axes in picture.axes if len(axes.findobj(Rectangle)) > 384]
    assert len(rows) == 3
    for axes, embedding in zip(rows, words, strict=False):
        heights = [bar.get_height() for bar in axes.containers[0]]
        np.testing.assert_allclose(heights, embedding, rtol=1e-6)
        low, high = axes.get_ylim()
        assert (low, high) == pytest.approx((-np.abs(words[:3]).max(), np.abs(words[:3]).max()))


def test_strips_have_one_scale_of_colors_centered_on_zero(words):
    picture = plot.strip(words[:3], WORDS[:3])
    *strips, key = images(picture)
    for image, embedding in zip(strips, words, strict=False):
        np.testing.assert_array_equal(image.get_array()[0], embedding)
        low, high = image.get_clim()
        assert (low, high) == pytest.approx((-np.abs(words[:3]).max(), np.abs(words[:3]).max()))
    assert key.get_cmap().name == strips[0].get_cmap().name


def test_the_scale_of_colors_can_be_read_as_brightness():
    rgb = mpl.colormaps[plot.paper.COLORS](np.linspace(0, 1, 64))[:, :3]
    luminance = rgb @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > 0).all()


def test_like_stands_beside_like_in_a_matrix_of_similarities():
    groups = np.repeat(np.eye(3), 4, axis=0) + 0.1 * random.standard_normal((12, 3))
    shuffled = random.permutation(12)
    vectors = groups[shuffled] / np.linalg.norm(groups[shuffled], axis=1, keepdims=True)
    labels = [f"{'abc'[i // 4]}{i % 4}" for i in shuffled]
    picture = plot.similarity(vectors @ vectors.T, labels)
    shown = images(picture)[0].get_array()
    rows = [text for text in written(picture) if re.fullmatch(r"[abc]\d", text)][12:]
    assert [name[0] for name in rows] in [
        list(order[0] * 4 + order[1] * 4 + order[2] * 4)
        for order in ("abc", "acb", "bac", "bca", "cab", "cba")
    ]
    back = [labels.index(name) for name in rows]
    np.testing.assert_allclose(shown, (vectors @ vectors.T)[np.ix_(back, back)])


def test_in_their_own_order_if_so_wished(words):
    picture = plot.similarity(words @ words.T, WORDS, ordered=False)
    np.testing.assert_allclose(images(picture)[0].get_array(), words @ words.T, atol=1e-6)
    assert "“uncle” and “aunt”, 0.73" in picture.get_label()


def test_an_arrow_stands_at_the_angle_whose_cosine_it_shows():
    first, other = np.array([1.0, 0, 0]), np.array([1.0, 2, 2])  # cosine 1/3, length 3
    picture = plot.arrows(np.array([first, other]), ["a", "b"])
    heads = []
    for arrow in picture.findobj(FancyArrowPatch):
        start, end = arrow._posA_posB
        heads.append(np.subtract(end, start))
    lengths = [np.hypot(*head) for head in heads]
    assert lengths[0] == pytest.approx(lengths[1])
    assert heads[0] @ heads[1] / np.prod(lengths) == pytest.approx(1 / 3)
    assert picture.get_label() == "a and b: 71° apart, cosine 0.33."


def test_the_bare_product_would_show_as_another_angle():
    dot_product = np.array([1.0, 0, 0]) @ np.array([1.0, 2, 2])
    assert (
        f"cosine {dot_product:.2f}"
        not in plot.arrows(np.array([[1.0, 0, 0], [1, 2, 2]]), ["a", "b"]).get_label()
    )


def test_principal_components_are_those_of_the_covariance():
    vectors = random.standard_normal((50, 8)) * np.arange(1, 9)
    found = principal_components(vectors)
    variances = np.sort(np.linalg.eigvalsh(np.cov(vectors.T)))[::-1]
    np.testing.assert_allclose(found.explained, variances / variances.sum(), rtol=1e-9)
    np.testing.assert_allclose(found.coordinates.var(axis=0, ddof=1), variances, rtol=1e-9)
    np.testing.assert_allclose(found.coordinates.mean(axis=0), 0, atol=1e-9)


def test_the_noise_beside_them_has_their_shape_and_no_direction():
    found = principal_components(random.standard_normal((400, 20)) + 5)
    np.testing.assert_allclose(found.noise, found.explained, atol=0.02)
    assert found.noise.sum() == pytest.approx(1)


@pytest.mark.parametrize("vectors", [np.ones((5, 3)), np.eye(2), np.full((4, 4), np.nan)])
def test_what_has_no_principal_components_is_refused(vectors):
    with pytest.raises(InvalidValue):
        principal_components(vectors)


def test_names_beside_dots_do_not_collide(words):
    picture = plot.pca(words, WORDS)
    assert_no_two_collide(picture, WORDS)
    assert re.search(r"8 embeddings: Two directions hold \d+% .* noise", picture.get_label())


def test_many_names_are_left_out_rather_than_drawn_over_others():
    labels = [f"text number {i}" for i in range(300)]
    picture = plot.pca(random.standard_normal((300, 20)), labels)
    shown = [text for text in written(picture) if text in labels]
    assert 0 < len(shown) < 300
    assert f"; {300 - len(shown)} without a name" in picture.get_label()
    assert_no_two_collide(picture, shown)


def test_texts_stand_in_the_order_of_their_scores(model):
    axis = sema.Space(model, WORDS).axis("sad", "happy")
    texts = ["We won!", "My dog died.", "A stapler."]
    scores = axis.scores(texts)
    picture = plot.axis(texts, axis)
    rows = [text for text in written(picture) if text in texts]
    assert rows == [texts[i] for i in np.argsort(-scores)]
    assert {"← sad", "happy →"} <= set(written(picture))
    dots = next(line for axes in picture.axes for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(dots.get_xdata(), np.sort(scores)[::-1])
    assert all(
        f"{text} {score:z.2f}" in picture.get_label()
        for text, score in zip(texts, scores, strict=True)
    )


def test_two_axes_make_a_plane(model):
    space = sema.Space(model, WORDS)
    texts = ["We won!", "My dog died.", "We ate pizza."]
    x, y = space.axis("sad", "happy"), space.axis("paper", "food")
    picture = plot.axis(texts, x, y)
    assert {"← sad", "happy →", "↓ paper", "↑ food"} <= set(written(picture))
    dots = next(line for axes in picture.axes for line in axes.lines if line.get_marker() == "o")
    places = np.column_stack([dots.get_xdata(), dots.get_ydata()])
    scores = np.column_stack([x.scores(texts), y.scores(texts)])
    drawn, meant = places - places[0], scores - scores[0]  # up to one factor for both axes
    factor = drawn[1, 0] / meant[1, 0]
    assert factor > 0
    np.testing.assert_allclose(drawn, meant * factor, rtol=1e-3, atol=1e-2)
    assert_no_two_collide(picture, texts)


def test_attention_is_drawn_for_every_head_and_for_one(model):
    text = "The bank of the river."
    weights, tokens = model.attention(text), model.tokens(text)
    every = plot.attention(weights, tokens)
    assert len(images(every)) == weights.shape[0] * weights.shape[1]
    one = plot.attention(weights, tokens, layer=2, head=5)
    np.testing.assert_allclose(images(one)[0].get_array(), weights[2, 5], rtol=1e-6)
    found = re.search(r"“(.+)” takes (\d+)% from “(.+)”", one.get_label())
    off_diagonal = weights[2, 5] * (1 - np.eye(len(tokens)))
    assert int(found[2]) == round(100 * float(off_diagonal.max()))
    assert off_diagonal[tokens.index(found[1])].max() == off_diagonal.max()


def test_an_explanation_shows_each_pair_of_words(model):
    found = sema.explain("a cat sat on the mat", "the kitten was sitting", model=model)
    picture = plot.explanation(found)
    np.testing.assert_allclose(images(picture)[0].get_array(), found.by_word)
    low, high = images(picture)[0].get_clim()
    assert low == -high
    assert f"Similarity {found.cosine:.2f}" in picture.get_label()
    assert "“cat” and “kitten”" in picture.get_label()


def test_senses_are_shown_for_every_layer(model):
    sentences = ["We sat on the bank of the river.", "The bank lent money.", "A bank of clouds."]
    found = sema.in_context("bank", sentences, model=model)
    picture = plot.senses(found)
    shown = [image.get_array() for image in images(picture)]
    np.testing.assert_allclose(shown, found.similarity)
    assert f"{found.spread[-1]:.2f} after the last" in picture.get_label()


def test_of_long_texts_the_words_that_add_most_are_shown(model, texts):
    a, b = [text for text in texts if len(text.split()) > 60][:2]
    found = sema.explain(a, b, model=model)
    picture = plot.explanation(found)
    assert images(picture)[0].get_array().shape == (40, 40)
    left_out = len(found.words_a) + len(found.words_b) - 80
    assert any(f"{left_out} words" in line for line in written(picture))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot.bars(np.eye(3), ["one"]),
        lambda: plot.bars(np.zeros((13, 2)), list("abcdefghijklm")),
        lambda: plot.strip(np.array([[np.nan, 1.0]]), ["one"]),
        lambda: plot.similarity(np.eye(3), ["a", "b"]),
        lambda: plot.similarity(np.array([[1, 0.5], [0.1, 1]]), ["a", "b"]),
        lambda: plot.arrows(np.zeros((2, 3)), ["a", "b"]),
        lambda: plot.arrows(np.eye(3)[:1], ["a"]),
        lambda: plot.pca(np.eye(4), ["a"]),
        lambda: plot.attention(np.ones((1, 1, 2, 2)), ["a"]),
        lambda: plot.attention(np.ones((1, 1, 2, 2)), ["a", "b"], layer=0),
        lambda: plot.attention(np.ones((1, 1, 2, 2)), ["a", "b"], layer=1, head=0),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw):
    with pytest.raises(InvalidValue):
        draw()


def test_a_picture_shows_itself_in_a_notebook(words):
    picture = plot.bars(words[0], "uncle")
    shown, about = picture._repr_mimebundle_()
    assert shown["image/png"].startswith(b"\x89PNG")
    assert shown["text/plain"] == about["image/png"]["alt"] == picture.get_label()
    assert "uncle" in picture.get_label()
    assert about["image/png"]["width"] == 720


def test_a_dollar_sign_and_control_characters_are_only_text(words, tmp_path):
    picture = plot.bars(words[:2], ["$5 and $6", "a\x1b[31m\0b"])
    plot.save(picture, tmp_path / "bars.svg")
    assert "$5 and $6" in written(picture)
    assert isinstance(images(plot.strip(words[0], "a"))[0], AxesImage)
