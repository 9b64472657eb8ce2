"""Models that semascope cannot read itself, run by sentence-transformers."""

import hashlib
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from semascope.encoder.checkpoint import FloatArray
from semascope.encoder.encoder import Encoder
from semascope.encoder.tokens import uncut
from semascope.errors import InvalidValue, UnsupportedModel

TEXTS_PER_ROUND = 256  # between two reports of progress


def load(name: str, folder: Path, precision: str, reason: UnsupportedModel) -> Encoder:
    """Return the model in ``folder`` as sentence-transformers runs it.

    Raises
    ------
    UnsupportedModel
        If sentence-transformers is not installed, or cannot read the model either; ``reason``
        says why it is needed.
    InvalidValue
        If another precision than f32 is asked for.
    """
    if find_spec("sentence_transformers") is None:
        raise UnsupportedModel(
            f"{reason}. sentence-transformers may read it: pip install "
            "'semascope[sentence-transformers]'"
        ) from reason
    if precision in ("bf16", "int8"):
        raise InvalidValue(f"{reason}; sentence-transformers runs it in f32, not in {precision}")
    try:
        return ForeignEncoder(name, folder)
    except Exception as error:  # whatever it meets in files that it does not understand
        raise UnsupportedModel(
            f"{reason}, and sentence-transformers cannot either: {error}"
        ) from error


class ForeignEncoder(Encoder):
    """An `Encoder` that hands each text to sentence-transformers, and cannot look inside."""

    def __init__(self, name: str, folder: Path):
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.name = name
        self.revision = _hash_weights(folder)
        self.precision = "f32"
        self.dim = self._model.encode("").size
        self.max_tokens = self._model.max_seq_length or sys.maxsize
        self.prompts = {kind: text for kind, text in self._model.prompts.items() if text}
        self.pooling = None
        self._default_prompt = self._model.default_prompt_name

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer, a copy that cuts nothing off."""
        if not self._model.tokenizer.is_fast:
            raise UnsupportedModel(
                f"{self.name} has a tokenizer written in Python, which cannot tell where a text "
                "is too long; index without passages"
            )
        return uncut(self._model.tokenizer.backend_tokenizer)

    def tokens(self, text: str) -> list[str]:
        """Return what the model's tokenizer makes of ``text``."""
        ids = self._model.tokenizer(text, truncation=True)["input_ids"]
        return list(self._model.tokenizer.convert_ids_to_tokens(ids))

    def reading(self, text: str) -> NoReturn:  # noqa: ARG002
        """Refuse: what is a word is known only of a model that semascope runs itself."""
        raise UnsupportedModel(
            f"{self.name} is run by sentence-transformers; only a model that semascope runs itself "
            "shows how it reads a text"
        )

    def token_vectors(self, words: Sequence[str]) -> NoReturn:  # noqa: ARG002
        """Refuse: sentence-transformers does not say which weights are the token table."""
        raise UnsupportedModel(
            f"{self.name} is run by sentence-transformers; only a model that semascope runs itself "
            "shows its token table"
        )

    def _look_inside(self, text: str) -> NoReturn:  # noqa: ARG002
        raise UnsupportedModel(
            f"{self.name} is run by sentence-transformers; only a model that semascope runs itself "
            "shows its hidden states and its attention"
        )

    def _encode_distinct(
        self, texts: list[str], on_batch: Callable[[NDArray[np.intp]], None]
    ) -> FloatArray:
        embeddings = np.empty((len(texts), self.dim), np.float32)
        order = np.argsort([-len(text) for text in texts], kind="stable")  # like with like
        for start in range(0, order.size, TEXTS_PER_ROUND):
            rows = order[start : start + TEXTS_PER_ROUND]
            some = [texts[row] for row in rows]
            # `encode` has put the prompt before each text already
            embeddings[rows] = self._model.encode(some, prompt="", show_progress_bar=False)
            on_batch(rows)
        return embeddings


def _hash_weights(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
