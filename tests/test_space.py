"""Spaces of named vectors: planted ones, whose answers are known by hand, and the model's.

Where a usual mistake would give another answer, the test computes that too, and sees that it does.
"""

import numpy as np
import pytest

import semascope as sema
from semascope.errors import InvalidText, InvalidValue
from semascope.space import Space
from semascope.space.without import project_out

WORDS = ["uncle", "aunt", "man", "woman", "grandmother", "king", "queen", "Milwaukee", "Chicago"]
GENDER = [("man", "woman"), ("king", "queen"), ("uncle", "aunt"), ("father", "mother")]
TENSE = [("walk", "walked"), ("jump", "jumped"), ("ask", "asked"), ("play", "played")]


def on_circle(**degrees):
    """Return a space of unit vectors in the plane, at these angles."""
    angles = np.radians(list(degrees.values()))
    return Space.from_vectors(list(degrees), np.column_stack([np.cos(angles), np.sin(angles)]))


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def words(model):
    return Space(model, WORDS)


# --- what a space holds ---


def test_vectors_of_any_length_are_brought_to_unit_length():
    space = Space.from_vectors(["a", "b"], [[3, 4], [0, -0.5]])
    np.testing.assert_allclose(space.vectors, [[0.6, 0.8], [0, -1]], atol=1e-7)  # float32
    assert space.vectors.dtype == np.float32
    assert (len(space), space.labels, "a" in space, "c" in space) == (2, ("a", "b"), True, False)


def test_labels_are_embedded_by_the_model(words, model):
    # float32: a unit vector that is divided by its length
    np.testing.assert_allclose(words.vectors, model.encode(WORDS), atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "vectors", "message"),
    [
        ([], np.zeros((0, 2)), "at least one label"),
        (["a", "b", "a"], np.eye(3), "the label 'a' comes twice"),
        (["a", "b"], np.eye(3), r"2 labels need vectors of shape \(2, D\), got \(3, 3\)"),
        (["a", "b"], [1, 2], r"got \(2,\)"),
        (["a", "b"], np.zeros((2, 0)), r"got \(2, 0\)"),
        (["a", "b"], [[1, 0], [0, 0]], "the vector of 'b' is zero or not finite"),
        (["a", "b"], [[np.nan, 0], [0, 1]], "the vector of 'a' is zero or not finite"),
        (["a", "b"], [[np.inf, 0], [0, 1]], "the vector of 'a' is zero or not finite"),
    ],
)
def test_what_is_no_space_is_refused(labels, vectors, message):
    with pytest.raises(InvalidValue, match=message):
        Space.from_vectors(labels, vectors)


def test_a_label_that_is_no_string_is_refused(model):
    with pytest.raises(InvalidText, match="item 1 of the texts is 7"):
        Space(model, ["a", 7])
    with pytest.raises(InvalidValue, match="the label 'aunt' comes twice"):
        Space(model, ["aunt", "aunt"])
    with pytest.raises(InvalidText, match="sequence of strings, not str"):
        on_circle(a=0, b=30, c=60).axis("a", "b").scores("a")


# --- what is near ---


def test_nearest_gives_the_cosines_of_known_angles():
    space = on_circle(a=0, b=30, c=60, d=180)
    found = space.nearest("a", k=2)
    assert [one.label for one in found] == ["b", "c"]  # a itself is left out
    assert [one.similarity for one in found] == pytest.approx([3**0.5 / 2, 0.5], abs=1e-6)


def test_nearest_to_a_vector_leaves_nothing_out_and_ignores_its_length():
    space = on_circle(a=0, b=30, c=60)
    assert [one.label for one in space.nearest([70.0, 0.0], k=9)] == ["a", "b", "c"]
    assert space.nearest([70.0, 0.0])[0].similarity == pytest.approx(1, abs=1e-6)


def test_a_dot_product_would_call_the_longest_vector_nearest():
    raw = np.array([[1.0, 0.1], [9.0, 9.0]])
    space = Space.from_vectors(["near", "long"], raw)
    assert space.nearest([1.0, 0.0], k=1)[0].label == "near"
    assert np.argmax(raw @ [1.0, 0.0]) == 1


def test_nearest_of_a_single_label_is_none():
    assert on_circle(a=0).nearest("a") == []


def test_ties_are_in_the_order_of_the_labels():
    space = Space.from_vectors(["q", "c", "b", "a"], [[1, 0], [0, 1], [0, 1], [0, 1]])
    assert [one.label for one in space.nearest("q")] == ["c", "b", "a"]


def test_a_space_with_a_model_takes_any_text(words):
    assert words.nearest("a city in Wisconsin", k=1)[0].label == "Milwaukee"
    assert words.nearest("Milwaukee", k=1)[0].label == "Chicago"


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(k):
    space = on_circle(a=0, b=30)
    with pytest.raises(InvalidValue, match=f"k must be at least 1, got {k}"):
        space.nearest("a", k=k)
    with pytest.raises(InvalidValue, match=f"k must be at least 1, got {k}"):
        space.analogy(["a", "b"], k=k)


def test_without_a_model_an_unknown_word_gets_words_spelled_alike():
    space = on_circle(uncle=0, aunt=30)
    with pytest.raises(InvalidValue, match=r"'unclee' is none of the 2 labels .* are uncle"):
        space.nearest("unclee")
    with pytest.raises(InvalidValue, match=r"'xyz' is none of the 2 labels.*add it"):
        space.vector("xyz")


def test_a_vector_of_another_size_is_refused():
    with pytest.raises(InvalidValue, match=r"vector of shape \(2,\), not \(3,\)"):
        on_circle(a=0).nearest([1.0, 2.0, 3.0])


def test_similarity_is_the_matrix_of_all_cosines(words):
    found = words.similarity()
    assert (found.shape, found.dtype) == ((9, 9), np.float32)
    expected = [[sema.cosine_similarity(a, b) for b in words.vectors] for a in words.vectors]
    np.testing.assert_allclose(found, expected, atol=1e-6)  # float32
    assert round(float(found[0, 1]), 4) == 0.7339  # uncle and aunt


# --- directions ---


def planted(P, D=64, *, lift=0.5, seed=0):
    """Return a space of P pairs that differ along the first axis alone, and the pairs.

    The two of a pair are lift apart from one random vector each, to either side.
    """
    base = np.random.default_rng(seed).normal(size=(P, D))
    base[:, 0] = 0
    base = unit(base)
    axis = np.eye(D)[0] * lift
    labels = [f"low{i}" for i in range(P)] + [f"high{i}" for i in range(P)]
    space = Space.from_vectors(labels, np.vstack([base - axis, base + axis]))
    return space, [(f"low{i}", f"high{i}") for i in range(P)]


def unrelated(P, D=400, seed=0):
    """Return a space of P pairs of random vectors, which have nothing in common."""
    vectors = np.random.default_rng(seed).normal(size=(2 * P, D))
    space = Space.from_vectors([str(i) for i in range(2 * P)], vectors)
    return space, [(str(2 * i), str(2 * i + 1)) for i in range(P)]


def test_a_direction_recovers_the_planted_axis():
    space, pairs = planted(10)
    found = space.direction(pairs)
    np.testing.assert_allclose(found.vector, np.eye(64)[0], atol=1e-6)  # float32
    assert found.accuracy == 1
    # each lies 0.5 along it, and is √(1 + 0.25) long before it is brought to unit length
    expected = 0.5 / 1.25**0.5
    scores = found.scores(["low3", "high3"])
    np.testing.assert_allclose(scores, [-expected, expected], atol=1e-6)


def test_the_control_of_a_planted_axis_is_a_coin():
    space, pairs = planted(10)
    control = space.direction(pairs).control
    # All ten agree, so what counts is how many were turned around: a pair comes out right where
    # most of the others stand as it does. The mean of 100 drawings scatters by 0.03.
    counts = np.arange(11)
    chance = np.array([252, 210, 120, 45, 10, 1]) / 1024  # binomial, from five of a kind
    right = np.where(counts == 5, 0, np.maximum(counts, 10 - counts) / 10)  # five to five: none
    expected = (chance[[5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5]] * right).sum()
    assert control.mean == pytest.approx(expected, abs=0.1)
    assert control.high < 1


def test_pairs_with_nothing_in_common_are_told_by_luck():
    space, pairs = unrelated(60)
    found = space.direction(pairs)
    assert found.accuracy == pytest.approx(0.5, abs=0.2)  # three times the scatter of 60 coins
    assert found.accuracy <= found.control.high
    # Judged by a direction that they were part of, nearly all would come out right:
    differences = space.vectors[1::2] - space.vectors[::2]
    assert (differences @ differences.mean(axis=0) > 0).mean() > 0.9


def test_permuted_partners_would_be_no_control():
    space, pairs = unrelated(20)
    low, high = zip(*pairs, strict=True)
    permuted = list(zip(low, high[5:] + high[:5], strict=True))
    expected = space.direction(pairs).vector
    np.testing.assert_allclose(space.direction(permuted).vector, expected, atol=1e-6)  # float32


def test_the_accuracy_is_that_of_a_loop_over_pairs():
    space, pairs = unrelated(15, D=8)
    differences = (space.vectors[1::2] - space.vectors[::2]).astype(np.float64)
    right = [np.delete(differences, i, axis=0).mean(axis=0) @ differences[i] > 0 for i in range(15)]
    assert space.direction(pairs).accuracy == np.mean(right)


def test_a_direction_is_the_same_every_time():
    space, pairs = unrelated(7)
    first, second = space.direction(pairs), space.direction(pairs)
    assert (first.vector.tobytes(), first.control) == (second.vector.tobytes(), second.control)


def test_the_model_knows_the_past_tense_of_what_is_in_no_pair(model):
    space = Space(model, sorted({word for pair in TENSE for word in pair}))
    past = space.direction(TENSE)
    assert past.accuracy == 1
    assert past.scores(["talked"])[0] > past.scores(["talk"])[0]
    assert past.scores(["opened"])[0] > past.scores(["open"])[0]
    assert (past.low, past.high) == ("walk, jump, ask, …", "walked, jumped, asked, …")
    assert past.scores([]).shape == (0,)


def test_an_axis_leads_from_one_text_to_another():
    axis = on_circle(sad=0, happy=90, glad=80, bored=10).axis("sad", "happy")
    np.testing.assert_allclose(axis.vector, unit(np.array([-1.0, 1.0])), atol=1e-6)  # float32
    np.testing.assert_allclose(axis.scores(["sad", "happy"]), [-(0.5**0.5), 0.5**0.5], atol=1e-6)
    assert (axis.low, axis.high) == ("sad", "happy")
    assert (axis.accuracy, axis.control) == (None, None)


def test_an_axis_between_several_texts_leads_from_mean_to_mean():
    space = on_circle(a=0, b=20, c=90, d=110)
    means = [space.vectors[:2].mean(axis=0), space.vectors[2:].mean(axis=0)]
    axis = space.axis(["a", "b"], ["c", "d"])
    np.testing.assert_allclose(axis.vector, unit(means[1] - means[0]), atol=1e-6)  # float32
    assert axis.sides == (("a", "b"), ("c", "d"))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "needs a pair of texts, and three to say how good it is"),
        ([("a", "b"), ("c", "d"), ("a", "e")], "'a' comes twice"),
        ([("a", "b"), ("c", "d"), ("e",)], r"a pair is two texts, got \('e',\)"),
        (["ab", "cd", "ef"], "a pair is two texts, got 'ab'"),
        ([("a", "b"), ("c", "d"), ("e", "f")], "nothing leads from a, c, e to b, d, f"),
    ],
)
def test_what_gives_no_direction_is_refused(pairs, message):
    space = on_circle(a=0, b=0, c=10, d=10, e=20, f=20)
    with pytest.raises(InvalidValue, match=message):
        space.direction(pairs)


@pytest.mark.parametrize("P", [1, 2])
def test_of_fewer_than_three_pairs_none_is_held_out(P):
    space, pairs = planted(P)
    found = space.direction(pairs)
    np.testing.assert_allclose(found.vector, np.eye(64)[0], atol=1e-6)  # float32
    assert (found.accuracy, found.control) == (None, None)
    assert space.without(found).remains is None


def test_an_axis_needs_two_ends():
    space = on_circle(a=0, b=0)
    with pytest.raises(InvalidValue, match="a text at each end"):
        space.axis([], "b")
    with pytest.raises(InvalidValue, match="nothing leads from a to b"):
        space.axis("a", "b")


# --- a direction taken out ---


def test_without_a_direction_nothing_lies_along_it():
    space, pairs = planted(10)
    direction = space.direction(pairs)
    found = space.without(direction)
    np.testing.assert_allclose(found.space.vectors @ direction.vector, 0, atol=1e-6)  # float32
    np.testing.assert_allclose(np.linalg.norm(found.space.vectors, axis=1), 1, atol=1e-6)
    assert found.before is space
    # the two of a pair differed in nothing else
    np.testing.assert_allclose(found.space.vectors[:10], found.space.vectors[10:], atol=1e-6)


def test_what_is_projected_has_unit_length_again():
    left = project_out(["a"], np.array([[0.6, 0.8]], np.float32), np.array([1, 0], np.float32))
    np.testing.assert_allclose(left, [[0, 1]], atol=1e-6)  # float32


def test_what_a_text_outside_loses_is_the_same(words):
    gender = words.direction([("man", "woman"), ("king", "queen"), ("uncle", "aunt")])
    found = words.without(gender).space
    vector = words.vector("a nurse")
    left = vector - (vector @ gender.vector) * gender.vector
    np.testing.assert_allclose(found.vector("a nurse"), unit(left), atol=1e-6)  # float32


def test_a_ranking_says_what_changed():
    # "near" is near to "query" for the sake of the first axis, "other" for the sake of the second.
    space = Space.from_vectors(
        ["query", "near", "other", "low", "high"],
        [[0.8, 0.6, 0], [0.8, 0.1, 0.35**0.5], [0, 1, 0], [-0.6, 0, -0.8], [0.6, 0, -0.8]],
    )
    without = space.without(space.axis("low", "high"))
    first, second = without.ranking("query", k=1)
    assert (first.label, first.rank_before, first.rank_after) == ("other", 2, 1)
    assert (second.label, second.rank_before, second.rank_after) == ("near", 1, 2)
    assert first.similarity_before == pytest.approx(0.6, abs=1e-6)  # float32
    assert first.similarity_after == pytest.approx(1, abs=1e-6)
    assert second.similarity_before == pytest.approx(0.7, abs=1e-6)
    assert second.similarity_after == pytest.approx(0.1 / 0.6, abs=1e-6)
    assert len(without.ranking("query", k=9)) == 4
    with pytest.raises(InvalidValue, match="k must be at least 1"):
        without.ranking("query", k=0)


def subgroups(P, seed=0):
    """Return pairs that differ in the mean along one axis, but whose sides keep together without.

    Each low text also has plus or minus one vector, each high text plus or minus another: their
    means are zero, so that no mean difference shows them.
    """
    D = 40
    base = np.random.default_rng(seed).normal(size=(P, D)) * 0.05
    base[:, :3] = 0
    axis, low, high = np.eye(D)[:3]
    sign = np.where(np.arange(P) % 2, 1, -1)[:, None]
    vectors = np.vstack([base - 0.5 * axis + sign * low, base + 0.5 * axis + sign * high])
    labels = [f"low{i}" for i in range(P)] + [f"high{i}" for i in range(P)]
    return Space.from_vectors(labels, vectors), [(f"low{i}", f"high{i}") for i in range(P)]


def test_what_remains_shows_in_the_neighbors_and_in_no_mean_difference():
    space, pairs = subgroups(10)
    direction = space.direction(pairs)
    found = space.without(direction)
    assert found.remains.before == 1
    assert found.remains.after == 1
    low, high = found.space.vectors[:10], found.space.vectors[10:]
    # A direction fitted anew would find nothing, and say that all is well:
    np.testing.assert_allclose((high - low).mean(axis=0) @ direction.vector, 0, atol=1e-6)


def test_where_nothing_remains_neighbors_are_of_either_side():
    space, pairs = planted(40, D=200, lift=2)
    remains = space.without(space.direction(pairs)).remains
    assert remains.before == 1
    assert remains.after == pytest.approx(0.5, abs=0.1)  # both texts of a pair are in one place


def test_gender_is_taken_out_of_the_model_but_not_wholly(model):
    pairs = [*GENDER, ("boy", "girl"), ("son", "daughter"), ("brother", "sister"), ("he", "she")]
    space = Space(model, [*(word for pair in pairs for word in pair), "nurse", "engineer"])
    remains = space.without(space.direction(pairs)).remains
    assert 0.5 < remains.after < remains.before


def test_an_axis_has_no_pairs_to_tell_what_remains():
    space = on_circle(a=0, b=50, c=70)
    assert space.without(space.axis("a", "b")).remains is None


def test_what_lies_on_the_direction_cannot_stay():
    space = Space.from_vectors(["x", "-x", "y"], [[1, 0], [-1, 0], [0, 1]])
    with pytest.raises(InvalidValue, match="'x' lies on the direction, and nothing of it"):
        space.without(space.axis("-x", "x"))


def test_a_direction_of_another_space_is_refused(words):
    axis = on_circle(a=0, b=90).axis("a", "b")
    with pytest.raises(InvalidValue, match="the direction has 2 dimensions and the space 384"):
        words.without(axis)
