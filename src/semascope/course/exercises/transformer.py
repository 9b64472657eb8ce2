"""Chapter 8: a word with two vectors, the softmax, and attention."""

from typing import Any

import numpy as np

import semascope as sema
from semascope.collection.words import words
from semascope.course.exercise import Exercise, Mistake, OpenExercise

APART = 0.8  # cosine; most words stay above it when their sense is the same


def _judge_senses(answer: Any) -> str:
    try:
        word, *sentences = answer
    except (TypeError, ValueError):
        return 'Give a word and two sentences: ("word", "one sentence", "another").'
    if len(sentences) != 2 or not all(isinstance(text, str) for text in answer):
        return 'Give a word and two sentences, all texts: ("word", "one sentence", "another").'
    if not words(word):
        return (
            f"“{word}” is one of the little words. They change the most and have no senses. Take "
            "a word that means two things."
        )
    found = sema.in_context(word, sentences, model=sema.load(precision="f32"))
    last = float(found.similarity[-1, 0, 1])
    if last >= APART:
        return (
            f"After the last layer the two have the cosine {last:.2f}; look for one below {APART}. "
            "Give each sentence more words that belong to one sense alone."
        )
    return ""


two_senses = OpenExercise(
    question="Find a word and two sentences so that its two vectors after the last layer have a "
    f"cosine below {APART}.",
    judge=_judge_senses,
    example=("python", "The python swallowed a rat.", "I wrote the program in Python."),
    mistakes=[
        Mistake(("the", "The dog barked.", "We ate the soup."), "one of the little words"),
        Mistake(("bat", "The bat ate a moth.", "The bat hit a ball."), "more words that belong"),
        Mistake(("bat", "The bat ate a moth."), "a word and two sentences"),
        Mistake(("bat", "The bat ate a moth.", "A dog barked."), "has no word 'bat'"),
        Mistake(3, "a word and two sentences"),
    ],
    hints=[
        "A word that means two things: spring, light, match, mouse, python.",
        "Let all other words of a sentence belong to one sense alone.",
        "One sentence with an animal, one with a computer.",
    ],
    right="One word, one row in the model's table, and two vectors at the end.",
)


def _softmax(scores: np.ndarray) -> np.ndarray:
    rows = [np.exp(row - row.max()) for row in scores]
    return np.array([row / row.sum() for row in rows])


def _naive(scores: np.ndarray) -> np.ndarray:
    shares: np.ndarray = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return shares


def _powers(scores: np.ndarray) -> np.ndarray:
    powers: np.ndarray = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers


COLUMNS = "Your columns sum to one. Rows ask, so each row must: `axis=1` instead of `axis=0`."
KEEPDIMS = (
    "The sums, or the maxima, came out as a flat list, and NumPy lays it along the columns: "
    "`keepdims=True` keeps one for each row."
)
NAN = (
    "For large scores yours gives nan: `np.exp` of 1000 is too large for a computer. Subtract "
    "each row's maximum first; the shares stay the same."
)

softmax = Exercise(
    question="Write a function that makes shares of scores: positive, each row summing to one.",
    reference=_softmax,
    cases=[
        (np.array([[0.0, 1.0, 2.0], [3.0, 1.0, 0.5]]),),
        (np.array([[-1.0, 0.5], [0.0, 0.0], [2.0, -2.0]]),),
        (np.array([[1000.0, 999.0], [1.0, 2.0]]),),
    ],
    mistakes=[
        Mistake(_naive, NAN),
        Mistake(lambda s: _softmax(s.T).T, COLUMNS),
        Mistake(lambda s: np.exp(s) / np.exp(s).sum(axis=0), COLUMNS),
        Mistake(lambda s: np.exp(s) / np.exp(s).sum(axis=1), KEEPDIMS),
        Mistake(
            lambda s: np.exp(s - s.max(axis=1)) / np.exp(s - s.max(axis=1)).sum(axis=1), KEEPDIMS
        ),
        Mistake(lambda s: _powers(s) / _powers(s).sum(axis=1), KEEPDIMS),
        Mistake(
            lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(),
            "All numbers together sum to one. Each row must, by itself: "
            "`.sum(axis=1, keepdims=True)`.",
        ),
        Mistake(
            lambda s: np.exp(s) / np.exp(s).sum(),
            "All numbers together sum to one, and large scores give nan. Each row by itself, and "
            "subtract its maximum first.",
        ),
        Mistake(
            _powers,
            "Positive, and not yet shares: divide by the sum of each row.",
        ),
        Mistake(
            np.exp,
            "Positive, and not yet shares: divide by the sum of each row. And subtract each row's "
            "maximum first, or large scores overflow.",
        ),
        Mistake(
            lambda s: s / s.sum(axis=1, keepdims=True),
            "Without `np.exp` a share can be negative, and a row of zeros gives nan.",
        ),
        Mistake(
            lambda s: _softmax(-s),
            "Upside down: the highest score gets the least. Leave out the minus.",
        ),
    ],
    hints=[
        "`np.exp` makes every number positive, and keeps their order.",
        "Then divide each row by its sum: `.sum(axis=1, keepdims=True)`.",
        "Before all that, subtract each row's maximum: `scores.max(axis=1, keepdims=True)`.",
    ],
    right="Shares of one, whatever the scores were; 1000 too.",
)


def _attention(Q: np.ndarray, K: np.ndarray, V: np.ndarray) -> np.ndarray:
    gathered = []
    for query in Q:
        scores = np.array([query @ key for key in K]) / np.sqrt(len(query))
        shares = np.exp(scores - scores.max())
        gathered.append(sum(s * v for s, v in zip(shares / shares.sum(), V, strict=True)))
    return np.array(gathered)


def _scores(Q: np.ndarray, K: np.ndarray) -> np.ndarray:
    scores: np.ndarray = Q @ K.T / np.sqrt(Q.shape[1])
    return scores


_random = np.random.default_rng(8)

attention = Exercise(
    question="Write softmax(QKᵀ/√d)V: what each token gathers from all.",
    reference=_attention,
    cases=[
        (
            np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
            np.array([[0.0, 1.0], [2.0, 0.0], [0.5, 0.5]]),
            np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 1.0, 0.0], [5.0, 1.0, 0.0, 2.0]]),
        ),
        (_random.normal(size=(4, 3)), _random.normal(size=(4, 3)), _random.normal(size=(4, 2))),
        (
            1000 * np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.5]]),
            np.array([[0.0, 1.0], [2.0, 0.0], [0.5, 0.5]]),
            np.array([[1.0, 2.0, 0.0], [0.0, 3.0, 1.0], [5.0, 1.0, 2.0]]),
        ),
        (
            np.array([[1.0, 2.0], [0.0, 1.0]]),
            np.array([[0.5, 1.0], [1.0, -1.0]]),
            np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]),
        ),
    ],
    mistakes=[
        Mistake(lambda Q, K, V: _naive(_scores(Q, K)) @ V, NAN),
        Mistake(lambda Q, K, V: _softmax(_scores(Q, K).T).T @ V, COLUMNS),
        Mistake(
            lambda Q, K, V: _softmax(Q @ K.T / Q.shape[1]) @ V,
            "You divided by d. It is its root, √d, before the softmax.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(Q @ K.T) @ V,
            "The √d is missing: divide the scores by `np.sqrt(Q.shape[1])` before the softmax.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(Q @ K.T) / np.sqrt(Q.shape[1]) @ V,
            "√d came too late, and the rows no longer sum to one. Divide before the softmax.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(Q @ K.T / np.sqrt(len(Q))) @ V,
            "d is how many numbers a query has, `Q.shape[1]`. Yours is how many tokens there are.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(K @ Q.T / np.sqrt(Q.shape[1])) @ V,
            "KQᵀ lets the keys ask. Rows are queries: `Q @ K.T`.",
        ),
        Mistake(
            lambda Q, K, _: _softmax(_scores(Q, K)),
            "Those are the shares. What is gathered is the shares times V.",
        ),
        Mistake(
            lambda Q, K, V: _scores(Q, K) @ V,
            "The softmax is missing: scores are no shares, they may be negative and sum to "
            "anything.",
        ),
        Mistake(
            lambda Q, _, V: _softmax(_scores(Q, Q)) @ V,
            "The queries asked themselves. It is the keys that answer: `Q @ K.T`.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(_scores(Q, K)) * V,
            "`*` multiplies number by number. `@` fills each bag with shares of all: `… @ V`.",
        ),
        Mistake(
            lambda Q, K, V: V @ _softmax(_scores(Q, K)),
            "The order matters: first the shares, then the values, `shares @ V`.",
        ),
        Mistake(
            lambda Q, K, V: _softmax(Q @ K / np.sqrt(Q.shape[1])) @ V,
            "Turn K around, so that each query meets each key: `Q @ K.T`.",
        ),
    ],
    hints=[
        "Three steps: scores, shares, and what is gathered.",
        "Scores: `Q @ K.T / np.sqrt(Q.shape[1])`. Shares: your `softmax` of that.",
        "`softmax(…) @ V`",
    ],
    right="This line, 72 times over, is what every text here went through.",
)
