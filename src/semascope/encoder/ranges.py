"""Ranges: between which numbers the inputs of a model's linear layers lie, channel by channel.

int8 arithmetic knows 255 numbers, and `transformer.linear_int8` spreads them over these ranges.
They are measured in f32 on texts that come with semascope: passages of speeches and names of emoji.
Those of the default model come with it too (``scripts/build_ranges.py`` makes the file); any other
model's are measured when it is first loaded in int8, in some seconds, and kept in the cache. They
depend on the weights alone, so two int8 embeddings by one model can always be compared.
"""

import logging
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from semascope import data
from semascope.encoder import transformer
from semascope.encoder.checkpoint import Checkpoint, FloatArray
from semascope.encoder.runtime import compile_model, make_model, op, run_all
from semascope.encoder.weights import KNOWN, cache_folder

log = logging.getLogger(__name__)

Ranges = Mapping[str, FloatArray]  # lowest and highest input, (2, in), by the layer's name

SHIPPED = Path(data.__file__).with_name("ranges.npz")
SHIPPED_FOR = KNOWN["all-MiniLM-L6-v2"].sha256["model.safetensors"]
TEXTS = {"emoji": 120, "speeches": 240}  # to measure on: short ones and long ones


def find(checkpoint: Checkpoint, tokenizer: Tokenizer) -> Ranges:
    """Return the ranges of a model: those that come with semascope, the cache's, or new ones."""
    if checkpoint.revision == SHIPPED_FOR:
        return read(SHIPPED)
    path = cache_folder() / "ranges" / f"{checkpoint.revision}.npz"
    try:
        return read(path)
    except FileNotFoundError:
        log.info("measuring the ranges of %s for int8, this once", checkpoint.weights.path.parent)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        log.info("measuring the ranges for int8 anew, as %s cannot be read: %s", path, error)
    ranges = measure(checkpoint, tokenizer, sample())
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        write(ranges, Path(folder, path.name))
        Path(folder, path.name).replace(path)  # whole or not at all
    return ranges


def sample() -> list[str]:
    """Return the texts to measure on, at even distances in their data sets."""
    import pyarrow.parquet as pq

    texts: list[str] = []
    for name, count in TEXTS.items():
        column = pq.read_table(data.path(name), columns=["text"])["text"].to_pylist()
        texts += column[:: len(column) // count][:count]
    return texts


def measure(checkpoint: Checkpoint, tokenizer: Tokenizer, texts: Sequence[str]) -> Ranges:
    """Run ``texts`` through the model, and return the ranges of its linear layers' inputs."""
    model = transformer.embedding_graph(checkpoint.weights, checkpoint.architecture)
    layers = {
        node.get_friendly_name(): node.input_value(0)  # (B, T, in)
        for node in model.get_ordered_ops()
        if f"{node.get_friendly_name()}.weight" in checkpoint.weights
    }
    highest = [op.reduce_max(x, [0, 1]) for x in layers.values()]  # (in,) each
    lowest = [op.negative(op.reduce_min(x, [0, 1])) for x in layers.values()]
    extremes = op.concat([*highest, *lowest], 0)  # one output: the further from 0, the higher
    compiled = compile_model(make_model([extremes], model.get_parameters(), "ranges"), "f32")

    def alone() -> Iterator[tuple[None, NDArray[np.int32], NDArray[np.bool_]]]:
        for encoding in tokenizer.encode_batch_fast(list(texts)):  # without any padding
            token_ids = np.array([encoding.ids], np.int32)  # (1, T)
            yield None, token_ids, np.ones_like(token_ids, bool)

    high, low = np.split(np.max([found.copy() for _, found in run_all(compiled, alone())], 0), 2)
    ends = np.cumsum([x.get_partial_shape()[2].get_length() for x in layers.values()])
    both = np.split(np.stack([-low, high]), ends[:-1], axis=1)  # (2, in) each
    return {name: _rounded(found) for name, found in zip(layers, both, strict=True)}


def multiplies_exactly() -> bool:
    """Return whether sums of int8 products are right on this processor.

    Without VNNI two products of 8 bits are added in 16, too few for large ones.
    """
    size = 64
    ones = np.ones((size, size), np.float32)
    x = op.parameter([1, -1, size], np.float32)
    y = transformer.linear_int8(x, ones, 0 * ones[0], np.stack([-ones[0], ones[0]]))
    found = compile_model(make_model([y], [x], "largest"), "f32")([ones[None]])[0]
    return bool(np.allclose(found, size, rtol=1e-3))


def read(path: Path) -> Ranges:
    """Return the ranges in a file."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def write(ranges: Ranges, path: Path) -> None:
    """Put ranges into a file, which is the same byte for byte whenever they are the same."""
    arrays: dict[str, Any] = {name: found.astype(np.float16) for name, found in ranges.items()}
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _rounded(extremes: FloatArray) -> FloatArray:
    """Round as the file does, so that a model is the same before it is written and after."""
    return extremes.astype(np.float16).astype(np.float32)
