"""Words that name nothing, such as "the": those of the languages that texts are written in."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import stopwordsiso

SAMPLE = 2000  # texts by which languages are known
LEAST_WORDS = 2  # of a language's stop words in a text, different ones, that tell it
LEAST_SHARE = 0.05  # of the texts that tell: fewer are chance, or quotations

# The list for English that comes with the others has 1,298 words, among them "bill", "computer",
# "research", "state", "work" and "world", which a name may need. scikit-learn's is shorter; of it
# these may be needed, and it lacks the pieces of "don't" and "we'll" (Nothman, Qin & Yurchak 2018,
# Stop Word Lists in Free Open-source Software Packages).
NAMING = """amount bill bottom call computer cry describe detail empty fill fire front full interest
    mill mine move name serious show side sincere system thick thin top"""
EMPTY = """ain aren couldn did didn does doesn doing don hadn hasn haven having isn just let like ll
    mustn needn really said say says shan shouldn ve wasn weren won wouldn"""

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def stop_words(texts: Sequence[str]) -> frozenset[str]:
    """Return the stop words of the languages that ``texts`` are in, in lower case.

    Only of those: "die" is a stop word in German, and a word in a collection in English.
    """
    return frozenset().union(*(_lists()[language] for language in languages(texts)))


def languages(texts: Sequence[str]) -> list[str]:
    """Return the languages that texts are in, the most frequent first.

    A text is in the language most of whose stop words it has, at least two different ones, and
    more than of any other. A collection is in those languages that are at least a twentieth of the
    texts that tell.

    Parameters
    ----------
    texts : sequence of str
        The first 2,000 are looked at; let their order be one that means nothing.

    Returns
    -------
    list of str
        ISO 639-1 codes, such as "en"; only English where no text tells.
    """
    found = Counter(filter(None, map(_language, texts[:SAMPLE])))
    enough = LEAST_SHARE * found.total()
    return [language for language, n in found.most_common() if n >= enough] or ["en"]


def _language(text: str) -> str | None:
    words = set(WORD.findall(text.lower()))
    found = Counter(language for word in words for language in _languages_of().get(word, ()))
    best = found.most_common(2)
    if not best or best[0][1] < LEAST_WORDS or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # 0.8 s; only names need it

    english = (ENGLISH_STOP_WORDS - set(NAMING.split())) | set(EMPTY.split())
    lists = {language: stopwordsiso.stopwords(language) for language in stopwordsiso.langs()}
    return {language: _lower(words) for language, words in lists.items()} | {
        "en": frozenset(english)
    }


@cache
def _languages_of() -> Mapping[str, Sequence[str]]:
    """Return the languages in which each word is a stop word."""
    found: dict[str, list[str]] = {}
    for language, words in sorted(_lists().items()):
        for word in words:
            found.setdefault(word, []).append(language)
    return found


def _lower(words: Iterable[str]) -> frozenset[str]:
    """Return the words and, of contractions, the pieces that a tokenizer leaves."""
    lower = {word.lower() for word in words}
    return frozenset(lower | {piece for word in lower for piece in re.split(r"['’]", word)})
