"""Shares over time, with intervals, and what rises or falls in them beyond chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Numbers = NDArray[np.float64]

CONFIDENCE = 0.95
SIGNIFICANT = 0.05  # chance that any trend at all is found where there is none


@dataclass(frozen=True)
class Trends:
    """A straight line through the shares of each of C things.

    Attributes
    ----------
    slope : ndarray of shape (C,)
        Change of the share from one bin to the next.
    p : ndarray of shape (C,)
        Chance of a slope so far from 0, up or down, where nothing changes; 1 where that cannot be
        told.
    """

    slope: Numbers
    p: Numbers


def wilson(counts: ArrayLike, totals: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return a 95% interval of each share ``counts / totals``.

    Parameters
    ----------
    counts, totals : array_like, broadcast against each other
        How many of how many. A total of 0 gives the interval from 0 to 1.

    Returns
    -------
    low, high : ndarrays, float64
        In [0, 1].

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference; the score
    interval that Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion,
    recommend for few cases.
    """
    x, n = np.broadcast_arrays(np.asarray(counts, float), np.asarray(totals, float))
    z = special.ndtri((1 + CONFIDENCE) / 2)
    some = np.maximum(n, 1)
    share = x / some
    middle = (share + z**2 / (2 * some)) / (1 + z**2 / some)
    half = z / (1 + z**2 / some) * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2))
    low, high = np.where(x <= 0, 0, middle - half), np.where(x >= n, 1, middle + half)
    return np.where(n > 0, low.clip(0, 1), 0.0), np.where(n > 0, high.clip(0, 1), 1.0)


def trends(counts: Numbers) -> Trends:
    """Return the trend of each share over bins.

    It is the Cochran-Armitage test, made wary: where shares jump from bin to bin more than chance
    lets those of independent rows, as what is written on one occasion is of one kind, the error
    of the slope is as large as the jumps say (a quasi-likelihood), and Student's t with B - 2
    degrees of freedom stands for the normal distribution. So a few bins prove little, however
    many rows they have.

    Parameters
    ----------
    counts : ndarray of shape (B, C)
        Rows of each thing in each of B bins; bins without rows count for nothing.

    References
    ----------
    Armitage (1955), Tests for linear trends in proportions and frequencies.
    McCullagh & Nelder (1989), Generalized linear models, section 4.5, over-dispersion.
    """
    B, C = counts.shape
    totals = counts.sum(axis=1)  # (B,)
    some = totals > 0
    n, time = totals[some], np.arange(B, dtype=float)[some]
    if len(n) < 2:
        return Trends(np.zeros(C), np.ones(C))
    share = counts[some] / n[:, None]  # (B, C)
    mean = np.average(share, axis=0, weights=n)  # (C,)
    since = time - np.average(time, weights=n)
    spread = n @ since**2
    slope = (n * since) @ share / spread  # (C,)
    by_chance = mean * (1 - mean)
    freedom = len(n) - 2
    residual = share - mean - since[:, None] * slope  # (B, C)
    jumps = n @ residual**2 / freedom if freedom else by_chance
    error = np.sqrt(np.maximum(by_chance, jumps) / spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > 0, np.abs(slope) / error, 0)
    p = 2 * (special.stdtr(freedom, -t) if freedom else special.ndtr(-t))
    return Trends(slope, p)


def clear(found: Trends) -> NDArray[np.bool_]:
    """Tell which trends are hardly chance, though so many things were looked at.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    C = len(found.p)
    order = np.argsort(found.p, kind="stable")
    stays = np.cumprod(found.p[order] * (C - np.arange(C)) <= SIGNIFICANT).astype(bool)
    is_clear = np.zeros(C, dtype=bool)
    is_clear[order] = stays
    return is_clear
