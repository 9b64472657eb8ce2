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

    rows: NDArray[np.intp]  # (at most B,) where the texts stand in the input
    token_ids: NDArray[np.int32]  # (B, T); what is beyond ``rows`` repeats the last of them
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
        rows, start = np.flatnonzero(padded == T), 0
        for B in _sizes(rows.size, max(1, TOKENS_PER_BATCH // T)):
            yield _batch(encodings, rows[start : start + B], lengths, B, T)
            start += B


def _sizes(count: int, full: int) -> Iterator[int]:
    """Yield sizes of batches that hold ``count`` texts, or a few more.

    Kernels are made for each size, and kept: with any number of texts in the last batch of each
    length, they took gigabytes in the end. So it is cut into quarters of a full one, and what is
    left is filled up to a power of four, or to another quarter.
    """
    quarter = max(full // 4, 1)
    for size in (full, quarter):
        yield from [size] * (count // size)
        count %= size
    if count:
        yield min(4 ** ((count - 1).bit_length() + 1 >> 1), quarter)


def _batch(
    encodings: Sequence[Encoding],
    rows: NDArray[np.intp],
    lengths: NDArray[np.int32],
    B: int,
    T: int,
) -> Batch:
    token_ids = np.zeros((B, T), np.int32)
    filled = np.pad(rows, (0, B - rows.size), "edge")
    for row, ids in zip(filled.tolist(), token_ids, strict=True):
        ids[: lengths[row]] = encodings[row].ids
    return Batch(rows, token_ids, np.arange(T) < lengths[filled, None])
