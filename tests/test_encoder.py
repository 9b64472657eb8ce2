"""Texts in, embeddings out: the values, the order, the bits, and what is refused."""

import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import semascope as sema
from semascope.encoder.runtime import native_precision
from semascope.errors import InvalidText, InvalidValue

# Cosine with sentence-transformers' embedding, at least: the promise in `load`.
FIDELITY = {"f32": 0.999999, "bf16": 0.9999}


@pytest.fixture(scope="module", params=["f32", "bf16"])
def each_exact_model(request):
    return request.getfixturevalue({"f32": "model", "bf16": "bf16_model"}[request.param])


@pytest.fixture(scope="module", params=["model", "bf16_model", "int8_model"])
def each_model(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def reference(minilm, texts):
    """Return sentence-transformers' embeddings of the texts, (N, D)."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm), device="cpu", local_files_only=True)
    return model.encode(texts, show_progress_bar=False)


# The values


def test_embeddings_are_those_of_sentence_transformers(each_exact_model, texts, reference):
    cosines = (each_exact_model.encode(texts) * reference).sum(axis=1)
    assert cosines.min() >= FIDELITY[each_exact_model.precision]


def test_the_comparison_sees_a_difference(model, texts, reference):
    changed = model.encode([text + "." for text in texts])
    read_whole = [len(model.tokens(text)) < model.max_tokens for text in texts]
    cosines = (changed * reference).sum(axis=1)[read_whole]
    assert np.median(cosines) < FIDELITY["bf16"]


def test_embeddings_have_unit_length(each_model, texts):
    lengths = np.linalg.norm(each_model.encode(texts), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)  # float32 rounding


def test_uncle_and_aunt(each_exact_model):
    uncle, aunt = each_exact_model.encode(["uncle", "aunt"])
    # 0.7339 to four digits; bfloat16 keeps three
    tolerance = {"f32": 5e-5, "bf16": 2e-3}[each_exact_model.precision]
    assert sema.cosine_similarity(uncle, aunt) == pytest.approx(0.7339, abs=tolerance)


def test_what_lies_beyond_the_limit_has_no_effect(model):
    read = "word " * 254  # [CLS] and [SEP] make it 256
    assert len(model.tokens(read)) == model.max_tokens == 256
    np.testing.assert_array_equal(model.encode(read), model.encode(read + "and an afterthought"))
    assert (model.encode(read) != model.encode("word " * 253)).any()


def test_auto_takes_what_the_processor_is_made_for(model):
    assert model.precision == "f32"  # it was asked for
    assert sema.load().precision == sema.load(precision="auto").precision == native_precision()


def test_an_unknown_precision_is_refused():
    with pytest.raises(InvalidValue, match="'auto', 'f32', 'bf16' or 'int8', not 'int4'"):
        sema.load(precision="int4")


def test_an_encoder_says_what_it_is(model):
    assert repr(model) == "Encoder('all-MiniLM-L6-v2', precision='f32', dim=384)"
    assert model.revision.startswith("53aa5117")  # SHA-256 of its weights, as published


# Shapes and containers


def test_a_string_gives_one_embedding_and_a_list_one_a_row(model):
    one, two = model.encode("uncle"), model.encode(["uncle", "aunt"])
    assert (one.shape, two.shape) == ((384,), (2, 384))
    assert one.dtype == two.dtype == np.float32
    np.testing.assert_array_equal(one, two[0])


CONTAINERS = {
    "tuple": tuple,
    "NumPy strings": np.array,
    "NumPy objects": lambda texts: np.array(texts, dtype=object),
    "NumPy string dtype": lambda texts: np.array(texts, dtype=np.dtypes.StringDType()),
    "Arrow array": pa.array,
    "Arrow large strings": lambda texts: pa.array(texts, pa.large_string()),
    "Arrow dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "Arrow chunks": lambda texts: pa.chunked_array([texts[:1], [], texts[1:]], pa.string()),
    "pandas series": lambda texts: pd.Series(texts, index=range(9, 9 - len(texts), -1)),
    "pandas category": lambda texts: pd.Series(texts, dtype="category"),
    "pandas index": pd.Index,
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_any_container_of_strings_will_do(model, container):
    texts = ["uncle", "aunt", "uncle", "das ist nicht Englisch"]
    np.testing.assert_array_equal(model.encode(container(texts)), model.encode(texts))


EMPTY = {
    "list": [],
    "NumPy": np.array([], dtype=str),
    "Arrow": pa.array([], pa.string()),
    "Arrow chunks": pa.chunked_array([], pa.string()),
    "pandas": pd.Series([], dtype=str),
}


@pytest.mark.parametrize("nothing", EMPTY.values(), ids=EMPTY.keys())
def test_no_texts_give_no_rows(model, nothing):
    embeddings = model.encode(nothing)
    assert (embeddings.shape, embeddings.dtype) == ((0, 384), np.float32)


def test_the_result_belongs_to_the_caller(model):
    first = model.encode(["uncle", "aunt"])
    kept = first.copy()
    model.encode(["something", "else"])
    np.testing.assert_array_equal(first, kept)
    first[:] = 0  # may be written to
    np.testing.assert_array_equal(model.encode(["uncle", "aunt"]), kept)


# What is refused


@pytest.mark.parametrize(
    ("item", "named"),
    [
        (None, "None (NoneType)"),
        (float("nan"), "nan (float)"),
        (7, "7 (int)"),
        (b"bytes", "b'bytes' (bytes)"),
        (["nested"], "['nested'] (list)"),
    ],
)
def test_an_item_that_is_no_string_is_refused_by_position_and_value(model, item, named):
    with pytest.raises(InvalidText) as refusal:
        model.encode(["fine", item, None])
    assert f"item 1 of the texts is {named}, not a string" in str(refusal.value)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["fine", None]),
        pa.chunked_array([["fine"], [None]], pa.string()),
        pd.Series(["fine", None]),
        np.array(["fine", np.nan], dtype=object),
    ],
    ids=["Arrow", "Arrow chunks", "pandas", "NumPy"],
)
def test_a_gap_in_a_column_is_refused_by_position(model, column):
    with pytest.raises(InvalidText, match=r"item 1 of the texts is (None|nan)"):
        model.encode(column)


@pytest.mark.parametrize(
    "texts",
    [
        b"bytes",
        bytearray(b"bytes"),
        {"a": 1},
        {"a", "b"},
        (text for text in "ab"),
        iter(["a"]),
        None,
        7,
        np.array("of no dimension"),
        pa.scalar("one value"),
        pd.DataFrame({"text": ["a"]}),
    ],
    ids=lambda texts: type(texts).__name__,
)
def test_what_is_no_sequence_of_strings_is_refused_by_type(model, texts):
    expected = f"must be a string or a sequence of strings, not {type(texts).__name__}"
    with pytest.raises(InvalidText, match=expected):
        model.encode(texts)


def test_a_lone_surrogate_is_refused_by_position_and_character(model):
    with pytest.raises(InvalidText, match=r"item 1 .* character 3 is a lone surrogate, '\\udc80'"):
        model.encode(["fine", "bad\udc80"])
    with pytest.raises(InvalidText, match=r"item 0 .* lone surrogate"):
        model.tokens("\ud800")


def test_refusals_are_type_errors_and_a_misspelt_argument_is_one_too(model):
    with pytest.raises(TypeError):
        model.encode([None])
    with pytest.raises(TypeError, match="on_progres"):
        model.encode(["uncle"], on_progres=print)


# The same bits


def shuffled(items):
    order = np.random.default_rng(0).permutation(len(items))
    return order, [items[i] for i in order]


def test_a_text_has_the_same_bits_alone_and_among_others(each_model, texts):
    together = each_model.encode(texts)
    alone = np.array([each_model.encode(text) for text in texts])
    np.testing.assert_array_equal(together, alone)


def test_any_number_of_texts_makes_batches_of_few_sizes(model):
    sizes = set()
    for count in range(1, 500):  # a full batch of so short a text has 256
        made = list(model._batches(["cat sat"] * count))
        assert sorted(row for batch in made for row in batch.rows) == list(range(count))
        sizes |= {batch.token_ids.shape for batch in made}
    assert len(sizes) <= 6  # for each OpenVINO keeps kernels


def test_a_text_has_the_same_bits_in_any_order_and_batch(each_model, texts):
    together = each_model.encode(texts)
    order, mixed = shuffled(texts)
    np.testing.assert_array_equal(each_model.encode(mixed), together[order])
    parts = [each_model.encode(part.tolist()) for part in np.array_split(mixed, [2, 9, 20, 50])]
    np.testing.assert_array_equal(np.concatenate(parts), together[order])


def test_a_text_has_the_same_bits_beside_each_number_of_texts_of_its_length(each_model):
    alone = each_model.encode("a cat sat on 1 mat")
    for neighbors in (1, 2, 3, 15, 16, 17, 127, 128, 129, 300):  # a batch holds 1024 tokens
        texts = ["a cat sat on 1 mat", *(f"a dog ran to {i} men" for i in range(neighbors))]
        np.testing.assert_array_equal(each_model.encode(texts)[0], alone)


def test_a_fresh_process_gives_the_same_bits(model, run_python):
    code = "import semascope as s; print(s.load(precision='f32').encode(['uncle']).tobytes().hex())"
    assert run_python(code).strip() == model.encode(["uncle"]).tobytes().hex()


# Long work


def test_equal_texts_are_encoded_once(model):
    calls = []
    texts = ["uncle", "aunt"] * 2000  # of one length, so that two texts make one batch
    embeddings = model.encode(texts, on_progress=lambda *call: calls.append(call))
    assert calls == [(4000, 4000)]
    np.testing.assert_array_equal(embeddings, np.tile(model.encode(["uncle", "aunt"]), (2000, 1)))


def test_progress_counts_texts_up_to_the_last(model, texts):
    calls = []
    model.encode(texts + texts, on_progress=lambda *call: calls.append(call))
    done, total = zip(*calls, strict=True)
    assert set(total) == {2 * len(texts)}
    assert list(done) == sorted(set(done))  # it rises at each call
    assert done[-1] == 2 * len(texts)


def test_more_texts_than_one_round_keep_their_order(model, texts, monkeypatch):
    expected = model.encode(texts)
    monkeypatch.setattr("semascope.encoder.encoder.TEXTS_PER_ROUND", 16)
    np.testing.assert_array_equal(model.encode(texts), expected)


def test_an_encoder_goes_on_after_ctrl_c(model, texts):
    def interrupt(done, total):
        raise KeyboardInterrupt

    before = model.encode(texts[:20])
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            model.encode(texts, on_progress=interrupt)
    np.testing.assert_array_equal(model.encode(texts[:20]), before)


def test_threads_share_an_encoder(model, texts):
    some = texts[-50:-3]
    expected = model.encode(some)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(model.encode, [some] * 4):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_ends_a_process_without_a_crash(start_python):
    process = start_python(
        "import semascope as sema, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # not so in the background\n"
        "model = sema.load()\n"
        "texts = [f'number {i} of very many' for i in range(1_000_000)]\n"
        "say = lambda done, total: print(done, flush=True)\n"
        "model.encode(texts, on_progress=say)\n"
    )
    assert int(process.stdout.readline()) > 0  # it is at work
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert complaints.splitlines()[-1] == "KeyboardInterrupt"
    assert "terminate called" not in complaints


def test_processes_that_hold_a_model_to_their_end_exit_cleanly(start_python):
    """OpenVINO's callbacks once wanted the interpreter's lock while Python shut down."""
    code = "import semascope as s; m = s.load(); e = m.encode([f'{i} texts' for i in range(200)])"
    for _ in range(5):
        pair = [start_python(code) for _ in range(2)]
        assert [(p.communicate()[1], p.returncode) for p in pair] == [("", 0), ("", 0)]
