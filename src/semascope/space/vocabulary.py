"""The space of the 20,000 commonest English words, which an analogy is ranked over."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from semascope import data
from semascope.atomic import replacing
from semascope.encoder.weights import cache_folder
from semascope.errors import FileError
from semascope.progress import Progress, silent
from semascope.space.space import FloatArray, Model, Space

log = logging.getLogger(__name__)


class KnownModel(Model, Protocol):
    """A model that says which it is, so that its vectors can be known again."""

    @property
    def revision(self) -> str:
        """SHA-256 of its numbers."""
        ...

    @property
    def precision(self) -> str:
        """What it computes in."""
        ...


@cache
def common_words() -> tuple[str, ...]:
    """Return the words, commonest first, all in lower case."""
    import pyarrow.parquet as pq

    # read_table would import what reads folders of files, which takes longer than all this
    return tuple(pq.ParquetFile(data.path("words")).read()["text"].to_pylist())


def common_space(model: KnownModel, *, on_progress: Progress = silent) -> Space:
    """Return the space of the common words.

    The first time it takes seconds; then their vectors are in the cache.

    Parameters
    ----------
    model : Encoder, WordVectors or TokenTable
    on_progress : callable(done, total)
        Called while words are embedded; not where they are in the cache.
    """
    words = common_words()
    path = _place(model, words)
    vectors = _read(path, len(words))
    if vectors is None:
        vectors = model.encode(words, on_progress=on_progress)
        _write(path, vectors)
    return Space.from_vectors(words, vectors, model=model)


def _place(model: KnownModel, words: Sequence[str]) -> Path:
    """Return a path that is another as soon as the model or the words are others."""
    about = "\n".join([type(model).__name__, model.revision, model.precision, *words])
    return cache_folder() / "spaces" / f"{hashlib.sha256(about.encode()).hexdigest()}.npy"


def _read(path: Path, N: int) -> FloatArray | None:
    """Return N vectors, or None if there are none or they are damaged."""
    try:
        vectors: FloatArray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == N else None


def _write(path: Path, vectors: FloatArray) -> None:
    """Keep vectors for the next time, if there is room for them."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part, part.open("wb") as file:
            np.save(file, vectors)
    except (OSError, FileError) as error:
        log.info("cannot keep the vectors of the words: %s", error)
