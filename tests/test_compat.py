"""sentence-transformers' interface: the same results, and refusals that say why."""

import numpy as np
import pytest

from semascope.compat import SentenceTransformer
from semascope.errors import InvalidText, InvalidValue

TEXTS = ["uncle", "aunt", "This is an embedded text example.", ""]


@pytest.fixture(scope="module")
def ours():
    return SentenceTransformer("all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def theirs(minilm):
    import sentence_transformers

    return sentence_transformers.SentenceTransformer(str(minilm), device="cpu")


def test_encode_gives_their_embeddings(ours, theirs):
    for texts in (TEXTS[0], TEXTS, TEXTS[:1]):
        found, expected = ours.encode(texts), theirs.encode(texts)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, atol=1e-5)  # float32, another runtime


def test_similarity_gives_theirs(ours, theirs):
    a, b = theirs.encode(TEXTS[:3]), theirs.encode(TEXTS[1:3]) * 3
    for one, other in ((a, b), (a[0], b), (a[0], b[0]), (np.zeros_like(a), b)):
        found, expected = ours.similarity(one, other), theirs.similarity(one, other).numpy()
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_drafts_own_cells_run(ours):
    embedding = ours.encode("This is an embedded text example.")
    assert isinstance(embedding, np.ndarray)
    emb_uncle, emb_aunt = ours.encode("uncle"), ours.encode("aunt")
    emb_man, emb_woman = ours.encode("man"), ours.encode("woman")
    assert round(float(np.dot(emb_uncle, emb_aunt)), 3) == 0.734
    assert round(float(np.dot(emb_uncle - emb_man + emb_woman, emb_aunt)), 3) == 0.985


def test_what_changes_nothing_is_granted(ours):
    options = {"batch_size": 64, "show_progress_bar": False, "convert_to_numpy": True}
    plain = ours.encode(TEXTS)
    np.testing.assert_array_equal(ours.encode(TEXTS, device="cpu", **options), plain)
    np.testing.assert_allclose(ours.encode(TEXTS, normalize_embeddings=True), plain, atol=1e-6)
    assert SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2", device="cpu")


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("convert_to_tensor", True, "without torch"),
        ("device", "cuda", "on the processor"),
        ("output_value", "token_embeddings", "hidden_states"),
        ("precision", "int8", "float32"),
        ("show_progress_bar", True, "on_progress"),
        ("batch_size", 0, "at least one text"),
        ("pool", {}, "takes batch_size"),
        ("normalise_embeddings", True, "not 'normalise_embeddings'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(ours, option, value, reason):
    with pytest.raises(InvalidValue, match=reason):
        ours.encode("uncle", **{option: value})


def test_the_class_refuses_too():
    with pytest.raises(InvalidValue, match="a model's own code is never run"):
        SentenceTransformer("all-MiniLM-L6-v2", trust_remote_code=True)
    with pytest.raises(InvalidValue, match="SentenceTransformer takes"):
        SentenceTransformer("all-MiniLM-L6-v2", modules=[])


def test_wrong_inputs_are_refused(ours):
    with pytest.raises(InvalidText):
        ours.encode([1, 2])
    with pytest.raises(InvalidValue, match="must have one length, got 384 and 3"):
        ours.similarity(ours.encode("uncle"), np.ones(3))
    with pytest.raises(InvalidValue, match="no prompt 'query'"):
        ours.encode("uncle", prompt_name="query")
