"""The words of texts, counted by group: what names are made of."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semascope.structure.clusters import members
from semascope.structure.graph import RowArray

# A run of letters, digits and combining marks (`\w` alone would cut Hindi or Thai words apart at
# their vowel signs), or any other mark, which no phrase may cross.
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0980-\u0e4e\u0eb1-\u109f\u200c\u200d"
TOKEN = re.compile(rf"[\w{MARKS}]+|[^\s\w{MARKS}]")

LEAST_TEXTS = 2  # a word of one text alone names no cluster
MOST_TEXTS = 500  # read of a group: 5% of them have a word to within 1% (standard error)


@dataclass(frozen=True)
class Vocabulary:
    """Words and phrases of two words, and how many texts of each of G groups have them.

    Attributes
    ----------
    terms : ndarray of shape (V,), object
        Words, and two of them that follow one another, with a space between; alphabetical.
    counts : csr_array of shape (G, V), float64
        Texts of each group that have a term; estimated where a group is larger than 500.
    first, second : ndarray of shape (V,), int64
        Where a phrase's two words are in ``terms``; -1 for a word.
    """

    terms: NDArray[np.object_]
    counts: sparse.csr_array
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def count_words(texts: Sequence[str], labels: RowArray, stop_words: Collection[str]) -> Vocabulary:
    """Return the words of ``texts``, and how many texts of each group have them.

    Parameters
    ----------
    texts : sequence of N str
        In an order that means nothing: of each group the first 500 are read.
    labels : ndarray of shape (N,), int32
        Groups 0 to G - 1, none of them empty.
    stop_words : collection of str
        Left out, and no phrase goes over them.
    """
    groups = members(labels)
    read = [rows[:MOST_TEXTS] for rows in groups]
    scale = np.array([len(rows) / len(some) for rows, some in zip(groups, read, strict=True)])
    rows = np.concatenate([*read, np.empty(0, np.int32)])  # (n,)
    text, token, words = _tokens(texts, rows)
    naming = np.array([_may_name(word, stop_words) for word in words], dtype=np.bool_)
    V = len(words)

    names = naming[token]
    follows = names[:-1] & names[1:] & (text[:-1] == text[1:])
    pair = token[:-1][follows] * V + token[1:][follows]  # int64: exact
    text_of = np.concatenate([text[names], text[:-1][follows]])
    key = np.concatenate([token[names], pair + V])
    keys, term = _frequent(text_of, key)

    phrase = keys >= V
    a, b = np.divmod(keys - V, max(V, 1))
    spelled = np.array(words, dtype=object)
    terms = np.empty(len(keys), dtype=object)
    terms[~phrase] = spelled[keys[~phrase]]
    terms[phrase] = spelled[a[phrase]] + " " + spelled[b[phrase]]
    order = np.argsort(terms)
    rank = np.argsort(order)
    place = np.full(V, -1)  # of a word among the terms
    place[keys[~phrase]] = rank[~phrase]
    first, second = np.full((2, len(keys)), -1)
    first[phrase], second[phrase] = place[a[phrase]], place[b[phrase]]

    in_text, which = term  # distinct pairs
    group = labels[rows[in_text]]
    counts = sparse.coo_array((scale[group], (group, rank[which])), (len(groups), len(keys)))
    return Vocabulary(terms[order], counts.tocsr(), first[order], second[order])


def _tokens(
    texts: Sequence[str], rows: RowArray
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Return for each of T tokens its text, as a place in ``rows``, and which word it is."""
    place: defaultdict[str, int] = defaultdict()
    place.default_factory = place.__len__  # a new word's number
    number, token, length = place.__getitem__, [], []
    for row in rows.tolist():
        found = TOKEN.findall(texts[row].lower())
        token.append(np.fromiter(map(number, found), np.int64, len(found)))
        length.append(len(found))
    text = np.repeat(np.arange(len(rows)), length)
    return text, np.concatenate([*token, np.empty(0, np.int64)]), list(place)


def _may_name(word: str, stop_words: Collection[str]) -> bool:
    return len(word) > 1 and word[0].isalpha() and word not in stop_words


def _frequent(
    text: NDArray[np.int64], key: NDArray[np.int64]
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the keys that two texts at least have, and the distinct pairs (text, which key)."""
    keys, which, times = np.unique(key, return_inverse=True, return_counts=True)
    often = times[which] >= LEAST_TEXTS  # most phrases come once: the rest is a short list
    pairs = np.unique(text[often] * len(keys) + which[often])
    text, which = np.divmod(pairs, max(len(keys), 1))
    enough = np.bincount(which, minlength=len(keys)) >= LEAST_TEXTS
    kept = enough[which]
    return keys[enough], (text[kept], (np.cumsum(enough) - 1)[which[kept]])
