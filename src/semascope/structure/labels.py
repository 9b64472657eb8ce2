"""Names for clusters: the words that set each of them apart from its siblings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semascope.errors import InvalidValue
from semascope.structure.clusters import Level, children
from semascope.structure.graph import RowArray
from semascope.structure.stopwords import stop_words as usual_stop_words
from semascope.structure.vocabulary import Vocabulary, count_words

LIFT = 2  # what names a cluster is this many times as frequent in it as outside of it,
SIBLING_LIFT = 1.25  # and this many times as in its siblings;
PART_LIFT = 1.5  # so is each word of a phrase, as outside
LEAST_TEXTS = 2  # of a cluster with the word
OPENING_WORDS = 6  # of a text that must stand for its cluster
REST = "rest"  # the name of a rest; whoever shows it adds its size

FloatRow = NDArray[np.float64]


def name_clusters(
    texts: Sequence[str],
    levels: Mapping[str, Level],
    *,
    stop_words: Collection[str] = (),
    n_words: int = 3,
) -> dict[str, list[str]]:
    """Return a name for each cluster on each level, such as "farmers, crops, agriculture".

    A name is made of the words and two-word phrases with the highest c-TF-IDF among those that
    are at least twice as frequent in the cluster as in all others, and a quarter more so than in
    its siblings, the other clusters of the same parent: what occurs in all of these tells none
    from the others. Frequency is the number of texts with the word. No word comes twice, not as
    another form of itself ("tax, taxes") nor within a phrase. An only child has its parent's
    name. Where no word sets a cluster apart, the opening of its first text stands for it, in
    quotation marks.

    Parameters
    ----------
    texts : sequence of N str
        In any script, and in an order that means nothing: of a large cluster some are read.
    levels : mapping of Level
        Coarse to fine, as `nested_clusters` returns them.
    stop_words : collection of str
        Left out of names, phrases too, beside the stop words of the texts' languages.
    n_words : int
        Words or phrases in a name, at least 1: fewer where there are no more, more where two
        clusters of a level would have the same name.

    Returns
    -------
    dict of lists of str
        For each level as many names as clusters, all different, in lower case; but every rest is
        called "rest".

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
    finest = list(levels.values())[-1].labels
    own = {" ".join(word.lower().split()) for word in stop_words}
    vocabulary = count_words(texts, finest, usual_stop_words(texts) | own)
    allowed = np.array([term not in own for term in vocabulary.terms], dtype=np.bool_)
    names, above = {}, [""]
    for name, level in levels.items():
        ranked = _ranked(vocabulary, allowed, finest, level)
        above = names[name] = _level_names(ranked, texts, level, above, n_words)
    return names


def _level_names(
    ranked: Iterable[tuple[int, Iterator[str]]],
    texts: Sequence[str],
    level: Level,
    above: Sequence[str],
    n_words: int,
) -> list[str]:
    """Return the names of a level's clusters, given each cluster's words, best first."""
    words = dict(ranked)
    only = {child[0] for child in children(level.parent) if len(child) == 1}
    _, first = np.unique(level.labels, return_index=True)  # (C,) a text of each
    # Those that have their parent's name first: nobody else may take it.
    names = {i: above[level.parent[i]] for i in only if above[level.parent[i]]}
    taken = set(names.values())
    for i, row in enumerate(first.tolist()):
        if level.rest[i]:
            names[i] = REST
        if i not in names:
            proposals = _proposals(words[i], texts[row], n_words)
            names[i] = next((name for name in proposals if name not in taken), f"cluster {i}")
            taken.add(names[i])
    return [names[i] for i in range(len(first))]


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


def _ranked(
    vocabulary: Vocabulary, allowed: NDArray[np.bool_], finest: RowArray, level: Level
) -> Iterator[tuple[int, Iterator[str]]]:
    """Yield each cluster with the words that set it apart, best first, none of them twice."""
    sizes = np.bincount(level.labels)
    counts = _added_up(vocabulary.counts, finest, level.labels)  # (C, V)
    total, N = counts.sum(axis=0), len(finest)  # (V,) texts with the term
    rarity = np.log1p(counts.sum() / max(len(sizes), 1) / np.maximum(total, 1))  # of equation 3
    for siblings in children(level.parent):
        family, size = counts[siblings].sum(axis=0), sizes[siblings].sum()  # (V,)
        for i in siblings:
            inside = counts[[i]].toarray()[0]  # (V,)
            apart = _at_least(LIFT, inside, sizes[i], total, N) & (inside >= LEAST_TEXTS)
            apart &= _at_least(SIBLING_LIFT, inside, sizes[i], family, size)
            usual = ~_at_least(PART_LIFT, inside, sizes[i], total, N)
            weight = allowed * rarity * _alone(vocabulary, inside, apart, usual)
            ranked = np.flatnonzero(weight > 0)
            ranked = ranked[np.argsort(-weight[ranked], kind="stable")]  # ties: alphabetical
            yield i, without_repetition(vocabulary.terms[ranked])


def _added_up(counts: sparse.csr_array, finest: RowArray, labels: RowArray) -> sparse.csr_array:
    """Return the counts of clusters that are made of whole finest ones."""
    _, first = np.unique(finest, return_index=True)  # (G,) a row of each
    C, G = int(labels.max(initial=-1)) + 1, len(first)
    belongs = sparse.csr_array((np.ones(G), (labels[first], np.arange(G))), shape=(C, G))
    return (belongs @ counts).tocsr()


def _at_least(
    lift: float, inside: FloatRow, size: int, all_of_them: FloatRow, all_sizes: int
) -> NDArray[np.bool_]:
    """Tell which terms are so many times as frequent in a cluster as in the others of some."""
    # Both sides are frequencies times the number of texts inside and outside.
    found: NDArray[np.bool_] = inside * (all_sizes - size) >= lift * (all_of_them - inside) * size
    return found


def _alone(
    vocabulary: Vocabulary, inside: FloatRow, apart: NDArray[np.bool_], usual: NDArray[np.bool_]
) -> FloatRow:
    """Return in how many texts each term sets a cluster apart by itself; 0 if it does not."""
    phrases = np.flatnonzero((vocabulary.first >= 0) & apart)
    first, second = vocabulary.first[phrases], vocabulary.second[phrases]
    whole = ~(usual[first] | usual[second])  # for westerns no "film directed"
    apart[phrases[~whole]] = False
    phrases, first, second = phrases[whole], first[whole], second[whole]
    alone = inside.copy()  # less the texts where the word is but part of one phrase
    for word in (first, second):
        np.minimum.at(alone, word, inside[word] - inside[phrases])
    return np.where(apart, alone, 0)


def without_repetition(terms: Iterable[str]) -> Iterator[str]:
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
