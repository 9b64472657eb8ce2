"""A against B: the direction against scikit-learn, accuracy where it is known, words by hand."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import balanced_accuracy_score

import semascope as sema
from semascope.collection import contrast as contrast_module
from semascope.errors import InvalidValue
from semascope.structure.contrast import FOLDS, _folds, separate, telling_words

DIM = 24


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def two_kinds():
    """Return 300 embeddings of one kind and 120 of another, not far from it."""
    rng = np.random.default_rng(0)
    is_second = np.repeat([False, True], [300, 120])
    step = 0.6 * unit(rng.normal(size=DIM))
    return unit(rng.normal(size=(420, DIM)) / DIM**0.5 + is_second[:, None] * step), is_second


# --- the direction ---


def test_the_direction_is_that_of_scikit_learns_ridge(two_kinds):
    embeddings, is_second = two_kinds
    found = separate(embeddings, is_second, np.arange(420))
    expected = RidgeClassifier(alpha=1).fit(embeddings.astype(float), is_second).coef_.ravel()
    assert found.direction @ unit(expected) == pytest.approx(1, abs=1e-6)  # float32


def test_accuracy_is_that_of_scikit_learns_discriminant(two_kinds):
    embeddings, is_second = two_kinds
    found = separate(embeddings, is_second, np.arange(420))
    reference = LinearDiscriminantAnalysis(solver="lsqr", priors=[0.5, 0.5])
    guesses = np.empty(420, bool)
    folds = _folds(is_second, np.arange(420), np.random.default_rng(5))
    for fold in range(FOLDS):
        train = folds != fold
        guesses[~train] = reference.fit(embeddings[train], is_second[train]).predict(
            embeddings[~train]
        )
    expected = balanced_accuracy_score(is_second, guesses)
    # Other folds, and no ridge: about a standard error of 420 guesses
    assert found.accuracy == pytest.approx(expected, abs=0.03)
    assert found.accuracy == balanced_accuracy_score(is_second, found.scores > 0)
    assert found.p == 0.01


def test_scores_are_about_minus_one_and_one_where_the_kinds_are_clear():
    rng = np.random.default_rng(1)
    is_second = np.arange(200) % 2 == 1
    middle = np.where(is_second[:, None], unit(np.ones(DIM)), -unit(np.ones(DIM)))
    found = separate(
        unit(middle + rng.normal(scale=0.02, size=(200, DIM))), is_second, np.arange(200)
    )
    assert found.accuracy == 1
    np.testing.assert_allclose(found.scores, np.where(is_second, 1, -1), atol=0.1)


def test_what_is_random_cannot_be_told_apart():
    rng = np.random.default_rng(2)
    embeddings = unit(rng.normal(size=(1000, DIM)))
    found = separate(embeddings, rng.permutation(1000) < 300, np.arange(1000))
    assert found.accuracy == pytest.approx(0.5, abs=0.05)  # three standard errors
    assert found.shuffled.mean() == pytest.approx(0.5, abs=0.01)
    assert found.p > 0.05


def test_groups_are_never_parted():
    rng = np.random.default_rng(3)
    groups = rng.integers(0, 50, 400)
    folds = _folds(groups % 2 == 0, groups, np.random.default_rng(0))
    for group in range(50):
        assert len(set(folds[groups == group])) == 1
    assert np.bincount(folds, minlength=FOLDS).min() > 40


def test_copies_in_a_group_are_not_learned_by_heart():
    """Each group's embeddings are alike, and its kind is a coin's toss: nothing can be told."""
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(60), 10)
    embeddings = unit(
        np.repeat(rng.normal(size=(60, 200)), 10, axis=0) + 0.1 * rng.normal(size=(600, 200))
    )
    kind = (rng.permutation(60) < 30)[groups]
    assert separate(embeddings, kind, np.arange(600)).accuracy > 0.9  # as if it could
    assert separate(embeddings, kind, groups).accuracy < 0.7


def test_the_same_every_time(two_kinds):
    first, second = (separate(*two_kinds, np.arange(420)) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)
    np.testing.assert_array_equal(first.shuffled, second.shuffled)


# --- words ---

FARM = [
    "Farmers sell wheat at the market.",
    "The farmer grows wheat.",
    "Wheat prices fall for farmers.",
]
SHIP = [
    "Ships carry coal over the sea.",
    "A ship is built of steel at sea.",
    "The sea was calm for ships.",
]


def test_words_of_each_side_with_their_shares():
    texts, is_second = [*FARM * 40, *SHIP * 40], np.repeat([False, True], 120)
    farm, ship = telling_words(texts, is_second)
    assert farm[0].word == "wheat"
    assert (farm[0].here, farm[0].there) == (1, 0)
    assert {word.word for word in ship} >= {"sea", "ships"}
    assert "the" not in {word.word for word in farm + ship}
    assert not {"farmer", "farmers"} <= {word.word for word in farm}


def test_shares_are_exact_above_what_names_read():
    texts = ["coal and wheat"] * 700 + ["wheat"] * 600 + ["sea and wheat"] * 900
    side_a, side_b = telling_words(texts, np.repeat([False, True], [1300, 900]))
    assert [(w.word, w.here, w.there) for w in side_a] == [("coal", 700 / 1300, 0)]
    assert [(w.word, w.here, w.there) for w in side_b] == [("sea", 1, 0)]


def test_few_texts_have_no_telling_words():
    assert telling_words([*FARM, *SHIP], np.repeat([False, True], 3)) == ([], [])
    assert telling_words(["1", "?"], np.array([False, True])) == ([], [])


def test_sides_that_are_alike_have_no_words_of_their_own():
    rng = np.random.default_rng(0)
    words = np.array([f"word{chr(97 + i)}{chr(97 + j)}" for i in range(20) for j in range(20)])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(600)]
    named = telling_words(texts, rng.permutation(600) < 300)
    assert len(named[0] + named[1]) <= 1  # once in twenty comparisons there is one


# --- a collection ---


@pytest.fixture(scope="module")
def talks(model, tmp_path_factory):
    """Return a collection of 60 notes on farms and 60 on ships, numbered."""
    crops = ("wheat", "barley", "rye", "oats", "maize", "beets")
    ports = ("London", "Hamburg", "Boston", "Genoa", "Lisbon", "Odessa")
    farm = [
        f"Farm {i}: the {crop} harvest was good this year." for crop in crops for i in range(10)
    ]
    ship = [f"Ship {i} has left the port of {port} with coal." for port in ports for i in range(10)]
    rows = [{"text": text, "n": n} for n, text in enumerate([*farm, *ship])]
    return sema.index(
        rows, text="text", to=tmp_path_factory.mktemp("notes") / "notes.lance", model=model
    )


def test_two_conditions_are_told_apart(talks):
    found = talks.contrast("n < 60", "n >= 60")
    assert (found.a.size, found.b.size, found.overlap) == (60, 60, 0)
    assert found.accuracy == 1
    assert found.told_apart
    assert found.a.like_other == found.b.like_other == []
    assert all(number < 60 for number in found.a.clearest)
    assert all(number >= 60 for number in found.b.clearest)
    assert "harvest" in {word.word for word in found.a.words}
    assert "coal" in {word.word for word in found.b.words}
    along = talks.embeddings @ found.direction
    assert along[:60].max() < along[60:].min()


def test_a_random_split_is_not(talks):
    odd, even = (np.random.default_rng(0).permutation(120)[start::2].tolist() for start in (0, 1))
    found = talks.contrast(odd, even)
    low, high = found.by_chance
    assert low < 0.5 < high
    assert not found.told_apart
    assert found.a.words == found.b.words == []


def test_passages_on_the_wrong_side_are_found(talks):
    found = talks.contrast([*range(59), 119], [*range(60, 119), 59])
    assert found.a.like_other[0] == 119
    assert found.b.like_other[0] == 59
    assert len(found.between) == 5
    scores = dict(zip(found.numbers, found.scores, strict=True))
    assert scores[119] > 0 > scores[59]
    assert sorted(map(abs, found.scores))[:5] == [abs(scores[n]) for n in found.between]


def test_clusters_are_sides_by_number_or_name(talks):
    clusters = talks.clusters()
    by_number, by_name = talks.contrast(0, 1), talks.contrast(clusters.names[0], clusters.names[1])
    assert by_number.numbers == by_name.numbers
    assert (by_number.a.size, by_number.b.size) == tuple(clusters.sizes[:2])
    assert (by_number.a.name, by_name.a.name) == ("cluster 0", clusters.names[0])


def test_what_is_on_both_sides_is_left_out_and_counted(talks):
    found = talks.contrast("n < 70", "n >= 60")
    assert (found.a.size, found.b.size, found.overlap) == (60, 50, 10)


def test_few_passages_say_nothing_about_accuracy(talks):
    found = talks.contrast("n < 4", "n >= 60")
    assert found.accuracy is found.p is found.by_chance is found.direction is None
    assert not found.told_apart
    assert found.a.clearest == found.between == found.scores == []


def test_of_many_passages_some_are_compared(talks, monkeypatch):
    monkeypatch.setattr(contrast_module, "SAMPLE", 20)
    found = talks.contrast("n < 60", "n >= 60")
    assert (found.a.size, found.a.compared, len(found.numbers)) == (60, 20, 40)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("n < 60", "n < 60", r"no passage in n < 60 that is not on both sides \(60 are\)"),
        ("n < 60", "n > 600", "no passage in n > 600: nothing to compare"),
        ("colour = 1", "n > 1", "no condition on this collection"),
        ("nonsense", "n > 1", "nor is it the name of a cluster"),
        (0, 99, r"clusters are numbered 0 to \d+, got 99"),
        ([0, 1], [500], "passages are numbered 0 to 119, got 500"),
    ],
)
def test_sides_that_are_none_are_refused(talks, a, b, message):
    with pytest.raises(InvalidValue, match=message):
        talks.contrast(a, b)
