"""Vectors of single words: GloVe's, and a model's own token table.

Both give a word one vector, wherever it stands; an `Encoder` gives each text its own.
"""

import io
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np

from semascope.encoder import weights
from semascope.encoder.checkpoint import FloatArray, map_checked, read_checked
from semascope.encoder.encoder import Encoder
from semascope.encoder.texts import as_texts
from semascope.errors import InvalidValue
from semascope.progress import Progress, silent

SUGGESTED_FROM = 50_000  # the commonest words; among all 400,000, a search would take seconds


class WordVectors:
    """One vector for each of many words; `semascope.load("glove-6b-50d")` makes one.

    Attributes
    ----------
    name : str
        What the vectors were loaded by.
    revision : str
        SHA-256 of their file.
    precision : "f32"
    dim : int
        Length of a vector, D.
    words : list of str
        The words in lower case, commonest first.

    References
    ----------
    Pennington, Socher & Manning (2014), GloVe: Global vectors for word representation.
    """

    def __init__(self, name: str):
        folder, sha256 = weights.locate(name)
        numbers, index = weights.KNOWN[name].sha256  # the names of the two files
        self.name = name
        self.precision = "f32"
        self._vectors, self.revision = _read_numbers(folder / numbers, sha256.get(numbers))
        self.dim = self._vectors.shape[1]
        self.words = _read_words(read_checked(folder / index, sha256.get(index)))

    def __repr__(self) -> str:
        return f"WordVectors({self.name!r}, {len(self.words):,} words, dim={self.dim})"

    @overload
    def encode(self, texts: str, *, on_progress: Progress = ...) -> FloatArray: ...
    @overload
    def encode(self, texts: Sequence[str], *, on_progress: Progress = ...) -> FloatArray: ...
    def encode(self, texts: str | Sequence[str], *, on_progress: Progress = silent) -> FloatArray:
        """Return the vector of each word.

        Parameters
        ----------
        texts : str or sequence of str
            One word, or N; upper and lower case are one.
        on_progress : callable(done, total)
            Called once, at the end.

        Returns
        -------
        ndarray of shape (D,) for a string, (N, D) for a sequence, float32, of unit length

        Raises
        ------
        InvalidText
            If an item is not a string.
        InvalidValue
            If there is no such word; the message names some that are spelled alike.
        """
        if isinstance(texts, str):
            vector: FloatArray = self.encode([texts], on_progress=on_progress)[0]
            return vector
        rows = [self._find(word) for word in as_texts(texts)]
        vectors = self._vectors[rows]  # (N, D)
        on_progress(len(rows), len(rows))
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _find(self, word: str) -> int:
        row = self._rows.get(word.lower())
        if row is None:
            close = get_close_matches(word.lower(), self.words[:SUGGESTED_FROM])
            remedy = f"close to it are {', '.join(close)}" if close else "it knows single words"
            raise InvalidValue(f"{self.name} has no word {word!r}; {remedy}")
        return row

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}


class TokenTable:
    """A model's token table as vectors of words: what it knows of them before it reads."""

    def __init__(self, model: Encoder):
        self.name = f"{model.name} token table"
        self.revision = model.revision
        self.precision = "f32"
        self.dim = model.dim
        self._model = model

    def encode(self, texts: Sequence[str], *, on_progress: Progress = silent) -> FloatArray:
        """Return one unit vector per word, (N, D), as `Encoder.token_vectors`."""
        vectors = self._model.token_vectors(texts)
        on_progress(len(vectors), len(vectors))
        return vectors


def _read_numbers(path: Path, sha256: str | None) -> tuple[FloatArray, str]:
    """Return the array in a .npy file, over its memory-mapped bytes, and the file's SHA-256."""
    data, revision = map_checked(path, sha256)
    header = io.BytesIO(data[:128])  # where numpy.lib.format puts shape and dtype
    np.lib.format.read_magic(header)
    shape, by_column, dtype = np.lib.format.read_array_header_1_0(header)
    numbers = np.frombuffer(data, dtype, offset=header.tell())
    return numbers.reshape(shape, order="F" if by_column else "C"), revision


def _read_words(parquet: bytes) -> list[str]:
    import pyarrow.parquet as pq

    words: list[str] = pq.ParquetFile(io.BytesIO(parquet)).read()["index"].to_pylist()
    return words
