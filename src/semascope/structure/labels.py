"""Names for clusters: the words that set each of them apart from the others."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from semascope.errors import InvalidValue
from semascope.structure.clusters import members
from semascope.structure.graph import RowArray

# A run of letters, digits and combining marks (`\w` alone would cut Hindi or Thai words apart at
# their vowel signs), or any other mark, which no phrase may cross.
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0980-\u0e4e\u0eb1-\u109f\u200c\u200d"
TOKEN = re.compile(rf"[\w{MARKS}]+|[^\s\w{MARKS}]")

# scikit-learn's list counts as stop words what a name may need, and lacks the pieces of "don't" and
# "we'll" (Nothman, Qin & Yurchak 2018, Stop Word Lists in Free Open-source Software Packages).
NAMING = """amount bill bottom call computer cry describe detail empty fill fire front full interest
    mill mine move name serious show side sincere system thick thin top"""
EMPTY = """ain aren couldn did didn does doesn doing don hadn hasn haven having isn just let like ll
    mustn needn really said say says shan shouldn ve wasn weren won wouldn"""
STOP_WORDS = (ENGLISH_STOP_WORDS - set(NAMING.split())) | set(EMPTY.split())

LEAST_TEXTS = 2  # a word of one text alone names no cluster
WORD_LIFT = 2  # what names a cluster is this many times as frequent in it as outside,
PART_LIFT = 1.5  # and so, at least, is each word of a phrase
OPENING_WORDS = 6  # of a text that must stand for its cluster


def name_clusters(texts: Sequence[str], labels: RowArray, *, n_words: int = 3) -> list[str]:
    """Return a name for each cluster, such as "farmers, crops, agriculture".

    A name is made of the words and two-word phrases with the highest c-TF-IDF among those that
    are at least twice as frequent in the cluster as outside of it, so that what occurs in all
    clusters names none. Frequency is the number of texts with the word. No word comes twice, not
    as another form of itself ("tax, taxes") nor within a phrase. Where no word sets a cluster
    apart, the opening of its first text stands for it, in quotation marks.

    Parameters
    ----------
    texts : sequence of N str
        In any script; stop words are known for English only.
    labels : ndarray of shape (N,), int32
        Clusters 0 to C - 1, none of them empty.
    n_words : int
        Words or phrases in a name, at least 1: fewer where there are no more, more where two
        clusters would have the same name.

    Returns
    -------
    list of C str
        All different, in lower case.

    Raises
    ------
    InvalidValue
        If n_words is less than 1.

    References
    ----------
    Grootendorst (2022), BERTopic: neural topic modeling with a class-based TF-IDF procedure,
    equation 3.
    """
    if n_words < 1:
        raise InvalidValue(f"n_words must be at least 1, got {n_words}")
    names: list[str] = []
    for label, (rows, words) in enumerate(
        zip(members(labels), _naming_words(texts, labels), strict=True)
    ):
        proposals = _proposals(words, texts[rows[0]], n_words)
        names.append(next((name for name in proposals if name not in names), f"cluster {label}"))
    return names


def _proposals(words: Iterator[str], text: str, n_words: int) -> Iterator[str]:
    """Yield possible names of a cluster, best first."""
    name = ", ".join(islice(words, n_words))
    if name:
        yield name
        for word in words:
            name = f"{name}, {word}"
            yield name
    opening = text.split()[:OPENING_WORDS]
    if opening:
        yield f"“{' '.join(opening)} …”"


def _naming_words(texts: Sequence[str], labels: RowArray) -> Iterator[Iterator[str]]:
    """Yield for each cluster the words that set it apart, best first, none of them twice."""
    vocabulary, counts, sizes = _count(texts, labels)  # (V,), (C, V), (C,)
    phrases, first, second = _phrases(vocabulary)  # (P,) places in the vocabulary
    total = counts.sum(axis=0)  # (V,) texts with the word
    rarity = np.log1p(counts.sum() / max(len(sizes), 1) / total)  # (V,) the log of equation 3
    for label, size in enumerate(sizes):
        inside = counts[[label]].toarray()[0]  # (V,) texts of the cluster with the word
        here, elsewhere = inside * (len(texts) - size), (total - inside) * size  # one scale
        apart = here >= WORD_LIFT * elsewhere
        usual = here < PART_LIFT * elsewhere
        apart[phrases] &= ~(usual[first] | usual[second])  # for westerns no "film directed"
        in_phrase = np.where(apart[phrases], inside[phrases], 0)  # (P,)
        alone = inside.copy()  # less the texts where the word is but part of one phrase
        for word in (first, second):
            np.minimum.at(alone, word, inside[word] - in_phrase)
        weight = np.where(apart, alone * rarity, 0)
        ranked = np.argsort(-weight, kind="stable")  # ties: alphabetical
        yield _without_repetition(vocabulary[i] for i in ranked if weight[i] > 0)


def _count(
    texts: Sequence[str], labels: RowArray
) -> tuple[NDArray[np.object_], sparse.csr_array, NDArray[np.int64]]:
    """Return the V words, texts with each by cluster (C, V), and clusters' sizes (C,)."""
    sizes, N = np.bincount(labels), len(texts)
    vectorizer = CountVectorizer(analyzer=_words, binary=True, min_df=LEAST_TEXTS)
    try:
        contains = sparse.csr_array(vectorizer.fit_transform(texts))  # (N, V)
    except ValueError:  # scikit-learn's way of saying that no word is left
        return np.empty(0, dtype=object), sparse.csr_array((len(sizes), 0)), sizes
    belongs = sparse.csr_array((np.ones(N), (labels, np.arange(N))), shape=(len(sizes), N))
    counts = belongs @ contains
    counts.sort_indices()
    return vectorizer.get_feature_names_out(), counts, sizes


def _phrases(
    vocabulary: NDArray[np.object_],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return where the vocabulary has a phrase, where its first word, and where its second."""
    place = {word: i for i, word in enumerate(vocabulary)}
    found = [(i, *map(place.get, word.split())) for word, i in place.items() if " " in word]
    phrases, first, second = np.array(found, dtype=np.intp).reshape(-1, 3).T
    return phrases, first, second


def _words(text: str) -> list[str]:
    """Return the words that may name something, and each two that follow one another."""
    found, previous = [], ""
    for token in TOKEN.findall(text.lower()):
        if len(token) > 1 and token[0].isalpha() and token not in STOP_WORDS:
            found.append(token)
            if previous:
                found.append(f"{previous} {token}")
            previous = token
        else:
            previous = ""
    return found


def _without_repetition(terms: Iterable[str]) -> Iterator[str]:
    """Yield the terms that repeat no word of those before."""
    seen: list[str] = []
    for term in terms:
        words = term.split()
        if not any(_same_word(a, b) for a in words for b in seen):
            seen += words
            yield term


def _same_word(a: str, b: str) -> bool:
    """Tell whether two words look like forms of one: farm and farmers, tax and taxes.

    They share the beginning, four letters at least, and differ in the last three at most, or one
    is the other's plural.
    """
    short, long = sorted((a, b), key=len)
    stem = max(4, len(long) - 3)
    return short[:stem] == long[:stem] or long in (f"{short}s", f"{short}es")
