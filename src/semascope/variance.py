"""Principal components: the directions in which vectors differ most, and how much that is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue

FloatArray = NDArray[np.floating]

SEED = 0  # of the noise


@dataclass(frozen=True)
class Variance:
    """Vectors along their principal components, and what share of the variance each holds.

    Attributes
    ----------
    coordinates : ndarray of shape (N, K), float64
        K is N - 1 or D, whichever is less.
    explained : ndarray of shape (K,), float64
        The share of the variance, descending; all add up to 1.
    noise : ndarray of shape (K,), float64
        The same of random directions of the same shape: what chance alone would give.
    """

    coordinates: FloatArray
    explained: FloatArray
    noise: FloatArray


def principal_components(vectors: FloatArray) -> Variance:
    """Return N vectors along the directions in which they differ most.

    Parameters
    ----------
    vectors : ndarray of shape (N, D)
        3 or more.

    Returns
    -------
    Variance
        As scikit-learn's PCA: each component's largest loading is positive.

    Raises
    ------
    InvalidValue
        If there are less than three, one is not finite, or all are the same.
    """
    from sklearn.decomposition import PCA

    vectors = np.asarray(vectors, np.float64)
    if vectors.ndim != 2 or len(vectors) < 3:
        raise InvalidValue(f"principal components need 3 vectors or more, got {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise InvalidValue("principal components need finite vectors")
    if not np.ptp(vectors, axis=0).any():
        raise InvalidValue("all vectors are the same: there is no direction in which they differ")
    K = min(len(vectors) - 1, vectors.shape[1])
    found = PCA(K, svd_solver="full").fit(vectors)
    noise = np.random.default_rng(SEED).standard_normal(vectors.shape)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    of_noise = PCA(K, svd_solver="full").fit(noise)
    return Variance(
        found.transform(vectors),
        found.explained_variance_ratio_,
        of_noise.explained_variance_ratio_,
    )
