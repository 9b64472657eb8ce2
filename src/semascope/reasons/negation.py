"""A sentence that says the opposite, by simple rules for English.

The first rule that fits is taken: a "not" that is there goes; "not" comes behind the first
auxiliary verb; "do not", "does not" or "did not" before a verb that follows a pronoun; and failing
all, "It is not true that" before the text.
"""

import random
import re
from typing import NamedTuple


class Change(NamedTuple):
    """A text that was changed, or why it was not."""

    text: str | None
    what: str  # was done, or why not


# Words that begin many a sentence and name nothing.
STARTS = """a after all also although always an and another any are as at be because been before
    both but by can could did do does during each even every few for from had has have he her
    here his how however i if in into is it its just last let many may me more most much my
    never no nor not now of often on once one only or other our out over shall she should since
    so some still such than that the their them then there therefore these they this those
    though through thus to today tonight too under until up upon us very was we were what when
    where whether which while who whom whose why will with without would yes yet you your"""
FUNCTION_WORDS = frozenset(STARTS.split())
SHORT = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}  # can't, won't, shan't, ain't
DO = {"had", "has", "have", "did", "do", "does"}  # function words, but verbs of their own too
LEAST_WORDS = 3  # of what may be a sentence

NEGATED = re.compile(r"\b(?:(?P<verb>\w+)n['’]t|(?P<can>can)not|not|never)\b", re.IGNORECASE)
# Behind an article "will", "might" and "can" are nouns; before one "have" is no auxiliary.
AUXILIARY = re.compile(
    r"(?<!\b[Aa] )(?<!\b(?:an|my|of) )(?<!\b(?:the|The|his|her|its|our|own) )(?<!\b(?:your|free) )"
    r"(?:\b(?:am|is|are|was|were|will|would|shall|should|can|could|may|might|must)\b"
    r"|\b(?:has|have|had)\b(?! (?:a|an|the|no|to|my|his|her|its|our|your|their|some|many)\b)"
    r"|(?<=\w)['’](?:m|re|ll|ve)\b)"
)
# "Is he here?" becomes "Is he not here?".
QUESTION = re.compile(
    r"^(?:is|are|was|were|will|would|shall|should|can|could|may|might|must|has|have|had|does|do|did)"
    r" (?:I|you|he|she|it|we|they|there|this|that)\b",
    re.IGNORECASE,
)
CLAUSE = r"(?:^|[.!?,;:] |\b(?:that|and|but|if|when|because|as|what|where|how|while) )"
SUBJECT = re.compile(
    rf"(?:\b(?P<sure>I|we|they|he|she)|{CLAUSE}(?P<start>you|it)) "
    r"(?:\w+ly |(?:also|always|never|now|still|all|both|even|only|just|once|then) )*"
    r"(?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)


def negate(text: str, _: random.Random) -> Change:
    """Return a text that says the opposite, where it is in English and a sentence."""
    from semascope.passages import not_english  # its dictionary takes a third of a second

    text = text.strip()
    if len(text.split()) < LEAST_WORDS:
        return Change(None, "it is too short for a sentence")
    if not_english([text]):
        return Change(None, "the rules are for English")
    return _take_out(text) or _insert_not(text) or _insert_do(text) or _deny(text)


def _take_out(text: str) -> Change | None:
    found = NEGATED.search(text)
    if not found:
        return None
    short = found["verb"] or found["can"] or ""
    verb = SHORT.get(short.lower(), short)
    verb = verb.capitalize() if short.istitle() else verb
    before, after = text[: found.start()], text[found.end() :]
    if verb:
        return Change(before + verb + after, f'"{found[0]}" made "{verb}"')
    return Change((before.rstrip() + after).lstrip(), f'"{found[0]}" taken out')


def _insert_not(text: str) -> Change | None:
    found = QUESTION.search(text) or AUXILIARY.search(text)
    if not found:
        return None
    made = f"{text[: found.end()]} not{text[found.end() :]}"
    return Change(made, f'"not" put behind "{found[0]}"')


def _insert_do(text: str) -> Change | None:
    found = next(
        (
            each
            for each in SUBJECT.finditer(text)
            if each["verb"].lower() not in FUNCTION_WORDS - DO
        ),
        None,
    )
    if not found:
        return None
    from simplemma import lemmatize

    verb, subject = found["verb"], (found["sure"] or found["start"]).lower()
    base = lemmatize(verb, lang="en")
    if base != verb:
        auxiliary = "does" if verb.endswith("s") else "did"
    else:  # "he put" is past, or else it would be "he puts"
        auxiliary = "did" if subject in ("he", "she", "it") else "do"
    made = f"{text[: found.start('verb')]}{auxiliary} not {base}{text[found.end('verb') :]}"
    return Change(made, f'"{verb}" made "{auxiliary} not {base}"')


def _deny(text: str) -> Change:
    if text.endswith("?"):
        return Change(None, "no rule fits this question")
    first = text.split()[0]
    if first != "I" and first.lower() in FUNCTION_WORDS:  # its capital is the sentence's
        text = text[0].lower() + text[1:]
    return Change(f"It is not true that {text}", '"It is not true that" put before it')
