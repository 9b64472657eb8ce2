"""Why a text is unlike all others, as far as its letters and words can tell."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

WORD = re.compile(r"[^\W\d_]+")

RARE = 2  # texts that have a rare word, at most: its own and one other,
RARE_SHARE = 1 / 5_000  # or so many of all texts, where that is more
UNUSUAL = 0.95  # of the texts have a smaller share of rare words than one that is unusual
NAMED = 4  # rare words that are named, at most
FEW_WORDS, MANY_WORDS = 1 / 3, 3  # times the median: what is very short, what very long
FEW_LETTERS = 0.6  # of what is no space: fewer are mostly digits and marks
FEW_TEXTS = 0.05  # of a kind: a script that so few are written in is worth a word
SAMPLE = 1_000  # texts looked at to know which scripts are usual
SEED = 0


def explain(texts: Sequence[str], rows: Sequence[int]) -> list[list[str]]:
    """Return for some texts what is unusual about their letters and words.

    Parameters
    ----------
    texts : sequence of N str
        All different.
    rows : sequence of int
        Which of them to look at.

    Returns
    -------
    list of lists of str
        Such as "very short: 3 words, where 108 are usual". Nothing where nothing is unusual: then
        it is the meaning that sets a text apart, not its words.
    """
    if not rows:
        return []
    words = [set(WORD.findall(text.lower())) for text in texts]
    frequency = Counter(word for of_text in words for word in of_text)
    most = max(RARE, int(len(texts) * RARE_SHARE))
    rare = np.array([_share_rare(of_text, frequency, most) for of_text in words])  # (N,)
    unusual = float(np.quantile(rare, UNUSUAL))
    lengths = np.array([len(text.split()) for text in texts])
    usual = float(np.median(lengths))
    scripts = _usual_scripts(texts)
    found = []
    for row in rows:
        text = texts[row]
        reasons = [*_about_script(text, scripts), *_about_letters(text)]
        reasons += _about_length(int(lengths[row]), usual)
        if rare[row] > unusual:
            named = [word for word in _in_order(text) if frequency[word] <= most]
            named.sort(key=lambda word: frequency[word])  # stable: in the order of the text
            reasons.append(
                f"{rare[row]:.0%} of its words are in hardly any other passage: "
                + ", ".join(named[:NAMED])
            )
        found.append(reasons)
    return found


def _share_rare(words: set[str], frequency: Counter[str], most: int) -> float:
    return sum(frequency[word] <= most for word in words) / max(len(words), 1)


def _in_order(text: str) -> list[str]:
    return list(dict.fromkeys(WORD.findall(text.lower())))


def _about_length(length: int, usual: float) -> Iterator[str]:
    words = f"{length:,} word{'s' * (length != 1)}, where {usual:,.0f} are usual"
    if length < FEW_WORDS * usual:
        yield f"very short: {words}"
    if length > MANY_WORDS * usual:
        yield f"very long: {words}"


def _about_letters(text: str) -> Iterator[str]:
    marks = [c for c in text if not c.isspace()]
    letters = sum(c.isalpha() or unicodedata.category(c).startswith("M") for c in marks)
    if letters < FEW_LETTERS * len(marks):
        yield f"mostly digits and marks: {letters / len(marks):.0%} letters"


def _about_script(text: str, usual: Counter[str]) -> Iterator[str]:
    script = _script(text)
    share = usual[script] / usual.total()
    if script and share < FEW_TEXTS:
        yield f"in {script.capitalize()} script, as hardly any other passage is"


def _usual_scripts(texts: Sequence[str]) -> Counter[str]:
    some = np.random.default_rng(SEED).permutation(len(texts))[:SAMPLE]
    return Counter(_script(texts[row]) for row in some)


def _script(text: str) -> str:
    """Return the script of most letters, by the first word of their Unicode names: "LATIN"."""
    letters = (c for c in text if c.isalpha())
    scripts = Counter("LATIN" if c.isascii() else _first_name(c) for c in letters)
    return max(scripts, key=lambda script: (scripts[script], script), default="")


def _first_name(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
