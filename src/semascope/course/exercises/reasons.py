"""Chapter 9: a cosine as a sum over pairs of words, the pair that carries it, and its limits."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import semascope as sema
from semascope.course.exercise import Exercise, Mistake, OpenExercise

FloatArray = NDArray[np.float64]
FELT = 0.005  # a change of a cosine that is more than rounding


def _contributions(h: FloatArray, g: FloatArray) -> FloatArray:
    a, b = h / np.sqrt((h.sum(axis=0) ** 2).sum()), g / np.sqrt((g.sum(axis=0) ** 2).sum())
    return np.array([[float((x * y).sum()) for y in b] for x in a])


def _sums(h: FloatArray, g: FloatArray) -> Any:
    return np.linalg.norm(h.sum(axis=0)) * np.linalg.norm(g.sum(axis=0))


def _means(h: FloatArray, g: FloatArray) -> Any:
    return np.linalg.norm(h.mean(axis=0)) * np.linalg.norm(g.mean(axis=0))


def _unit(h: FloatArray) -> FloatArray:
    unit: FloatArray = h / np.linalg.norm(h, axis=1, keepdims=True)
    return unit


contributions = Exercise(
    question="Write a function that returns what each pair of tokens adds to the cosine.",
    reference=_contributions,
    cases=[
        (np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 1.0]])),
        (np.array([[1.0, 2.0, 2.0]]), np.array([[0.0, 3.0, 1.0], [4.0, 0.0, 1.0]])),
        (np.array([[2.0, -1.0], [1.0, 3.0]]), np.array([[-1.0, 1.0]])),
    ],
    mistakes=[
        Mistake(
            lambda h, g: h @ g.T,
            "All products are there, but they add up to a dot product. Divide the table by the "
            "two lengths: that of the sum of h, and that of the sum of g.",
        ),
        Mistake(
            lambda h, g: _unit(h) @ _unit(g).T,
            "You made each token's vector one long: these are cosines of tokens, and they do not "
            "add up to the cosine of the texts. Divide by the lengths of the two sums instead.",
        ),
        Mistake(
            lambda h, g: h @ g.T / (np.linalg.norm(h) * np.linalg.norm(g)),
            "`np.linalg.norm(h)` of a whole table is the length of all its numbers in one row. "
            "First add the tokens, `h.sum(axis=0)`, then take the length.",
        ),
        Mistake(
            lambda h, g: h @ g.T / _means(h, g),
            "These are the lengths of the means. The table adds up over all pairs, so take the "
            "lengths of the sums: `h.sum(axis=0)`.",
        ),
        Mistake(
            lambda h, g: h @ g.T / np.linalg.norm(h.sum(axis=0)),
            "One length is still in there: divide by that of the sum of g too.",
        ),
        Mistake(
            lambda h, g: h @ g.T / np.linalg.norm(g.sum(axis=0)),
            "One length is still in there: divide by that of the sum of h too.",
        ),
        Mistake(
            lambda h, g: (h @ g.T / _sums(h, g)).T,
            "The table is turned: the tokens of h are the rows, those of g the columns.",
        ),
        Mistake(
            lambda h, g: (h @ g.T / _sums(h, g)).sum(),
            "You added it all up: that is the cosine itself. Stop before `sum`.",
        ),
        Mistake(
            lambda h, g: (h @ g.T / _sums(h, g)).sum(axis=1),
            "You added up each row: that is what each token of h adds. Keep the pairs apart.",
        ),
        Mistake(
            lambda h, g: h @ g.T / h.sum(axis=0) @ g.sum(axis=0),
            "`/` and `@` are worked off from left to right. Compute the two lengths first, and "
            "divide by `(… * …)`.",
        ),
        Mistake(
            lambda h, g: h @ g.T / (h @ g.T).sum(),
            "These are shares: they add up to 1. Divide by the two lengths, and they add up to "
            "the cosine.",
        ),
        Mistake(
            lambda h, g: h @ g / _sums(h, g),
            "`h @ g` wants the tokens of h with the numbers of g. Turn g around: `h @ g.T`.",
        ),
    ],
    hints=[
        "`h @ g.T` is the whole table of products, each token with each.",
        "The cosine divides by two lengths: those of `h.sum(axis=0)` and `g.sum(axis=0)`.",
        "`h @ g.T / (np.linalg.norm(h.sum(axis=0)) * …)`",
    ],
    right="Nothing was estimated: a cosine of such embeddings is this sum, to the last digit.",
)


def _carrier(table: FloatArray, a: Sequence[str], b: Sequence[str]) -> tuple[str, str]:
    pairs = [(table[i, j], a[i], b[j]) for i in range(len(a)) for j in range(len(b))]
    _, first, second = max(pairs)
    return first, second


def _place(table: FloatArray) -> tuple[int, int]:
    i, j = divmod(int(table.argmax()), int(table.shape[1]))
    return i, j


carrier = Exercise(
    question="Write a function that returns the two words whose pair adds most.",
    reference=_carrier,
    cases=[
        (
            np.array([[0.02, 0.01, 0.15, 0.0], [0.16, 0.17, -0.4, 0.1], [0.05, 0.2, 0.18, 0.1]]),
            ["the", "old", "cat"],
            ["a", "kitten", "plays", "."],
        ),
        (
            np.array([[0.1, 0.3], [0.25, 0.05], [0.2, 0.0]]),
            ["red", "big", "new"],
            ["car", "bus"],
        ),
    ],
    mistakes=[
        Mistake(
            lambda t, *_: t.argmax(),
            "`argmax` counts through the whole table in one row. `np.unravel_index(…, "
            "table.shape)` makes row and column of it.",
        ),
        Mistake(
            lambda t, *_: _place(t),
            "The place is right. Now the words that stand there: `a[i], b[j]`.",
        ),
        Mistake(
            lambda t, a, b: (b[_place(t)[1]], a[_place(t)[0]]),
            "The right words, in the wrong order: first that of a, then that of b.",
        ),
        Mistake(
            lambda t, a, b: (a[t.sum(axis=1).argmax()], b[t.sum(axis=0).argmax()]),
            "Each of these words adds most with all the others together. Asked is the one pair "
            "that adds most: the highest number in the table.",
        ),
        Mistake(
            lambda t, a, b: (
                a[divmod(int(np.abs(t).argmax()), t.shape[1])[0]],
                b[divmod(int(np.abs(t).argmax()), t.shape[1])[1]],
            ),
            "That pair has the number farthest from zero, and it is negative: it speaks against "
            "the match. Take the highest, without `abs`.",
        ),
        Mistake(
            lambda t, *_: t.max(),
            "That is how much it adds. Which words are it?",
        ),
        Mistake(
            lambda t, a, b: (a[t.argmin() // t.shape[1]], b[t.argmin() % t.shape[1]]),
            "That pair adds least. The most is `argmax`.",
        ),
    ],
    hints=[
        "Where is the highest number of the table? Its row says which word of a, its column "
        "which of b.",
        "`i, j = np.unravel_index(table.argmax(), table.shape)`",
        "`return a[i], b[j]`",
    ],
    right="Now you can ask any match which two words speak for it most.",
)


def _judge_paradox(answer: Any) -> str:
    try:
        a, b, word = answer
    except (TypeError, ValueError):
        return 'Give two texts and a word of one of them: ("one text", "another", "word").'
    if not all(isinstance(part, str) for part in (a, b, word)):
        return "All three must be texts, in quotation marks."
    found = sema.leave_one_out(a, b, model=sema.load(precision="f32"))
    places = [each for each in (*found.a, *found.b) if each.word.text == word]
    if not places:
        return f"{word!r} is no word of these two texts; write it as it stands there."
    best = max(places, key=lambda each: each.change)
    adds, change = best.contribution or 0.0, best.change
    if adds <= 0:
        return f"{word!r} adds {adds:.3f}. Look for one whose number is above zero."
    if change < FELT:
        return (
            f"{word!r} adds {adds:.3f}, and without it the cosine changes by {change:.3f}: it "
            "does not rise. Look for a word that the other text has no use for."
        )
    return ""


paradox = OpenExercise(
    question="Find two texts and a word that adds to their cosine, yet whose leaving raises it.",
    judge=_judge_paradox,
    example=(
        "The bank raised its interest rates.",
        "We had a picnic on the bank of the river.",
        "picnic",
    ),
    mistakes=[
        Mistake(("I see a cat.", "I see a kitten.", "cat"), "it does not rise"),
        Mistake(("I see a cat.", "I see a kitten.", "dog"), "no word of these two texts"),
        Mistake(("I see a cat.", "I see a kitten."), "Give two texts and a word"),
        Mistake(("I see a cat.", "I see a kitten.", 3), "in quotation marks"),
    ],
    hints=[
        "Take two texts that share one thing, and let one of them talk of something else too.",
        "A bank with interest rates, and a picnic on the bank of a river.",
    ],
    right="It adds, since each word's vector holds some of its whole sentence. And it stood in "
    "the way, since it pulled that sentence elsewhere. Both are true, of two different questions.",
)
