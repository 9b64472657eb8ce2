"""Chapter 6: the k nearest, a cut-off that there is not, and a query that each method wins."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

import semascope as sema
from semascope import data
from semascope.collection import words
from semascope.course.exercise import Exercise, Mistake, OpenExercise

NEAR = 5  # emoji that count as found by meaning


def _top_k(similarity: np.ndarray, k: int) -> list[int]:
    return sorted(range(len(similarity)), key=lambda i: similarity[i], reverse=True)[:k]


UNSORTED = (
    "`argpartition` puts the highest in front, in no order, and stops where k is more than there "
    "are. Sort: `np.argsort(-similarity)[:k]`."
)

top_k = Exercise(
    question="Write a function that returns the places of the k highest, the highest first.",
    reference=_top_k,
    cases=[
        (np.array([0.1, 0.9, 0.4, -0.3, 0.7]), 3),
        (np.array([0.5, 0.2, 0.6, 0.3, 0.8, 0.1]), 2),
        (np.array([-0.4, -0.1, -0.2]), 1),
        (np.array([0.2, 0.8]), 3),
    ],
    mistakes=[
        Mistake(
            lambda s, k: np.argsort(s)[:k],
            "Those are the k lowest: `argsort` goes up. Turn the signs around: `-similarity`.",
        ),
        Mistake(
            lambda s, k: np.argsort(s)[-k:],
            "The right ones, the best of them last: `[-k:]` takes the end and keeps its order. "
            "Sort `-similarity`, and take `[:k]`.",
        ),
        Mistake(lambda s, k: np.argpartition(-s, k)[:k], UNSORTED),
        Mistake(lambda s, k: np.argpartition(-s, k - 1)[:k], UNSORTED),
        Mistake(lambda s, k: np.argpartition(s, -k)[-k:], UNSORTED),
        Mistake(
            lambda s, k: np.sort(s)[::-1][:k],
            "Those are the similarities themselves. Whose are they? Asked is where they stand: "
            "`argsort` instead of `sort`.",
        ),
        Mistake(
            lambda s, k: np.sort(s)[-k:],
            "Those are the similarities themselves, and the highest comes last. Asked is where "
            "they stand, best first: `np.argsort(-similarity)`.",
        ),
        Mistake(
            lambda s, k: np.sort(s)[:k],
            "Those are the k lowest similarities themselves. Asked is where the k highest stand: "
            "`np.argsort(-similarity)`.",
        ),
        Mistake(
            lambda s, k: [int(np.argsort(-s)[i]) for i in range(k)],
            "Right while there are k of them. For k = 3 of two emoji it stops with an IndexError. "
            "A slice, `[:k]`, takes what there is.",
        ),
        Mistake(
            lambda s, _: np.argsort(-s),
            "The order is right. Only the first k are wanted: `[:k]`.",
        ),
        Mistake(
            lambda s, k: np.argsort(-s)[k],
            "Without the colon you get one of them, and not even the first. `[:k]` takes k.",
        ),
        Mistake(
            lambda s, k: np.argsort(s, k),
            "It stopped with an AxisError: the second number in the brackets is not for how many. "
            "Sort all, and cut what comes out: `np.argsort(-similarity)[:k]`.",
        ),
        Mistake(
            lambda s, _: s.max(),
            "That is the highest similarity, one number. Asked is where the k highest stand: "
            "`argsort`, and of that the first k.",
        ),
        Mistake(
            lambda s, _: np.argmax(s),
            "`argmax` gives the best one alone. Wanted are k: sort them all, and take `[:k]`.",
        ),
        Mistake(
            lambda s, k: np.argsort(s)[:-k:-1],
            "One too few: counted from the end, the last is −1. Easier: sort `-similarity`, and "
            "take `[:k]`.",
        ),
        Mistake(
            lambda s, k: np.argsort(-np.abs(s))[:k],
            "The signs are lost. −0.4 is not near, it points away: leave out the `abs`.",
        ),
    ],
    hints=[
        "`np.argsort(x)` returns the places of the numbers, from the lowest to the highest.",
        "You want the highest first. What happens if you turn all signs around?",
        "`np.argsort(-similarity)`, and of that the first k: `[:k]`.",
    ],
    right="A multiplication and a sort: that is a search by meaning.",
)

cut = Exercise(
    question="Which cut-off keeps the pizza and refuses Bitcoin: A, 0.2; B, 0.3; C, none can?",
    reference="C",
    mistakes=[
        Mistake("A", "0.2 keeps the pizza. But Bitcoin has more than the pizza: it comes in too."),
        Mistake("B", "0.3 refuses the pizza, which is the only right one, and lets Bitcoin in."),
        Mistake("c", 'Yes, and written as a capital: "C".'),
        Mistake("none", 'Yes, and that is answer "C".'),
    ],
    hints=[
        "Write the two similarities beside each other. Which one is higher?",
        "A cut-off keeps all that is above. The wrong one is above the right one.",
    ],
    right="The wrong answer is nearer than the right one, so no line lies between them. A "
    "similarity compares texts with one query; it does not say whether the answer is there.",
)


@cache
def _emoji() -> tuple[list[str], list[str], NDArray[np.float32]]:
    """Return label, text and vector of each emoji."""
    table = pq.read_table(data.path("emoji"), columns=["label", "text"])
    labels, texts = table["label"].to_pylist(), table["text"].to_pylist()
    return labels, texts, sema.load(precision="f32").encode(texts)


def _shared(text: str, query: str) -> list[str]:
    """Return the words of a text that stand in the query too."""
    return [text[start:end] for start, end in words.find(text, query)]


def _judge_pair(answer: Any) -> str:
    try:
        by_meaning, by_words = answer
    except (TypeError, ValueError):
        return 'Give two queries, as in ("the first", "the second").'
    if not isinstance(by_meaning, str) or not isinstance(by_words, str):
        return "Both queries must be texts, in quotation marks."
    for query in (by_meaning, by_words):
        if not words.words(query):
            return f"“{query}” has no word that a search by words would look for. Add one."
    labels, texts, vectors = _emoji()
    model = sema.load(precision="f32")
    first = _top_k(vectors @ model.encode(by_meaning), 1)[0]
    if shared := _shared(texts[first], by_meaning):
        return (
            f"The first query: the nearest is “{labels[first]}”, and it has your word "
            f"“{shared[0]}”. So words find it too. Say the same without that word."
        )
    wanted = {stem for word in words.words(by_words).values() for stem in words.stems(word)}
    if not any(wanted <= set(words.stems(text)) for text in texts):
        return (
            f"The second query: no emoji has “{by_words}” in its label or tags, so words find "
            "nothing either. Look into the tags of some for a word that you would not expect."
        )
    for i in _top_k(vectors @ model.encode(by_words), NEAR):
        if shared := _shared(texts[i], by_words):
            return (
                f"The second query: “{labels[i]}” has your word “{shared[0]}”, and is among the "
                f"{NEAR} nearest by meaning: both find it. Try a rarer word: slang, a name."
            )
    return ""


each_wins = OpenExercise(
    question="Give a query for which only meaning finds the emoji, and one for which words do.",
    judge=_judge_pair,
    example=("I have a fever", "honk"),
    mistakes=[
        Mistake("honk", "Give two queries"),
        Mistake((1, 2), "in quotation marks"),
        Mistake(("the", "honk"), "no word that a search by words would look for"),
        Mistake(("pizza", "honk"), "Say the same without that word"),
        Mistake(("I have a fever", "xylograph"), "words find nothing either"),
        Mistake(("I have a fever", "pizza"), "both find it"),
    ],
    hints=[
        "For meaning: describe a thing without any word of its label or tags.",
        "For words: the model must misunderstand it. Sounds, slang and names are good.",
        "What does a goose do? What does one say who has dropped something?",
    ],
    right="If the first one fits what you meant: that, only you can say. Meaning finds what is "
    "said otherwise, words find what is written. Good searches ask both.",
)
