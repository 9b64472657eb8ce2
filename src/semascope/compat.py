"""sentence-transformers' `encode` and `similarity`, for code that was written for it.

>>> from semascope.compat import SentenceTransformer
>>> model = SentenceTransformer("all-MiniLM-L6-v2")
>>> model.encode("This is an embedded text example.").shape
(384,)

What an argument asks for is done or refused, never passed over. The rest of its interface is not
here: `semascope.load` has what semascope offers itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

import semascope as sema
from semascope.errors import InvalidValue

FloatArray = NDArray[np.float32]
Accepts = Callable[[object], bool]

NOTHING = np.float32(1e-12)  # a length below that is zero, as in torch.nn.functional.normalize
NO_TORCH = "semascope runs without torch and returns NumPy arrays"
ON_CPU = "semascope runs on the processor"
# What may be said without effect on the result, and why anything else is refused.
OF_MODEL: Mapping[str, tuple[Accepts, str]] = {
    "device": (lambda value: value in (None, "cpu"), ON_CPU),
    "backend": (lambda value: value == "openvino", "semascope runs on OpenVINO"),
    "similarity_fn_name": (lambda value: value in (None, "cosine"), "similarities are cosines"),
    "truncate_dim": (lambda value: value is None, "embeddings keep all their dimensions"),
    "trust_remote_code": (lambda value: value is False, "a model's own code is never run"),
}
OF_ENCODE: Mapping[str, tuple[Accepts, str]] = {
    "batch_size": (
        lambda value: isinstance(value, int) and value > 0,
        "a batch has at least one text; semascope chooses its own, the result is the same",
    ),
    "show_progress_bar": (
        lambda value: not value,
        "there is no bar; semascope.load().encode has on_progress",
    ),
    "output_value": (
        lambda value: value == "sentence_embedding",
        "for the vectors of tokens there is semascope.load().hidden_states",
    ),
    "precision": (lambda value: value == "float32", "embeddings are float32"),
    "convert_to_numpy": (lambda value: value is True, NO_TORCH),
    "convert_to_tensor": (lambda value: value is False, NO_TORCH),
    "device": OF_MODEL["device"],
    "truncate_dim": OF_MODEL["truncate_dim"],
}


class SentenceTransformer:
    """A model with the two methods that most programs use.

    Parameters
    ----------
    model_name_or_path : str
        As for `semascope.load`; "sentence-transformers/…" is understood too.
    **options
        Those of sentence-transformers that ask for what happens anyway, such as
        ``device="cpu"``.

    Raises
    ------
    InvalidValue
        If an option asks for anything else; the message says why it cannot be.
    """

    def __init__(self, model_name_or_path: str, **options: object):
        _refuse("SentenceTransformer", options, OF_MODEL)
        self._model = sema.load(model_name_or_path, precision="f32")

    def encode(
        self,
        sentences: str | Sequence[str],
        *,
        prompt_name: str | None = None,
        normalize_embeddings: bool = False,
        **options: object,
    ) -> FloatArray:
        """Return one embedding per text, as sentence-transformers does, to 1e-6 in cosine.

        Parameters
        ----------
        sentences : str or sequence of str
        prompt_name : str, optional
            One of the model's own kinds of text.
        normalize_embeddings : bool, default False
            Whether they are brought to unit length; those of all-MiniLM-L6-v2 have it anyway.
        **options
            As for the class.

        Returns
        -------
        ndarray of shape (D,) for a string, (N, D) for a sequence, float32

        Raises
        ------
        InvalidValue
            If an option cannot be granted, or there is no such prompt.
        InvalidText
            If an item is not a string.
        """
        _refuse("encode", options, OF_ENCODE)
        embeddings = self._model.encode(sentences, prompt=prompt_name)
        if not normalize_embeddings:
            return embeddings
        lengths = np.linalg.norm(embeddings, axis=-1, keepdims=True)
        unit: FloatArray = embeddings / np.maximum(lengths, NOTHING)
        return unit

    def similarity(self, embeddings1: ArrayLike, embeddings2: ArrayLike) -> FloatArray:
        """Return the cosine of each embedding of the first with each of the second.

        Parameters
        ----------
        embeddings1, embeddings2 : array_like of shape (D,) or (N, D), (M, D)

        Returns
        -------
        ndarray of shape (N, M), float32
            Of two single embeddings, (1, 1). A zero vector has the cosine 0 with all.
        """
        unit = []
        for embeddings in (embeddings1, embeddings2):
            rows = np.atleast_2d(np.asarray(embeddings, np.float32))
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            unit.append(rows / np.maximum(lengths, NOTHING))
        if unit[0].shape[1] != unit[1].shape[1]:
            sizes = f"{unit[0].shape[1]} and {unit[1].shape[1]}"
            raise InvalidValue(f"embeddings must have one length, got {sizes}")
        similarity: FloatArray = unit[0] @ unit[1].T
        return similarity


def _refuse(
    what: str, options: Mapping[str, object], known: Mapping[str, tuple[Accepts, str]]
) -> None:
    """Raise for the first option that is unknown, or asks for what cannot be."""
    for name, value in options.items():
        if name not in known:
            raise InvalidValue(
                f"{what} takes {', '.join(sorted(known))} here, not {name!r}: semascope.compat has "
                "sentence-transformers' encode and similarity only; install it for the rest"
            )
        accepts, reason = known[name]
        if not accepts(value):
            raise InvalidValue(f"{what}({name}={value!r}): {reason}; leave it out")
