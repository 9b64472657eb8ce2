"""The course's transformer in NumPy does what the real one does, and refuses what it cannot."""

import numpy as np
import pytest

from semascope.course import layers
from semascope.course.exercises.transformer import attention
from semascope.errors import InvalidValue

TEXT = "The bat ate a moth."


def test_with_attention_in_the_hole_it_is_the_model(model):
    found = layers.run(model, TEXT, attention.reference)
    np.testing.assert_allclose(found, model.hidden_states(TEXT), atol=1e-4)  # float32 rounding


def test_queries_and_keys_of_a_head_give_its_attention(model):
    Q, K, V = layers.queries_keys_values(model, TEXT, layer=3, head=5)
    scores = np.exp(Q @ K.T / np.sqrt(Q.shape[1]))
    shares = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, model.attention(TEXT)[3, 5], atol=1e-5)
    assert V.shape == Q.shape == (len(model.tokens(TEXT)), 32)


def test_what_is_no_attention_is_refused(model):
    with pytest.raises(InvalidValue, match=r"must return the shape \(8, 32\), got \(8, 8\)"):
        layers.run(model, TEXT, lambda Q, K, _: Q @ K.T)
    with pytest.raises(InvalidValue, match="layers 0 to 5 with heads 0 to 11"):
        layers.queries_keys_values(model, TEXT, layer=6, head=0)
