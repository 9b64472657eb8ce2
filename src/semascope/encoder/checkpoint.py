"""A model as its authors publish it: a folder with configuration, tokenizer and weights.

Reads BERT-family checkpoints in sentence-transformers' layout and refuses whatever it does not
understand; `transformer` does the computing. The weights stay where they are: arrays over the
memory-mapped file.
"""

import hashlib
import json
import math
import mmap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semascope.errors import CorruptModel, ModelNotFound, UnsupportedModel

FloatArray = NDArray[np.float32]


class Weights(dict[str, FloatArray]):
    """The arrays of a checkpoint by their names in the reference implementation.

    The layers that `ranges` names are computed in int8: (2, in) each, lowest and highest input.
    """

    def __init__(
        self,
        path: Path,
        arrays: Mapping[str, FloatArray],
        ranges: Mapping[str, FloatArray] | None = None,
    ):
        super().__init__(arrays)
        self.path = path
        self.ranges = ranges or {}

    def __missing__(self, name: str) -> FloatArray:
        raise CorruptModel(f"{self.path} lacks the array {name!r}")


# Which row of the position table the first token takes: RoBERTa's keeps two for padding.
FIRST_POSITION = {"bert": 0, "roberta": 2, "xlm-roberta": 2}
# What config.json may say of a thing that `transformer` does in one way only, and the default.
ONLY_WAY = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
DTYPES = {"F32": "<f4", "F16": "<f2"}


@dataclass(frozen=True)
class Architecture:
    """The numbers that shape the graph of `transformer`."""

    layers: int
    heads: int
    dim: int
    norm_eps: float
    first_position: int
    pooling: Literal["mean", "cls"]
    normalize: bool


@dataclass(frozen=True)
class Checkpoint:
    """The files of a model, read and checked."""

    architecture: Architecture
    weights: Weights
    revision: str  # SHA-256 of model.safetensors
    tokenizer: bytes  # contents of tokenizer.json
    lowercase: bool  # whether a text is lowercased before the tokenizer sees it
    max_tokens: int  # the longest text that the model reads, special tokens included
    prompts: Mapping[str, str]  # what goes before a text, by the kind of text
    default_prompt: str | None


def read(folder: Path, sha256: Mapping[str, str]) -> Checkpoint:
    """Read the checkpoint in ``folder``.

    Parameters
    ----------
    folder : Path
    sha256 : mapping of file name to hex digest
        What these files must be. A file that is not named is taken as it is.

    Raises
    ------
    ModelNotFound
        If a file is missing.
    CorruptModel
        If a file is truncated, altered, or another file.
    UnsupportedModel
        If the checkpoint asks for something that `transformer` does not do.
    """
    modules = _modules(folder)
    config = _json(folder / "config.json")
    sentences = _json(folder / "sentence_bert_config.json", optional=True)
    prompts = _json(folder / "config_sentence_transformers.json", optional=True)
    architecture = _architecture(folder, config, modules)
    weights, revision = _weights(folder, sha256.get("model.safetensors"))
    _check_fit(weights, config, architecture)
    longest = (
        sentences.get("max_seq_length"),
        _json(folder / "tokenizer_config.json", optional=True).get("model_max_length"),
        config["max_position_embeddings"] - architecture.first_position,
    )
    if "tokenizer.json" not in sha256 and not (folder / "tokenizer.json").exists():
        raise _unsupported(folder, "it has no tokenizer.json")  # but an older kind of tokenizer
    tokenizer = read_checked(folder / "tokenizer.json", sha256.get("tokenizer.json"))
    with _making_sense_of(folder):
        return Checkpoint(
            architecture=architecture,
            weights=weights,
            revision=revision,
            tokenizer=tokenizer,
            lowercase=bool(sentences.get("do_lower_case")),
            max_tokens=int(min(tokens for tokens in longest if tokens)),
            prompts={kind: text for kind, text in prompts.get("prompts", {}).items() if text},
            default_prompt=prompts.get("default_prompt_name"),
        )


def _modules(folder: Path) -> dict[str, Path]:
    """Return where the steps of the model have their settings, by the kind of step."""
    if not (folder / "modules.json").exists():
        return {"Transformer": folder}
    path = folder / "modules.json"
    with _making_sense_of(path):
        modules = json.loads(read_checked(path))
        steps = {module["type"].rpartition(".")[2]: folder / module["path"] for module in modules}
    if list(steps) not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise _unsupported(folder, f"its steps are {', '.join(steps)}")
    if steps["Transformer"] != folder:
        raise _unsupported(folder, f"its transformer is in the folder {steps['Transformer'].name}")
    return steps


def _architecture(
    folder: Path, config: Mapping[str, Any], modules: Mapping[str, Path]
) -> Architecture:
    family = config.get("model_type")
    if family not in FIRST_POSITION:
        raise _unsupported(folder, f"its model_type is {family!r}")
    for key, value in ONLY_WAY.items():
        if config.get(key, value) != value:
            raise _unsupported(folder, f"its {key} is {config[key]!r}")
    with _making_sense_of(folder / "config.json"):
        return Architecture(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            dim=int(config["hidden_size"]),
            norm_eps=float(config["layer_norm_eps"]),
            first_position=FIRST_POSITION[family],
            pooling=_pooling(folder, modules.get("Pooling")),
            normalize="Normalize" in modules,
        )


def _pooling(folder: Path, settings: Path | None) -> Literal["mean", "cls"]:
    """Return how tokens are pooled: by their mean, unless the checkpoint says otherwise."""
    pooling = _json(settings / "config.json") if settings else {"pooling_mode": "mean"}
    if not pooling.get("include_prompt", True):
        raise _unsupported(folder, "it leaves the prompt's tokens out of the pooling")
    # "pooling_mode": "cls" since sentence-transformers 6, "pooling_mode_cls_token": true before
    chosen = {key for key, value in pooling.items() if value is True} - {"include_prompt"}
    mode = pooling.get("pooling_mode", "+".join(sorted(chosen)))
    match mode:
        case "mean" | "pooling_mode_mean_tokens":
            return "mean"
        case "cls" | "pooling_mode_cls_token":
            return "cls"
    raise _unsupported(folder, f"it pools tokens by {mode}")


def _weights(folder: Path, sha256: str | None) -> tuple[Weights, str]:
    """Return the arrays in model.safetensors, and the file's SHA-256.

    Both are taken from one mapping of one open file, so that it cannot be exchanged in between.
    The format is the length of a JSON header in 8 bytes, the header, and the numbers:
    https://github.com/huggingface/safetensors#format
    """
    path = folder / "model.safetensors"
    if not path.exists():
        for other in (*folder.glob("pytorch_model*.bin"), *folder.glob("model*.index.json")):
            raise _unsupported(folder, f"its weights are in {other.name}, not model.safetensors")
    data, revision = map_checked(path, sha256)
    with _making_sense_of(path):
        start = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:start])
        if "BF16" in (entry.get("dtype") for entry in header.values()):
            raise _unsupported(folder, "its weights are bfloat16 numbers")
        arrays = {
            name: _array(data, start, entry)
            for name, entry in header.items()
            if entry.get("dtype") in DTYPES  # the rest is metadata and whole numbers
        }
    # A model saved together with a head for its training carries a prefix such as "bert.".
    words = "embeddings.word_embeddings.weight"
    prefix = next((n.removesuffix(words) for n in arrays if n.endswith(words)), "")
    return Weights(path, {n.removeprefix(prefix): array for n, array in arrays.items()}), revision


def _array(data: mmap.mmap, start: int, entry: Mapping[str, Any]) -> FloatArray:
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    dtype = np.dtype(DTYPES[entry["dtype"]])
    if begin < 0 or end - begin != dtype.itemsize * math.prod(shape):
        raise ValueError(f"{shape} numbers in {end - begin} bytes")
    array = np.frombuffer(data, dtype, math.prod(shape), start + begin)
    return array.reshape(shape).astype(np.float32, copy=False)


def _check_fit(weights: Weights, config: Mapping[str, Any], arch: Architecture) -> None:
    """Refuse weights of another size than config.json says: they are another model's."""
    vocabulary, dim = weights["embeddings.word_embeddings.weight"].shape
    layers = {name.split(".")[2] for name in weights if name.startswith("encoder.layer.")}
    found = {
        "num_hidden_layers": len(layers),
        "hidden_size": dim,
        "vocab_size": vocabulary,
        "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
    }
    for key, value in found.items():
        if config.get(key) != value:
            raise CorruptModel(
                f"{weights.path} has the {key} {value}, but config.json says {config.get(key)!r}: "
                "they belong to two models"
            )
    if arch.heads < 1 or dim % arch.heads:
        raise CorruptModel(
            f"{weights.path.with_name('config.json')} shares {dim} dimensions among "
            f"{arch.heads} heads, which does not work out"
        )


def map_checked(path: Path, sha256: str | None = None) -> tuple[mmap.mmap, str]:
    """Return the contents of ``path``, mapped into memory, and their SHA-256, compared."""
    try:
        with path.open("rb") as file:
            # A private copy as soon as somebody writes; OpenVINO takes no read-only memory.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError:  # nothing to map
        raise CorruptModel(f"{path} is empty") from None
    return data, _check(path, data, sha256)


def read_checked(path: Path, sha256: str | None = None) -> bytes:
    """Return the contents of ``path`` after comparing their SHA-256."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    _check(path, data, sha256)
    return data


def _check(path: Path, data: bytes | mmap.mmap, sha256: str | None) -> str:
    """Return the SHA-256 of ``data``, the contents of ``path``, after comparing it."""
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise CorruptModel(
            f"{path} has SHA-256 {found}, not {sha256}: it is truncated, altered, or another "
            "file. Delete its folder, and the next start fetches it anew"
        )
    return found


def _json(path: Path, *, optional: bool = False) -> dict[str, Any]:
    if optional and not path.exists():
        return {}
    with _making_sense_of(path):
        return dict(json.loads(read_checked(path)))


@contextmanager
def _making_sense_of(path: Path) -> Iterator[None]:
    """Report what is malformed in ``path`` as such, whatever it breaks in the reading."""
    try:
        yield
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CorruptModel(f"{path} is not what it should be: {error!r}") from error


def _unreadable(path: Path, error: OSError) -> ModelNotFound:
    return ModelNotFound(
        f"{path.parent} holds no model that can be read: {path.name}: {error.strerror}"
    )


def _unsupported(folder: Path, found: str) -> UnsupportedModel:
    return UnsupportedModel(f"semascope cannot read the model in {folder} itself: {found}")
