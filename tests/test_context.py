"""One word in several sentences: its vectors layer by layer, and what is refused."""

import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from transformers import AutoModel, AutoTokenizer

import semascope as sema
from semascope.errors import InvalidText, InvalidValue, UnsupportedModel

BANKS = [
    "We sat on the bank of the river.",
    "The bank of the stream was muddy.",
    "The bank lent us money.",
    "He asked his bank for a loan.",
]


@pytest.fixture(scope="module")
def banks(model):
    return sema.in_context("bank", BANKS, model=model)


def test_similarity_is_that_of_transformers_hidden_states(minilm, banks):
    model = AutoModel.from_pretrained(minilm, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(minilm, local_files_only=True)
    vectors = []
    for sentence in BANKS:
        tokens = tokenizer(sentence, return_tensors="pt")
        place = tokenizer.tokenize(sentence).index("bank") + 1  # behind [CLS]
        with torch.no_grad():
            states = model(**tokens, output_hidden_states=True).hidden_states
        vectors.append(torch.cat(states)[:, place])
    unit = torch.nn.functional.normalize(torch.stack(vectors, dim=1), dim=2)  # (L + 1, S, D)
    expected = unit @ unit.transpose(1, 2)
    np.testing.assert_allclose(banks.similarity, expected.numpy(), atol=1e-4)


def test_there_is_one_matrix_a_layer_and_one_before_the_first(banks):
    assert banks.similarity.shape == (7, 4, 4)
    assert banks.layers == 6
    np.testing.assert_allclose(banks.similarity, banks.similarity.transpose(0, 2, 1), atol=1e-12)
    np.testing.assert_allclose(np.diagonal(banks.similarity, axis1=1, axis2=2), 1, atol=1e-12)


def test_the_senses_part_on_the_way_through_the_layers(banks):
    first, last = banks.similarity[0], banks.similarity[-1]
    assert first.min() > 0.95  # the same word, at another place
    same = (last[0, 1], last[2, 3])  # both of a river, both that lend
    other = last[:2, 2:]
    assert min(same) > other.max() + 0.05
    assert banks.spread[0] < 0.05 < 0.1 < banks.spread[-1]


def test_spread_is_the_mean_distance_of_two_sentences(banks):
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    expected = [np.mean([1 - layer[pair] for pair in pairs]) for layer in banks.similarity]
    np.testing.assert_allclose(banks.spread, expected, atol=1e-12)


def test_a_word_of_several_tokens_has_the_mean_of_theirs(model):
    word, sentences = "Donaudampfschiff", ["das Donaudampfschiff", "Donaudampfschiff ahoi"]
    assert model.tokens(sentences[1])[1:6] == ["dona", "##uda", "##mp", "##fs", "##chi"]
    found = sema.in_context(word, sentences, model=model)
    length = len(model.tokens(word)) - 2
    a = model.hidden_states(sentences[0])[:, 2 : 2 + length].mean(axis=1)
    b = model.hidden_states(sentences[1])[:, 1 : 1 + length].mean(axis=1)
    expected = [sema.cosine_similarity(*pair) for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(found.similarity[:, 0, 1], expected, atol=1e-6)  # float32 rounding


def test_several_words_are_looked_for_as_one(model):
    found = sema.in_context("New York", ["in new york today", "New York, New York"], model=model)
    assert found.spans == ((3, 11), (0, 8))
    assert found.occurrences == (1, 2)


def test_the_first_of_several_is_taken_and_said_to_be_one_of_them(model):
    found = sema.in_context("bank", ["A bank is no bank.", "bankers of the BANK"], model=model)
    assert found.spans == ((2, 6), (15, 19))  # "bankers" is another word
    assert found.occurrences == (2, 1)


def test_a_prompt_is_read_too_but_not_searched(save_model):
    prompts = {"prompts": {"query": "a bank: "}, "default_prompt_name": "query"}
    random = sema.load(save_model(Pooling(32), **prompts), precision="f32")
    found = sema.in_context("bank", ["the bank", "bank"], model=random)
    assert found.sentences == ("a bank: the bank", "a bank: bank")
    assert found.spans == ((12, 16), (8, 12))
    states = [random.hidden_states(s)[:, i] for s, i in zip(found.sentences, (5, 4), strict=True)]
    expected = [sema.cosine_similarity(*pair) for pair in zip(*states, strict=True)]
    np.testing.assert_allclose(found.similarity[:, 0, 1], expected, atol=1e-6)


def test_the_default_model_is_taken_if_none_is_given(banks):
    found = sema.in_context("bank", tuple(BANKS))
    np.testing.assert_array_equal(found.similarity, banks.similarity)


@pytest.mark.parametrize(
    ("word", "sentences", "message"),
    [
        ("bank", [], "two sentences or more, got 0"),
        ("bank", ["a bank"], "two sentences or more, got 1"),
        ("bank", ["a bank", "some banks"], "sentence 1 has no word 'bank': 'some banks'"),
        ("", ["a bank", "some banks"], "sentence 0 has no word ''"),
        ("\u0301", ["a \u0301", "\u0301"], "makes no token of"),
        (
            "bank",
            ["a bank", "word " * 255 + "bank"],
            "sentence 1 .* only where the model no longer",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(model, word, sentences, message):
    with pytest.raises(InvalidValue, match=message):
        sema.in_context(word, sentences, model=model)


def test_what_is_no_sentence_is_refused(model):
    with pytest.raises(InvalidText, match="item 1"):
        sema.in_context("bank", ["a bank", None], model=model)
    with pytest.raises(InvalidText, match="sequence of strings"):
        sema.in_context("bank", 7, model=model)


def test_a_foreign_model_is_refused(save_model):
    foreign = sema.load(save_model(Pooling(32), Dense(32, 16), Normalize()))
    with pytest.raises(UnsupportedModel, match="only a model that semascope runs itself"):
        sema.in_context("bank", BANKS, model=foreign)
