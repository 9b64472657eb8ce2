"""Embeddings as they are multiplied: float32, or bfloat16, which NumPy knows only by its bits."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semascope.encoder.runtime import Precision, ov

FloatArray = NDArray[np.float32]
Stored: TypeAlias = NDArray[Any]  # float32, or bfloat16 as uint16

STORED_AS = {"f32": np.float32, "bf16": np.uint16}
BLOCK_ROWS = 8192  # rounded at once
TYPES = {"f32": ov.Type.f32, "bf16": ov.Type.bf16}


def as_stored(values: FloatArray, precision: Precision) -> Stored:
    """Return float32 numbers in a precision; bfloat16 rounded to nearest, ties to even."""
    if precision == "f32":
        return values
    stored = np.empty(values.shape, np.uint16)
    for start in range(0, len(values), BLOCK_ROWS):
        bits = values[start : start + BLOCK_ROWS].view(np.uint32)
        stored[start : start + BLOCK_ROWS] = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
    return stored


def as_float32(stored: Stored) -> FloatArray:
    """Return what is stored as float32 numbers, exactly."""
    if stored.dtype == np.float32:
        return stored
    return (stored.astype(np.uint32) << 16).view(np.float32)


def tensor(stored: Stored, precision: Precision) -> Any:
    """Return an OpenVINO tensor over the same memory."""
    return ov.Tensor(stored, list(stored.shape), TYPES[precision])
