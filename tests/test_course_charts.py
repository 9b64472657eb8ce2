"""What chapters 3 to 5 of the course show and are given: two pictures, 3,000 words of GloVe."""

import numpy as np
import pytest

import semascope as sema
from semascope import plot
from semascope.course import charts
from semascope.course.supplied import glove_words
from semascope.encoder.weights import is_cached
from semascope.errors import InvalidValue
from semascope.space import common_words


@pytest.fixture
def royals():
    vectors = [[3, -1], [2, 1], [0, -1], [0, 1], [1, 0]]
    return sema.Space.from_vectors(["king", "queen", "man", "woman", "$tone\n"], vectors)


def test_a_ranking_says_who_went_in(royals):
    answers = royals.analogy(["king", "woman"], minus="man").answers
    picture = charts.ranking(answers)
    words = picture.get_label()
    for answer in answers:
        shown = f"{answer.rank} {answer.label.strip()}"
        assert shown in words
        assert (f"{shown} {answer.cosine:.3f} (went in)" in words) == answer.is_input
    assert plot.render(picture, ".png")
    assert words.startswith("First comes “woman”; without the words that went in, “queen”.")
    assert charts.ranking(answers[:1], title="One").get_label().startswith("First comes “woman”.")
    with pytest.raises(InvalidValue, match="no answers"):
        charts.ranking([])


def test_a_spread_says_who_beats_the_mark():
    picture = charts.spreads({"few": [0.1, 0.2, 0.3, 0.6], "one": np.array([-0.9])}, 0.5)
    words = picture.get_label()
    assert "few: 4 pairs, mean 0.30, spread 0.19; 25.0% of them beat 0.50" in words
    assert "one: 1 pairs" not in words
    assert "one: 1 pair, mean -0.90" in words
    assert plot.render(picture, ".png")
    for wrong in ({}, {"none": []}, {"nan": [0.1, np.nan]}):
        with pytest.raises(InvalidValue, match="finite similarities"):
            charts.spreads(wrong, 0.5)


def test_the_words_of_glove_are_the_commonest_and_as_glove_has_them():
    words = glove_words()
    assert tuple(words)[:3000] == common_words()[:3000]
    vectors = np.array(list(words.values()))
    assert vectors.shape == (len(words), 50)
    assert np.ptp(np.linalg.norm(vectors, axis=1)) > 1, "their lengths are their own"
    if not is_cached("glove-6b-50d"):
        pytest.skip("GloVe is not in the cache")
    whole = sema.load("glove-6b-50d").encode(list(words))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert np.abs(unit @ unit.T - whole @ whole.T).max() < 1e-3
