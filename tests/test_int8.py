"""int8: what its layers compute, how good it is, and that it is never mixed with exact."""

import numpy as np
import pytest
from click.testing import CliRunner
from sentence_transformers.sentence_transformer.modules import Pooling

import semascope as sema
from semascope.cli import main
from semascope.collection.info import PROMISES
from semascope.encoder import checkpoint, compiled, ranges, tokens, transformer
from semascope.encoder.runtime import compile_model, make_model, op
from semascope.errors import CollectionError, InvalidValue

PETS = ["a cat", "a dog", "a parrot"]


@pytest.fixture
def pets(tmp_path):
    """Return a collection in int8."""
    return sema.index(PETS, to=tmp_path / "pets.lance", precision="int8")


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """Return an empty folder for compiled models; weights stay where they are."""
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def random_bert(save_model, cache, monkeypatch, tmp_path):
    """Return the folder of a model whose ranges nobody knows, with a cache of its own."""
    monkeypatch.setattr(ranges, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(ranges, "TEXTS", {"emoji": 10, "speeches": 10})
    return save_model(Pooling(32))


# The arithmetic


def test_a_linear_layer_computes_what_numpy_does_in_whole_numbers():
    random = np.random.default_rng(0)
    W = random.normal(size=(5, 7)).astype(np.float32)
    b = random.normal(size=5).astype(np.float32)
    x = (random.normal(size=(1, 50, 7)) * [1, 1, 1, 9, 1, 0.1, 1] + 0.5).astype(np.float32)
    extremes = np.stack([x.min(axis=(0, 1)), x.max(axis=(0, 1))])
    node = op.parameter([1, -1, 7], np.float32)
    compiled = compile_model(
        make_model([transformer.linear_int8(node, W, b, extremes)], [node], "linear"), "f32"
    )
    found = compiled([x])[0]

    low, high = extremes.astype(np.float64)
    shrink = ((high - low) / 2) ** transformer.SMOOTHING
    unit = ((high - low) / 2 / shrink).max() / 127  # of the whole numbers in x
    zero = np.rint((high + low) / 2 / shrink / unit)  # what the input 0 is, negated
    x8 = np.clip(np.rint(x / shrink / unit - zero), -127, 127) + zero
    step = np.abs(W * shrink).max(axis=1, keepdims=True) / 127
    W8 = np.rint(W * shrink / step)
    assert (abs(x8 - zero).max(), abs(W8).max()) == (127, 127)
    expected = (x8 * unit) @ (W8 * step).T + b
    # a number midway between two may be rounded to either: one unit times one weight
    assert abs(found - expected).max() <= (unit * abs(W8 * step)).max() * 1.01
    assert np.median(abs(found - expected)) < 1e-5  # the others are float32 rounding
    assert abs(found - (x @ W.T + b)).max() < 0.3  # and the layer's own outputs reach 30


def test_most_of_the_work_is_done_in_8_bits(int8_model):
    nodes = [n.get_rt_info() for n in int8_model._compiled.get_runtime_model().get_ordered_ops()]
    kinds = [
        info["runtimePrecision"].astype(str)
        for info in nodes
        if info["layerType"].astype(str) == "FullyConnected"
    ]
    assert kinds == ["i8"] * 36  # six layers of query, key, value, output and twice feed-forward


# The ranges


def test_the_ranges_that_come_along_are_what_the_script_measures(minilm):
    found = checkpoint.read(minilm, {})
    measured = ranges.measure(found, tokens.load_tokenizer(found), ranges.sample())
    shipped = ranges.read(ranges.SHIPPED)
    assert measured.keys() == shipped.keys()
    for name, extremes in measured.items():
        np.testing.assert_allclose(extremes, shipped[name], rtol=2e-3, atol=1e-4)  # float16


def test_another_model_is_measured_once(random_bert, tmp_path):
    first = sema.load(random_bert, precision="int8")
    exact = sema.load(random_bert, precision="f32")
    (path,) = (tmp_path / "ranges").iterdir()
    assert path.name == f"{first.revision}.npz"
    written = path.read_bytes()
    again = sema.load(random_bert, precision="int8")
    np.testing.assert_array_equal(again.encode(PETS), first.encode(PETS))
    cosine = sema.cosine_similarity(first.encode("a cat"), exact.encode("a cat"))
    assert 0.9 < cosine < 1 - 1e-7  # random weights, of many more sizes than trained ones
    path.write_bytes(written[:100])  # what a full disk leaves
    np.testing.assert_array_equal(
        sema.load(random_bert, precision="int8").encode(PETS), first.encode(PETS)
    )
    assert path.read_bytes() == written


# The compiled model in the cache


def test_a_compiled_model_is_kept_and_gives_the_same_bits(cache, int8_model):
    for _ in range(2):
        found = sema.load(precision="int8").encode(PETS)
        np.testing.assert_array_equal(found, int8_model.encode(PETS))
    assert [path.suffix for path in cache.glob("compiled/*")] == [".int8"]


@pytest.mark.parametrize("damage", ["cut", "bit", "other"])
def test_what_is_damaged_or_made_from_something_else_is_made_anew(cache, int8_model, damage):
    sema.load(precision="int8")
    (path,) = cache.glob("compiled/*")
    whole = path.read_bytes()
    flipped = 0 if damage == "other" else 1_000_000
    path.write_bytes(
        whole[:1000]
        if damage == "cut"
        else whole[:flipped] + bytes([whole[flipped] ^ 1]) + whole[flipped + 1 :]
    )
    found = sema.load(precision="int8").encode(PETS)
    np.testing.assert_array_equal(found, int8_model.encode(PETS))
    made = path.read_bytes()
    assert made[:32] == whole[:32]  # what it is made from
    sema.load(precision="int8")
    assert path.read_bytes() == made  # which was good: each export has other names


def test_a_cache_that_cannot_be_written_only_costs_time(cache, int8_model):
    (cache / "compiled").write_text("a file where the folder should be")
    found = sema.load(precision="int8").encode(PETS)
    np.testing.assert_array_equal(found, int8_model.encode(PETS))


def test_a_processor_that_cannot_add_int8_products_is_told_of_each_time(cache, monkeypatch, caplog):
    monkeypatch.setattr(ranges, "multiplies_exactly", lambda: False)
    for times in (1, 2):
        sema.load(precision="int8")
        assert caplog.text.count("no instructions for int8") == times


# The quality


def test_embeddings_are_near_to_exact_ones_but_others(int8_model, model, texts):
    cosines = (int8_model.encode(texts) * model.encode(texts)).sum(axis=1)
    assert np.mean(cosines) > 0.995  # benchmarks/precision.py: 0.9986 in the mean, 0.990 at worst
    assert cosines.min() > 0.95
    assert np.median(cosines) < 0.9999  # bf16 is nearer


def test_what_is_near_is_near_in_int8_too(int8_model, model, texts):
    similar = [m.encode(texts) @ m.encode(texts).T for m in (int8_model, model)]
    assert np.corrcoef(*(s[np.triu_indices(len(texts), 1)] for s in similar))[0, 1] > 0.99


def test_the_inside_is_shown_in_f32(int8_model, model):
    np.testing.assert_array_equal(int8_model.hidden_states("a cat"), model.hidden_states("a cat"))


# Collections


def test_a_collection_records_int8_and_its_queries_use_it(pets, int8_model):
    assert pets.model["precision"] == sema.open(pets.path).encoder.precision == "int8"
    np.testing.assert_array_equal(pets.embeddings, int8_model.encode(PETS))
    assert sema.open(pets.path).search("a cat", k=1)[0].similarity == pytest.approx(1, abs=1e-6)
    assert pets.info().model["precision"] in PROMISES


def test_what_is_added_later_is_in_int8(pets, int8_model):
    sema.open(pets.path).add(["a puppy"])
    more = sema.index(["a kitten"], to=pets.path)
    assert more.encoder.precision == "int8"
    np.testing.assert_array_equal(more.embeddings, int8_model.encode(more.texts))


def test_fast_and_exact_embeddings_are_not_mixed(pets, model, int8_model, tmp_path):
    for options in ({"precision": "f32"}, {"precision": "auto"}, {"model": model}):
        with pytest.raises(CollectionError, match=r"was embedded in int8, not in .*not mixed"):
            sema.index(["a puppy"], to=pets.path, **options)
    exact = sema.index(PETS, to=tmp_path / "exact.lance", model=model)
    with pytest.raises(CollectionError, match="was embedded in f32, not in int8"):
        sema.index(["a puppy"], to=exact.path, model=int8_model)
    assert len(sema.open(pets.path)) == len(sema.open(exact.path)) == 3


def test_a_model_has_one_precision(model, tmp_path):
    with pytest.raises(InvalidValue, match=r"precision='f32'.* is not int8; load it so"):
        sema.index(PETS, to=tmp_path / "a.lance", model=model, precision="int8")


def test_the_command_line_takes_and_tells_the_precision(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.csv").write_text("text\n" + "\n".join(PETS))
    for line in (["index", "pets.csv", "--precision", "int8"], ["info", "pets.lance"]):
        done = CliRunner().invoke(main, line)
        assert done.exit_code == 0, done.output
    assert "384 numbers for each passage, int8" in done.output
    assert "fast: embeddings as good, but others" in " ".join(done.output.split())
    done = CliRunner().invoke(main, ["index", "pets.csv", "--precision", "int4"])
    assert done.exit_code == 2
