"""More like this: a direction made of examples, and a choice near it that does not repeat itself.

References
----------
Rocchio (1971), Relevance feedback in information retrieval.
Carbonell & Goldstein (1998), The use of MMR, diversity-based reranking for reordering documents and
producing summaries.
"""

from collections.abc import Sequence

import numpy as np

from semascope.errors import InvalidValue
from semascope.structure.graph import FloatArray

UNLIKE = 0.3  # weight of what is not wanted; measured, see docs/decisions.md


def direction(like: FloatArray, unlike: FloatArray) -> FloatArray:
    """Return the middle of what is liked, moved away from the middle of what is not.

    Parameters
    ----------
    like, unlike : ndarray of shape (L, D) and (U, D), float32
        Unit vectors, L at least 1. What is disliked weighs less: it says what something is not,
        not what it is (Manning, Raghavan & Schütze 2008, Introduction to
        information retrieval, section 9.1.1).

    Returns
    -------
    ndarray of shape (D,), float32
        Of unit length.

    Raises
    ------
    InvalidValue
        If what is liked and what is not cancel out, so that no direction is left.
    """
    wanted = like.mean(axis=0, dtype=np.float64)
    if len(unlike):
        wanted -= UNLIKE * unlike.mean(axis=0, dtype=np.float64)
    length = np.linalg.norm(wanted)
    if length < 1e-6:  # float32 cannot tell it from nothing
        raise InvalidValue("what you like and what you do not cancel out; give other examples")
    unit: FloatArray = (wanted / length).astype(np.float32)
    return unit


def diversify(
    wanted: FloatArray, embeddings: FloatArray, *, k: int, diversity: float
) -> Sequence[int]:
    """Return the k rows that are near to a direction, but not to one another.

    One after another, that row is taken for which

        (1 - diversity) · cosine to the direction - diversity · largest cosine to a row taken

    is highest: maximal marginal relevance, λ = 1 - diversity.

    Parameters
    ----------
    wanted : ndarray of shape (D,), float32
        Unit vector.
    embeddings : ndarray of shape (N, D), float32
        Unit vectors.
    k : int
        Rows wanted; N where there are no more.
    diversity : float
        In [0, 1]: at 0 the nearest rows come, at 1 all but the first are those that are least like
        the ones before.

    Returns
    -------
    sequence of int
        Rows in the order in which they were taken; equally good ones by row number.

    Raises
    ------
    InvalidValue
        If the diversity is outside [0, 1].
    """
    if not 0 <= diversity <= 1:
        raise InvalidValue(f"diversity is a share in [0, 1], got {diversity}")
    relevance = np.vecdot(embeddings, wanted)  # (N,)
    taken: list[int] = []
    likeness = np.zeros(len(embeddings), dtype=np.float32)  # to the most similar row taken
    left = np.ones(len(embeddings), dtype=bool)
    while len(taken) < min(k, len(embeddings)):
        worth = (1 - diversity) * relevance - diversity * likeness if taken else relevance
        best = int(np.argmax(np.where(left, worth, -np.inf)))
        again = np.vecdot(embeddings, embeddings[best])
        likeness = np.maximum(likeness, again) if taken else again
        taken.append(best)
        left[best] = False
    return taken
