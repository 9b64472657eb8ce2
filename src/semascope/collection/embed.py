"""Texts to what a collection stores of them: embeddings of unit length, or an error."""

from collections.abc import Sequence

import numpy as np

from semascope.collection.snapshot import FloatArray
from semascope.encoder.encoder import Encoder
from semascope.errors import CollectionError
from semascope.progress import Progress, silent

UNIT = 1e-5  # how far from length 1 rounding leaves what a model brings to unit length itself
SHOWN = 60  # characters of a text that an error shows


def embed(
    encoder: Encoder, texts: Sequence[str], rows: Sequence[int], *, on_progress: Progress = silent
) -> FloatArray:
    """Return unit-length embeddings; the model's own, bit for bit, where these are that.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of N str
    rows : sequence of N int
        The number of the row that each text is from, for messages.
    on_progress : callable(done, total)
        Counts texts.

    Returns
    -------
    ndarray of shape (N, D), float32

    Raises
    ------
    CollectionError
        If an embedding has another size than the model's others, is zero, or is not finite; the
        message names the row and shows its text.
    """
    prompt = "document" if "document" in encoder.prompts else None
    embeddings = encoder.encode(texts, prompt=prompt, on_progress=on_progress)
    if len(embeddings) != len(texts):
        raise CollectionError(
            f"{encoder.name} gave {len(embeddings):,} embeddings for {len(texts):,} texts; nothing "
            "of them is stored"
        )
    for row, text, embedding in zip(rows, texts, embeddings, strict=True):
        if np.shape(embedding) != (encoder.dim,):
            raise CollectionError(
                f"{encoder.name} gave an embedding of shape {np.shape(embedding)}, expected "
                f"({encoder.dim},), for row {row}, {text[:SHOWN]!r}"
            )
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > 0)
    if not usable.all():
        bad = int(np.argmin(usable))
        raise CollectionError(
            f"{encoder.name} gives no finite embedding for row {rows[bad]}, {texts[bad][:SHOWN]!r}"
        )
    lengths[abs(lengths - 1) < UNIT] = 1
    unit: FloatArray = embeddings / lengths
    return unit
