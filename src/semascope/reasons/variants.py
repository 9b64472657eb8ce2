"""Changes to a text that change what it says, by simple rules for English.

The rules know no grammar: a name is a run of words in capitals, an auxiliary verb one of a list.
So every change says what was done, to be read before it is believed. `negation` has the rules for
"not".
"""

import random
import re
from collections.abc import Callable
from itertools import dropwhile
from typing import NamedTuple

from semascope.reasons.negation import FUNCTION_WORDS, Change, negate

NEAR = 10  # characters in which a sentence that has ended is looked for
SHOWN = 3  # changed numbers that are named

WORD = re.compile(r"[^\W\d_]+")
CAPITAL = r"(?:(?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w-]*)"  # "U.S.", or a word
NAME = re.compile(rf"\b(?:(?:Mr|Mrs|Ms|Dr|St|[A-Z])\. |{CAPITAL} (?:of )?)*{CAPITAL}")
SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s)['\"“‘(\s]*$")
NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
NUMBER = re.compile(
    rf"\d[\d,.]*\d|\d|\b(?<!\bno )(?<!\bany )(?<!\bevery )(?:{NUMBER_WORDS})\b(?! another\b)",
    re.IGNORECASE,
)


def swap_names(text: str, _: random.Random) -> Change:
    """Exchange two names: who did what to whom."""
    others = [word for word in WORD.findall(text) if word.lower() not in FUNCTION_WORDS]
    if len(others) > 2 and all(word[0].isupper() for word in others):
        return Change(None, "all its words are in capitals, as in a title: they tell no names")
    names = _names(text)
    if len(names) < 2:
        return Change(None, "it has fewer than two names: words in capitals")
    a, b = names
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    swapped = re.sub(rf"\b(?:{longest_first})(?!\w)", lambda m: b if m[0] == a else a, text)
    return Change(swapped, f'"{a}" and "{b}" swapped')


def change_numbers(text: str, chance: random.Random) -> Change:
    """Make another number of as many digits of each, and another word of "one" to "twelve"."""
    changed: list[str] = []

    def another(match: re.Match[str]) -> str:
        old = match[0]
        new = _another_number(old, chance) if old[0].isdigit() else _another_word(old, chance)
        changed.append(f"{old} → {new}")
        return new

    made = NUMBER.sub(another, text)
    if not changed:
        return Change(None, "it has no numbers")
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return Change(made, ", ".join(changed[:SHOWN]) + more)


def shuffle_words(text: str, chance: random.Random) -> Change:
    """Put the words in another order, each with the marks that stand at it."""
    words = text.split()
    if len(set(words)) < 2:
        return Change(None, "it has no two words")
    shuffled = words
    while shuffled == words:
        shuffled = chance.sample(words, len(words))
    return Change(" ".join(shuffled), f"its {len(words)} words in another order")


CHANGES: dict[str, Callable[[str, random.Random], Change]] = {
    "negated": negate,
    "names swapped": swap_names,
    "numbers changed": change_numbers,
    "words shuffled": shuffle_words,
}


class _Name(NamedTuple):
    text: str
    start: int
    sure: bool  # not one that may owe its capital to the sentence that it begins


def _names(text: str) -> list[str]:
    """Return two different names in their order, or fewer; first those inside a sentence."""
    found: dict[str, _Name] = {}
    for match in NAME.finditer(text):
        words = match[0].split()
        name = " ".join(dropwhile(lambda word: word.lower() in FUNCTION_WORDS, words))
        start = match.start()
        begins = len(name) == len(match[0]) and SENTENCE_START.search(
            text, max(start - NEAR, 0), start
        )
        is_adverb = begins and name.endswith("ly")
        if len(name) > 1 and not is_adverb and not (name in found and found[name].sure):
            found[name] = _Name(name, start, not begins)
    best = sorted(found.values(), key=lambda name: not name.sure)[:2]
    return [name.text for name in sorted(best, key=lambda name: name.start)]


def _another_number(old: str, chance: random.Random) -> str:
    """Change every digit; the first of several is not 0."""
    least = 1 if old[1:] else 0
    first = chance.choice([d for d in "0123456789"[least:] if d != old[0]])
    rest = (
        chance.choice([d for d in "0123456789" if d != c]) if c.isdigit() else c for c in old[1:]
    )
    return first + "".join(rest)


def _another_word(old: str, chance: random.Random) -> str:
    new = chance.choice([word for word in NUMBER_WORDS.split("|") if word != old.lower()])
    return new.capitalize() if old[0].isupper() else new
