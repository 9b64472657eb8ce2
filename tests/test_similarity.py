"""Cosines, and the nearest of many."""

import numpy as np
import pytest

from semascope.errors import InvalidValue
from semascope.similarity import cosine_similarity, top_k


@pytest.mark.parametrize(
    ("a", "b", "cosine"),
    [
        ([1, 0], [5, 0], 1),
        ([1, 0], [0, 2], 0),
        ([1, 0], [-3, 0], -1),
        ([3, 4], [4, 3], 24 / 25),
        ([1, 1], [0, 7], 2**-0.5),
    ],
)
def test_cosine_of_vectors_whose_angle_is_known(a, b, cosine):
    # A dot product would give 5, 0, -3, 24 and 7.
    assert cosine_similarity(a, b) == pytest.approx(cosine, abs=1e-15)  # float64 rounding


def test_cosine_does_not_depend_on_lengths_or_order():
    a, b = np.random.default_rng(0).normal(size=(2, 384))
    expected = cosine_similarity(a, b)
    assert cosine_similarity(1e-3 * a, 1e5 * b) == pytest.approx(expected, abs=1e-15)  # rounding
    assert cosine_similarity(b, a) == expected


def test_cosine_of_a_vector_with_itself_never_exceeds_one():
    vectors = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)
    assert max(cosine_similarity(v, v) for v in vectors) <= 1


def test_cosine_agrees_with_scipy_on_embeddings(model):
    from scipy.spatial.distance import cosine

    a, b = model.encode(["uncle", "aunt"]).astype(np.float64)
    assert cosine_similarity(a, b) == pytest.approx(1 - cosine(a, b), abs=1e-12)
    assert round(cosine_similarity(a, b), 4) == 0.7339


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1, 2], [1, 2, 3], r"one size, got \(2,\) and \(3,\)"),
        ([[1, 2]], [[1, 2]], r"one size, got \(1, 2\) and \(1, 2\)"),
        (1, 2, r"one size, got \(\) and \(\)"),
        ([0, 0], [1, 2], "not zero"),
        ([1, np.nan], [1, 2], "finite"),
        ([1, np.inf], [1, 2], "finite"),
    ],
)
def test_cosine_refuses_what_has_no_angle(a, b, message):
    with pytest.raises(InvalidValue, match=message):
        cosine_similarity(a, b)


@pytest.mark.parametrize("k", [1, 2, 10, 99, 100, 101])
def test_top_k_is_the_head_of_a_stable_sort(k):
    similarity = np.random.default_rng(0).integers(0, 20, 100).astype(np.float32)  # many ties
    expected = sorted(range(100), key=lambda row: (-similarity[row], row))[:k]
    assert top_k(similarity, k).tolist() == expected
