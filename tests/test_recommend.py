"""Recommendations: the direction, the choice, and what a collection makes of them."""

import numpy as np
import pytest

import semascope as sema
from semascope.collection import indexes, nearest
from semascope.errors import InvalidValue
from semascope.structure.recommend import direction, diversify


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


# --- the direction ---


def test_the_direction_is_the_mean_of_what_is_liked():
    like = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    np.testing.assert_allclose(direction(like, like[:0]), [0.5**0.5, 0.5**0.5, 0], atol=1e-7)


def test_what_is_disliked_is_turned_away_from():
    rng = np.random.default_rng(0)
    like, unlike = unit(rng.normal(size=(3, 16))), unit(rng.normal(size=(2, 16)))
    without, found = direction(like, unlike[:0]), direction(like, unlike)
    assert (unlike @ found).mean() < (unlike @ without).mean()
    assert (like @ found).mean() > 0.8 * (like @ without).mean()
    assert np.linalg.norm(found) == pytest.approx(1)


def test_examples_that_cancel_out_are_refused():
    like = np.array([[1, 0], [-1, 0]], np.float32)
    with pytest.raises(InvalidValue, match="cancel out"):
        direction(like, like[:0])


# --- the choice ---


def marginal_relevance(wanted, embeddings, k, diversity):
    """Choose by the formula of Carbonell & Goldstein, word for word."""
    chosen = []
    while len(chosen) < min(k, len(embeddings)):
        left = [i for i in range(len(embeddings)) if i not in chosen]

        def worth(i):
            again = max((float(embeddings[i] @ embeddings[j]) for j in chosen), default=0)
            weight = diversity if chosen else 0
            return (1 - weight) * float(embeddings[i] @ wanted) - weight * again

        chosen.append(max(left, key=worth))
    return chosen


@pytest.mark.parametrize("diversity", [0, 0.3, 0.7, 1])
def test_the_choice_is_that_of_the_formula(diversity):
    rng = np.random.default_rng(1)
    embeddings, wanted = unit(rng.normal(size=(60, 8))), unit(rng.normal(size=8))
    found = diversify(wanted, embeddings, k=12, diversity=diversity)
    assert list(found) == marginal_relevance(wanted, embeddings, 12, diversity)


def test_without_diversity_the_nearest_come():
    rng = np.random.default_rng(2)
    embeddings, wanted = unit(rng.normal(size=(60, 8))), unit(rng.normal(size=8))
    found = diversify(wanted, embeddings, k=60, diversity=0)
    np.testing.assert_array_equal(found, np.argsort(-(embeddings @ wanted), kind="stable"))


def test_copies_do_not_come_one_after_another():
    one, other = unit(np.array([0.7, 0.714, 0])), unit(np.array([0.65, 0, 0.76]))
    embeddings = np.array([one] * 9 + [other])
    wanted = unit(np.array([1.0, 0, 0]))
    assert list(diversify(wanted, embeddings, k=2, diversity=0)) == [0, 1]
    assert list(diversify(wanted, embeddings, k=2, diversity=0.3)) == [0, 9]


# --- a collection ---

PETS = [
    f"My {pet} {does}."
    for pet in ("cat", "dog", "hamster")
    for does in ("sleeps all day", "is ill")
]
MONEY = [
    f"The {bank} {does}."
    for bank in ("bank", "insurer")
    for does in ("raises its rates", "cuts jobs")
]
TEXTS = [*PETS, *MONEY, "My cat sleeps all day.", "The weather is fine."]


@pytest.fixture(scope="module")
def talks(model, tmp_path_factory):
    rows = [{"text": text, "number": number} for number, text in enumerate(TEXTS)]
    return sema.index(
        rows, text="text", to=tmp_path_factory.mktemp("pets") / "pets.lance", model=model
    )


def test_what_is_like_comes_and_what_was_given_does_not(talks):
    found = [hit.number for hit in talks.recommend([0], k=5)]
    assert set(found) <= set(range(1, 6))  # not 10, which has the text of 0
    assert len(set(found)) == 5


def test_no_text_comes_twice(talks):
    found = [hit.text for hit in talks.recommend(["an animal at home"], k=12)]
    assert len(found) == len(set(found)) == 11


def test_texts_may_be_given(talks):
    found = talks.recommend(["My cat sleeps all day."], k=3)
    assert [hit.number for hit in found] == [hit.number for hit in talks.recommend([0], k=3)]


def test_unlike_keeps_away(talks):
    sick = [n for n, text in enumerate(TEXTS) if "ill" in text]
    with_, without = (
        [hit.number for hit in talks.recommend([0, 1], unlike, k=3, diversity=0)]
        for unlike in ((), [3, 5])
    )
    assert not set(without) & {3, 5}
    assert set(sick) & set(with_)


def test_similarity_is_to_what_is_wanted(talks):
    wanted = direction(talks.embeddings[[0, 1]], talks.embeddings[[6]])
    for hit in talks.recommend([0, 1], [6], k=4):
        assert hit.similarity == pytest.approx(
            float(talks.embeddings[hit.number] @ wanted), abs=1e-6
        )
        assert hit.row == {"text": TEXTS[hit.number], "number": hit.number}


def test_only_what_passes_is_recommended(talks):
    assert {hit.number for hit in talks.recommend([0], where="number >= 6")} == {6, 7, 8, 9, 11}
    assert talks.recommend([0], where="number > 100") == []


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([],), {}, "like is empty"),
        (("a cat",), {}, "put brackets around"),
        (([99],), {}, "passages are numbered 0 to 11, got 99"),
        (([0], [-1]), {}, "passages are numbered 0 to 11, got -1"),
        (([" "],), {}, "a text in like or unlike is empty"),
        (([0],), {"k": 0}, "k must be at least 1, got 0"),
        (([0],), {"diversity": 2}, r"diversity is a share in \[0, 1\], got 2"),
        (([0],), {"where": "colour = 1"}, "no condition on this collection"),
    ],
)
def test_what_cannot_be_recommended_by_is_refused(talks, arguments, options, message):
    with pytest.raises(InvalidValue, match=message):
        talks.recommend(*arguments, **options)


def test_many_copies_do_not_crowd_out_the_others(model, tmp_path):
    texts = ["the same again"] * 900 + [f"a text of its own, number {i}" for i in range(5)]
    talks = sema.index(texts, to=tmp_path / "copies.lance", model=model)
    found = talks.recommend(["the same again and again"], k=6, diversity=0)
    assert len({hit.text for hit in found}) == 6
    assert len({hit.text for hit in talks.recommend(["the same again"], k=6)}) == 5


def test_above_the_limit_the_index_gives_the_candidates(talks, monkeypatch):
    expected = [hit.number for hit in talks.recommend([0], k=3)]
    monkeypatch.setattr(indexes, "LIMIT", 5)
    asked = []
    find = nearest.OnDisk.find
    monkeypatch.setattr(nearest.OnDisk, "find", lambda self, *a: asked.append(a) or find(self, *a))
    assert [hit.number for hit in talks.recommend([0], k=3)] == expected
    assert asked
