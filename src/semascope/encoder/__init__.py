"""Texts to embeddings: the first step of everything else.

`weights` finds a model's files, `checkpoint` reads them, `transformer` builds the graph that
`runtime` compiles, `tokens` makes batches of texts, and `Encoder` runs them through.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args, overload

if TYPE_CHECKING:
    from semascope.encoder.encoder import Encoder
    from semascope.encoder.words import WordVectors

__all__ = ["DEFAULT_MODEL", "GLOVE", "load"]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PrecisionName: TypeAlias = Literal["auto", "f32", "bf16", "int8"]
GLOVE: Literal["glove-6b-50d"] = "glove-6b-50d"


@overload
def load(  # type: ignore[overload-overlap]  # one name, vectors of words; any other, a model
    name: Literal["glove-6b-50d"], *, precision: PrecisionName = ...
) -> WordVectors: ...
@overload
def load(name: str | Path = ..., *, precision: PrecisionName = ...) -> Encoder: ...
def load(
    name: str | Path = DEFAULT_MODEL, *, precision: PrecisionName = "auto"
) -> Encoder | WordVectors:
    """Return the model ``name``, ready to encode.

    Parameters
    ----------
    name : str or Path
        all-MiniLM-L6-v2, the path of a folder that holds a BERT-family checkpoint, or the id of
        one on the Hugging Face hub. What semascope cannot read itself is loaded with
        sentence-transformers, where that is installed. glove-6b-50d gives `WordVectors`: one
        vector of f32 for each of 400,000 English words.
    precision : "auto", "f32", "bf16" or "int8"
        What it computes in. "auto" takes bf16 where the processor has it natively, which is
        nearly twice as fast, and f32 elsewhere. Both are exact: they give sentence-transformers'
        embeddings, to 1e-6 in cosine (f32), to 1e-4 (bf16). "int8" is fast: it gives embeddings
        of the same quality, but others, which are never to be mixed with exact ones. Of another
        model than the default one it measures the ranges of its numbers first, in some seconds.

    Raises
    ------
    InvalidValue
        If there is no such precision.
    ModelNotFound
        If there is no such model, or no way to fetch it.
    CorruptModel
        If one of its files is truncated, altered, or another file.
    UnsupportedModel
        If semascope cannot read it and sentence-transformers is not installed.
    """
    from semascope.encoder import checkpoint, weights
    from semascope.errors import InvalidValue, UnsupportedModel

    if precision not in get_args(PrecisionName):
        raise InvalidValue(f"precision is 'auto', 'f32', 'bf16' or 'int8', not {precision!r}")
    name = str(name)
    if name == GLOVE:
        from semascope.encoder.words import WordVectors

        if precision in ("bf16", "int8"):
            raise InvalidValue(f"{GLOVE} has f32 numbers and computes nothing; leave precision out")
        return WordVectors(name)
    folder, sha256 = weights.locate(name)
    with ThreadPoolExecutor(1) as background:  # hashes the weights while OpenVINO is imported
        reading = background.submit(checkpoint.read, folder, sha256)
        from semascope.encoder.encoder import Encoder
        from semascope.encoder.runtime import native_precision

        try:
            found = reading.result()
        except UnsupportedModel as error:
            from semascope.encoder import foreign

            return foreign.load(name, folder, precision, error)
    return Encoder(name, found, native_precision() if precision == "auto" else precision)
