"""How near embeddings are, and which are nearest."""

from math import floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semascope.errors import InvalidValue

ROUNDING = 1e-6  # 0.29 is 28.999… hundredths


def cosine_similarity(a: ArrayLike, b: ArrayLike) -> float:
    """Return the cosine of the angle between two vectors.

    Parameters
    ----------
    a, b : array_like of shape (D,)
        Of any length; for unit vectors the cosine is their dot product.

    Returns
    -------
    float in [-1, 1]
        1 for the same direction, 0 for a right angle, -1 for opposite directions.

    Raises
    ------
    InvalidValue
        If they are not two vectors of one size, or one of them is zero or not finite.
    """
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InvalidValue(f"a cosine needs two vectors of one size, got {x.shape} and {y.shape}")
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    if not np.isfinite(lengths) or lengths == 0:
        raise InvalidValue("a cosine needs two finite vectors that are not zero")
    return float(np.clip(x @ y / lengths, -1.0, 1.0))


def top_k(similarity: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Return the rows of the k largest of N similarities, largest first, ties by row.

    Returns
    -------
    ndarray of shape (min(k, N),), intp
    """
    N = similarity.size
    if k >= N:
        return np.argsort(-similarity, kind="stable")
    kth = np.partition(similarity, N - k)[N - k]
    rows = np.flatnonzero(similarity >= kth)  # k of them, and more where the k-th is tied
    return rows[np.argsort(-similarity[rows], kind="stable")][:k]


def rounded_down(similarity: float) -> str:
    """Return a similarity to two places: 1.00 only of what is the same, never by rounding up."""
    return f"{floor(similarity * 100 + ROUNDING) / 100:.2f}"
