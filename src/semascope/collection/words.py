"""Words as the word index knows them: in lower case, without accents, reduced to their stems."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import lance

WORD = re.compile(r"(\w+)(?:['’]\w{1,2}\b)?")  # the 's, 't or 'll behind it is not looked for

# Snowball's list for English, https://snowballstem.org/algorithms/english/stop.txt
STOP_WORDS = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
hers herself it its itself they them their theirs themselves what which who whom this that these
those am is are was were be been being have has had having do does did doing would should could
ought a an the and but if or because as until while of at by for with about against between into
through during before after above below to from up down in out on off over under again further then
once here there when where why how all any both each few more most other some such no nor not only
own same so than too very
"""

# How a text is taken apart, for the index and for queries alike. ICU finds the words of languages
# that are written without spaces.
ANALYZER: dict[str, Any] = {
    "base_tokenizer": "icu/split",
    "language": "English",
    "lower_case": True,
    "stem": True,
    "ascii_folding": True,
    "remove_stop_words": False,
}
_stop = {token.text for token in lance.tokenize(STOP_WORDS, **ANALYZER)}  # Lance stems first
ANALYZER |= {"remove_stop_words": True, "custom_stop_words": sorted(_stop)}


@lru_cache(maxsize=100_000)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of the words of ``text`` in their order; stop words have none."""
    return tuple(token.text for token in lance.tokenize(text, **ANALYZER))


def words(query: str) -> dict[str, str]:
    """Return the words of ``query``, without stop words, and what of each is looked for.

    What is written without spaces is one word here, though it may have several stems.
    """
    return {match[0]: match[1] for match in WORD.finditer(query) if stems(match[1])}


def find(text: str, query: str) -> list[tuple[int, int]]:
    """Return where in ``text``, from and to which character, words of ``query`` are.

    Those of the same stem count as the same word.
    """
    wanted = {stem for word in words(query).values() for stem in stems(word)}
    return [span for match in WORD.finditer(text) for span in _spans(match, wanted)]


def _spans(match: re.Match[str], wanted: set[str]) -> Iterator[tuple[int, int]]:
    found = stems(match[1])
    if not wanted.intersection(found):
        return
    if len(found) == 1:
        yield match.span()
        return
    # Words written without spaces: those alone that are wanted
    for piece in re.finditer("|".join(map(re.escape, found)), match[1], re.IGNORECASE):
        if piece[0].lower() in wanted:
            yield match.start() + piece.start(), match.start() + piece.end()
