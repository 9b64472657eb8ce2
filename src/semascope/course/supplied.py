"""Data that chapters are given: rows of word vectors small enough to come along."""

import csv
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


def glove() -> dict[str, NDArray[np.float64]]:
    """Return the vectors of five words as GloVe has them, not brought to unit length.

    Returns
    -------
    dict of str to ndarray of shape (50,)
        Of cat, dog, happy, sad and cheerful, to five digits.

    References
    ----------
    Pennington, Socher & Manning (2014), GloVe: Global vectors for word representation.
    """
    text = (files("semascope.course") / "glove.csv").read_text(encoding="utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return {word: np.array(numbers, np.float64) for word, *numbers in rows}


def glove_words() -> dict[str, NDArray[np.float64]]:
    """Return the vectors of some 3,000 words as GloVe has them, not brought to unit length.

    Returns
    -------
    dict of str to ndarray of shape (50,)
        The 3,000 commonest words, commonest first, then some that chapters need; to three decimals.

    References
    ----------
    Pennington, Socher & Manning (2014), GloVe: Global vectors for word representation.
    """
    with (files("semascope.course") / "glove.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        words, vectors = held["words"].tolist(), held["thousandths"] / 1000
    return dict(zip(words, vectors, strict=True))


def suggestions() -> str:
    """Return the path of a table of 70 suggestions to a school, made up for this course.

    Its columns are date, place and text.
    """
    return str(files("semascope.course") / "suggestions.csv")
