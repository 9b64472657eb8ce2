"""What happens inside the model, against the reference implementation in transformers."""

import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import AutoModel, AutoTokenizer, BertConfig

import semascope as sema

TEXTS = [
    "the bank of the river",
    "The bank raised its rates, the river rose by itself.",
    "",
    "你好 🍕",
    "word " * 300,  # as much as the model reads
]


def look_inside(folder, text, max_tokens):
    """Return hidden states (L + 1, T, D) and attention (L, H, T, T) by transformers."""
    model = AutoModel.from_pretrained(folder, attn_implementation="eager", local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    inputs = tokenizer(text, truncation=True, max_length=max_tokens, return_tensors="pt")
    with torch.no_grad():
        outputs = model.eval()(**inputs, output_hidden_states=True, output_attentions=True)
    return tuple(torch.cat(parts).numpy() for parts in (outputs.hidden_states, outputs.attentions))


@pytest.fixture(scope="module")
def random_berts(save_model, small):
    """Return folders of random models of several shapes, one with an epsilon that matters."""
    shapes = [
        {},
        {"num_hidden_layers": 1, "num_attention_heads": 1},
        {"num_hidden_layers": 4, "num_attention_heads": 8, "intermediate_size": 40},
        {"layer_norm_eps": 0.1, "type_vocab_size": 1},
    ]
    configs = [BertConfig(vocab_size=30_522, **small | shape) for shape in shapes]
    return [save_model(Pooling(32), config=config) for config in configs]


@pytest.mark.parametrize("text", TEXTS)
def test_hidden_states_and_attention_of_minilm_are_those_of_transformers(model, minilm, text):
    hidden_states, attention = look_inside(minilm, text, model.max_tokens)
    # float32 rounding through six layers of numbers up to 10
    np.testing.assert_allclose(model.hidden_states(text), hidden_states, atol=1e-4)
    np.testing.assert_allclose(model.attention(text), attention, atol=1e-4)


@pytest.mark.parametrize("which", range(4))
def test_hidden_states_and_attention_of_random_models_are_those_of_transformers(
    random_berts, which
):
    model = sema.load(random_berts[which], precision="f32")
    for text in TEXTS:
        hidden_states, attention = look_inside(random_berts[which], text, model.max_tokens)
        assert attention.max() > 0.9  # of one token, mostly: an even spread would prove little
        np.testing.assert_allclose(model.hidden_states(text), hidden_states, atol=1e-4)  # as above
        np.testing.assert_allclose(model.attention(text), attention, atol=1e-4)


def test_shapes_follow_layers_heads_and_tokens(model):
    T = len(model.tokens("the bank of the river"))
    assert model.tokens("the bank of the river")[1:-1] == ["the", "bank", "of", "the", "river"]
    assert model.hidden_states("the bank of the river").shape == (7, T, 384)
    assert model.attention("the bank of the river").shape == (6, 12, T, T)


def test_what_a_token_takes_adds_up_to_one(model):
    for text in TEXTS:
        attention = model.attention(text)
        assert attention.min() >= 0
        np.testing.assert_allclose(attention.sum(axis=-1), 1, atol=1e-5)  # 256 float32 roundings


def test_the_mean_of_the_last_hidden_states_is_the_embedding(model):
    for text in TEXTS:
        mean = model.hidden_states(text)[-1].mean(axis=0)
        expected = mean / np.linalg.norm(mean)
        np.testing.assert_allclose(model.encode(text), expected, atol=1e-6)  # float32 rounding


def test_a_bf16_model_shows_its_inside_in_f32(model, bf16_model):
    text = TEXTS[0]
    np.testing.assert_array_equal(bf16_model.hidden_states(text), model.hidden_states(text))
    np.testing.assert_array_equal(bf16_model.attention(text), model.attention(text))


def test_padding_gives_nothing_to_the_tokens_before_it(model):
    text, T, padding = TEXTS[0], len(model.tokens(TEXTS[0])), 3
    token_ids = np.zeros((1, T + padding), np.int32)
    token_ids[0, :T] = model._tokenize(text).ids
    outputs = model._inside([token_ids, np.arange(T + padding)[None] < T])
    last, attention = outputs[6][0], np.concatenate([outputs[7 + i] for i in range(6)])
    assert (attention[..., T:] == 0).all()
    # float32 rounding: other sizes are summed in another order
    np.testing.assert_allclose(attention[..., :T, :T], model.attention(text), atol=1e-5)
    np.testing.assert_allclose(last[:T], model.hidden_states(text)[-1], atol=1e-5)
