"""Texts to token ids, and token ids to batches.

What a text is padded to depends on its own length alone, never on its neighbors. The kernels
give each text of a batch the same bits as they would give it alone, so an embedding is a
function of its text: the same bit for bit in any batch, chunk, order or number of streams.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from tokenizers.normalizers import Lowercase
from tokenizers.normalizers import Sequence as Normalizers

from semascope.encoder.checkpoint import Checkpoint
from semascope.errors import CorruptModel

TOKENS_PER_BATCH = 1024  # past it, a batch outgrows the caches and slows down
EXACT_LENGTH = 64  # up to here texts of one length are many enough to fill batches
LENGTH_STEP = 8  # beyond, they are padded to a multiple: 3% more tokens


class Batch(NamedTuple):
    """Texts of one padded length."""

    rows: NDArray[np.intp]  # (B,) where the texts stand in the input
    token_ids: NDArray[np.int32]  # (B, T)
    mask: NDArray[np.bool_]  # (B, T), true for a real token


def load_tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    """Return the checkpoint's tokenizer, cutting texts at its limit and padding nothing."""
    path = checkpoint.weights.path.with_name("tokenizer.json")
    try:
        tokenizer = Tokenizer.from_buffer(checkpoint.tokenizer)
    except ValueError as error:
        raise CorruptModel(f"{path} is not a tokenizer: {error}") from error
    rows = len(checkpoint.weights["embeddings.word_embeddings.weight"])
    if tokenizer.get_vocab_size() > rows:
        raise CorruptModel(
            f"{path} knows {tokenizer.get_vocab_size()} tokens, the model {rows}: "
            "they belong to two models"
        )
    tokenizer.no_padding()  # many files ask for padding to a fixed length
    tokenizer.enable_truncation(checkpoint.max_tokens)
    if checkpoint.lowercase:
        steps = [Lowercase(), tokenizer.normalizer]
        tokenizer.normalizer = Normalizers([step for step in steps if step is not None])
    return tokenizer


def uncut(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy that reads a text to its end, and pads nothing."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def batches(encodings: Sequence[Encoding], max_tokens: int) -> Iterator[Batch]:
    """Sort N tokenized texts into batches of one length, longest first.

    Yields
    ------
    Batch
        Each text is in exactly one. B × T is at most `TOKENS_PER_BATCH`, unless B is 1.
    """
    lengths = np.array([len(encoding) for encoding in encodings], np.int32)  # (N,)
    stepped = np.minimum(-(-lengths // LENGTH_STEP) * LENGTH_STEP, max_tokens)
    padded = np.where(lengths > EXACT_LENGTH, stepped, lengths)
    for T in np.unique(padded)[::-1].tolist():
        rows = np.flatnonzero(padded == T)
        B = max(1, TOKENS_PER_BATCH // T)
        for start in range(0, rows.size, B):
            yield _batch(encodings, rows[start : start + B], lengths, T)


def _batch(
    encodings: Sequence[Encoding], rows: NDArray[np.intp], lengths: NDArray[np.int32], T: int
) -> Batch:
    token_ids = np.zeros((rows.size, T), np.int32)
    for row, ids in zip(rows.tolist(), token_ids, strict=True):
        ids[: lengths[row]] = encodings[row].ids
    return Batch(rows, token_ids, np.arange(T) < lengths[rows, None])
