"""A against B: how far two sets of embeddings can be told apart, and by which words their texts.

The direction between them is Fisher's linear discriminant with a ridge. How good it is says only
what it makes of embeddings that it was not fitted to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import special

from semascope.structure.graph import FloatArray
from semascope.structure.labels import without_repetition
from semascope.structure.stopwords import stop_words
from semascope.structure.vocabulary import MOST_TEXTS, count_words

Numbers = NDArray[np.float64]
Booleans = NDArray[np.bool_]

RIDGE = 1.0  # as strong as one more text of unit length along every axis: scikit-learn's default
FOLDS = 5
SHUFFLES = 99  # p is 0.01 where none of them does as well
SEED = 0

SIGNIFICANT = 0.05  # chance that any word is named where the two sides are one
LEAST_TEXTS = 3  # with a word, on both sides together
LIFT = 2  # a word of one side is this many times as frequent there as on the other


@dataclass(frozen=True)
class Separation:
    """How far N embeddings of two kinds can be told apart.

    Attributes
    ----------
    direction : ndarray of shape (D,), float32
        Unit vector that leads from the first kind to the second.
    scores : ndarray of shape (N,), float64
        Where each lies along such a direction, fitted without it: below 0 it is taken for the first
        kind, above for the second; the middles of the two kinds that it was fitted to lie at -1
        and 1.
    accuracy : float
        Share taken for what they are, the mean of both kinds: 0.5 by chance.
    shuffled : ndarray of shape (99,), float64
        The same where what is of which kind is shuffled: what chance does here.
    """

    direction: FloatArray
    scores: Numbers
    accuracy: float
    shuffled: Numbers

    @property
    def p(self) -> float:
        """Chance that a shuffle does as well, in [0.01, 1] (Ojala & Garriga 2010, equation 1)."""
        as_good = (self.shuffled >= self.accuracy).sum()
        return float((1 + as_good) / (1 + len(self.shuffled)))


@dataclass(frozen=True)
class Word:
    """A word or phrase that texts of one side have more often than those of the other."""

    word: str
    here: float  # share of the side's texts that have it
    there: float  # share of the other side's


def separate(embeddings: FloatArray, is_second: Booleans, groups: NDArray[np.int64]) -> Separation:
    """Return how far embeddings of two kinds can be told apart along one direction.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D), float32
        Unit vectors, five of each kind at least.
    is_second : ndarray of shape (N,), bool
        Of which kind each is.
    groups : ndarray of shape (N,), int64
        What belongs together, as pieces of one text do: it is fitted to or judged, never parted.

    References
    ----------
    Hastie, Tibshirani & Friedman (2009), The elements of statistical learning, sections 4.3 and
    7.10.2, cross-validation done right.
    Ojala & Garriga (2010), Permutation tests for studying classifier performance.
    """
    random = np.random.default_rng(SEED)
    X = embeddings.astype(np.float64)
    kinds = [is_second] + [random.permutation(is_second) for _ in range(SHUFFLES)]
    second = np.column_stack(kinds)  # (N, 1 + S)
    folds = _folds(is_second, groups, random)
    scores = np.empty(second.shape)
    for fold in range(FOLDS):
        held_out = folds == fold
        weights, shift = _fit(X[~held_out], second[~held_out])
        scores[held_out] = X[held_out] @ weights + shift
    right = (scores > 0) == second  # (N, 1 + S)
    accuracy = [
        (right[kind, i].mean() + right[~kind, i].mean()) / 2 for i, kind in enumerate(second.T)
    ]
    weights, _ = _fit(X, is_second[:, None])
    direction = (weights[:, 0] / np.linalg.norm(weights)).astype(np.float32)
    return Separation(direction, scores[:, 0], float(accuracy[0]), np.array(accuracy[1:]))


def _folds(
    is_second: Booleans, groups: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.intp]:
    """Return in which fold each is held out: groups are dealt out in turn, kind by kind."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = random.permutation(len(first))
    order = order[np.argsort(is_second[first[order]], kind="stable")]
    fold = np.empty(len(first), dtype=np.intp)
    fold[order] = np.arange(len(first)) % FOLDS
    return fold[group]


def _fit(X: Numbers, second: Booleans) -> tuple[Numbers, Numbers]:
    """Return weights (D, S) and shifts (S,) for each of S ways to part N embeddings.

    Ridge regression on the kind gives the direction of the discriminant; it is scaled so that the
    middles of the two kinds lie at -1 and 1.
    """
    middle = X.mean(axis=0)
    centered = X - middle
    scatter = centered.T @ centered + RIDGE * np.eye(X.shape[1])
    weights = np.linalg.solve(scatter, centered.T @ second)  # (D, S)
    projected = X @ weights  # (N, S)
    n = second.sum(axis=0)
    high = (projected * second).sum(axis=0) / n
    low = (projected * ~second).sum(axis=0) / (len(X) - n)
    half = np.maximum((high - low) / 2, np.finfo(float).tiny)
    return weights / half, -(high + low) / 2 / half


def telling_words(
    texts: Sequence[str], is_second: Booleans, *, n: int = 10
) -> tuple[list[Word], list[Word]]:
    """Return the words that clearly more texts of one side have, for each of the two sides.

    Such a word is at least twice as frequent there as on the other side, and so much more frequent
    as chance gives any word once in twenty comparisons of sides that are alike.

    Parameters
    ----------
    texts : sequence of N str
    is_second : ndarray of shape (N,), bool
        Which side each is on; none of the two is empty.
    n : int
        Words wanted of each side; fewer where no more are clear.

    Returns
    -------
    two lists of Word
        Clearest first; no word twice, in another form or within a phrase.

    References
    ----------
    The z test of two proportions with the pooled variance, Yates' correction for whole numbers and
    Bonferroni's for the number of words: Agresti (2013), Categorical data analysis, section 3.1.
    """
    sizes = np.array([(~is_second).sum(), is_second.sum()])  # (2,)
    terms, counts = _count(texts, is_second)  # (V,), (2, V)
    share = counts / sizes[:, None]
    pooled = counts.sum(axis=0) / sizes.sum()
    spread = np.sqrt(pooled * (1 - pooled) * (1 / sizes).sum())
    by_one = (1 / sizes).sum() / 2  # the correction for whole numbers
    enough = special.ndtri(1 - SIGNIFICANT / 2 / max(len(terms), 1))
    found = []
    for here, there in (share, share[::-1]):
        z = np.divide(here - there - by_one, spread, out=np.zeros_like(spread), where=spread > 0)
        clear = (z > enough) & (here >= LIFT * there)
        places = [i for i in np.argsort(-z, kind="stable") if clear[i]]  # ties: alphabetical
        place = {terms[i]: i for i in places}
        chosen = islice(without_repetition(place), n)
        found.append([Word(w, float(here[place[w]]), float(there[place[w]])) for w in chosen])
    return found[0], found[1]


def _count(texts: Sequence[str], is_second: Booleans) -> tuple[NDArray[np.object_], Numbers]:
    """Return V words and phrases, and how many texts of each side have them, (2, V)."""
    # Of a group, 500 texts are read: so they are parted into groups of that size.
    place = np.where(is_second, np.cumsum(is_second), np.cumsum(~is_second)) - 1
    _, groups = np.unique(2 * (place // MOST_TEXTS) + is_second, return_inverse=True)
    found = count_words(texts, groups.astype(np.int32), stop_words(texts))
    side = np.zeros((2, groups.max() + 1))
    side[is_second.astype(int), groups] = 1
    counts = side @ found.counts  # (2, V)
    often = counts.sum(axis=0) >= LEAST_TEXTS
    return found.terms[often], counts[:, often]
