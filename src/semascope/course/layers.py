"""The transformer once more, in NumPy, with a gap: attention is what the learner puts there.

`semascope.encoder.transformer` is the page that computes embeddings; this one has the same steps
for one text, and nothing to make it fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from semascope.errors import InvalidValue

if TYPE_CHECKING:
    from semascope.encoder.checkpoint import Checkpoint
    from semascope.encoder.encoder import Encoder

FloatArray = NDArray[np.float64]
Attend = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def queries_keys_values(
    model: Encoder, text: str, *, layer: int, head: int
) -> tuple[FloatArray, ...]:
    """Return Q, K and V of one head: what the T tokens ask for, show and give, each (T, D/H).

    Parameters
    ----------
    model : Encoder
    text : str
    layer, head : int
        Counted from 0.

    Raises
    ------
    InvalidValue
        If there is no such layer or head.
    """
    checkpoint = model._checkpoint
    L, H = checkpoint.architecture.layers, checkpoint.architecture.heads
    if not (0 <= layer < L and 0 <= head < H):
        raise InvalidValue(f"there are layers 0 to {L - 1} with heads 0 to {H - 1} each")
    x = model.hidden_states(text)[layer].astype(np.float64)
    return tuple(part[head] for part in _heads(x, checkpoint, f"encoder.layer.{layer}"))


def run(model: Encoder, text: str, attend: Attend) -> FloatArray:
    """Return each token's vector on its way through the layers, with attention by ``attend``.

    Parameters
    ----------
    model : Encoder
    text : str
    attend : callable(Q, K, V)
        Called for each head of each layer with three (T, D/H), it returns what each token
        gathers, (T, D/H).

    Returns
    -------
    ndarray of shape (L + 1, T, D)
        As `Encoder.hidden_states`, if ``attend`` is softmax(QKᵀ/√d)V.

    Raises
    ------
    InvalidValue
        If ``attend`` returns another shape.
    """
    checkpoint = model._checkpoint
    states = [model.hidden_states(text)[0].astype(np.float64)]  # (T, D)
    for number in range(checkpoint.architecture.layers):
        states.append(_layer(states[-1], attend, checkpoint, f"encoder.layer.{number}"))
    return np.stack(states)


def _layer(x: FloatArray, attend: Attend, checkpoint: Checkpoint, name: str) -> FloatArray:
    gathered = []
    for q, k, v in zip(*_heads(x, checkpoint, name), strict=True):
        found = np.asarray(attend(q.copy(), k.copy(), v.copy()), np.float64)
        if found.shape != v.shape:
            raise InvalidValue(f"attention must return the shape {v.shape}, got {found.shape}")
        gathered.append(found)
    after = _linear(np.hstack(gathered), checkpoint, f"{name}.attention.output.dense")
    x = _norm(x + after, checkpoint, f"{name}.attention.output.LayerNorm")
    inner = _linear(x, checkpoint, f"{name}.intermediate.dense")  # (T, 4D)
    inner = inner * (1 + erf(inner / np.sqrt(2))) / 2  # GELU
    after = _linear(inner, checkpoint, f"{name}.output.dense")
    return _norm(x + after, checkpoint, f"{name}.output.LayerNorm")


def _heads(x: FloatArray, checkpoint: Checkpoint, name: str) -> list[FloatArray]:
    """Return the heads' queries, keys and values, each (H, T, D/H)."""
    T, H = len(x), checkpoint.architecture.heads
    parts = ("query", "key", "value")
    return [
        _linear(x, checkpoint, f"{name}.attention.self.{part}").reshape(T, H, -1).swapaxes(0, 1)
        for part in parts
    ]


def _linear(x: FloatArray, checkpoint: Checkpoint, name: str) -> FloatArray:
    weights = checkpoint.weights
    y: FloatArray = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return y


def _norm(x: FloatArray, checkpoint: Checkpoint, name: str) -> FloatArray:
    weights = checkpoint.weights
    x = x - x.mean(axis=-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + checkpoint.architecture.norm_eps)
    y: FloatArray = x * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return y
