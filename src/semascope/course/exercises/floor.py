"""Chapter 5: what random pairs get, a rule that looks at them, and the best of many."""

import numpy as np
from numpy.typing import NDArray

from semascope.course.exercise import Exercise, Mistake

FloatArray = NDArray[np.float64]

ALLOWED = 0.01  # share of random pairs that may beat what is called near


def _beating(score: float, pairs: FloatArray) -> float:
    return float(np.count_nonzero(pairs > score) / pairs.size)


beating = Exercise(
    question="Write a function that returns the share of random pairs that beat a score.",
    reference=_beating,
    cases=[
        (0.45, np.array([0.1, 0.3, 0.5, 0.2, 0.7])),
        (0.15, np.array([0.1, 0.3, 0.25, 0.2])),
        (0.9, np.array([0.4, 0.2, -0.1])),
    ],
    mistakes=[
        Mistake(
            lambda score, pairs: (pairs < score).mean(),
            "That is the share that the score beats. Asked is the other side: `pairs > score`.",
        ),
        Mistake(
            lambda score, pairs: (pairs > score).sum(),
            "That is how many. Divide by the number of pairs, or take the mean instead of the sum.",
        ),
        Mistake(
            lambda score, pairs: 100 * (pairs > score).mean(),
            "That is in percent. Return the share, between 0 and 1.",
        ),
        Mistake(
            lambda score, pairs: pairs > score,
            "That says it of each pair, true or false. The mean of it is the share.",
        ),
        Mistake(
            lambda score, pairs: pairs[pairs > score],
            "These are the pairs that beat it. Asked is which share of all they are.",
        ),
        Mistake(
            lambda _, pairs: (pairs > 0.5).mean(),
            "You compared with 0.5. The score that was given is `score`.",
        ),
        Mistake(
            lambda score, pairs: score > pairs.mean(),
            "That asks whether it is above the middle. How far above is what the share tells.",
        ),
        Mistake(
            lambda score, pairs: (score - pairs.mean()) / pairs.std(),
            "That is how many spreads above the middle it lies. A share needs no bell shape: "
            "count the pairs.",
        ),
        Mistake(
            lambda score, pairs: score - pairs.mean(),
            "That is how far above the middle it lies. Count the pairs that lie above it.",
        ),
    ],
    hints=[
        "`pairs > score` is true for each pair that beats it.",
        "The mean of trues and falses is the share of trues.",
    ],
    right="A score has a meaning now: how seldom chance gets that far.",
)


def _near(score: float, pairs: FloatArray) -> bool:
    return bool(_beating(score, pairs) < ALLOWED)


def _even(low: float, high: float, n: int = 200) -> FloatArray:
    """Return n similarities in even steps."""
    return np.linspace(low, high, n).round(4)


def _few_above(score: float, n: int) -> FloatArray:
    """Return 200 similarities of which n beat a score."""
    return np.concatenate([_even(0.1, score - 0.05, 200 - n), _even(score + 0.05, 0.9, n)])


is_near = Exercise(
    question="Write a rule that calls a score near if less than 1% of random pairs beat it.",
    reference=_near,
    cases=[
        (0.3, _even(-0.1, 0.25)),  # nothing beats it, though it is low
        (0.6, _even(0.3, 0.9)),  # half of them beat it, though it is high
        (0.55, _few_above(0.55, 1)),
        (0.52, _few_above(0.52, 6)),
        (0.52, _few_above(0.52, 20)),
        (0.101, _even(0.1, 0.9)),  # nearly all beat it
    ],
    mistakes=[
        Mistake(
            lambda score, _: score > 0.5,
            "That is the old rule: it never looks at `pairs`.",
        ),
        Mistake(
            lambda score, pairs: _beating(score, pairs) < 1,
            "1% is 0.01 of all. A share below 1 is nearly always true.",
        ),
        Mistake(
            lambda score, pairs: _beating(score, pairs) > ALLOWED,
            "It is the other way round: near is what *few* random pairs beat.",
        ),
        Mistake(
            lambda score, pairs: _beating(score, pairs) < 0.05,
            "That lets 5% beat it. Asked is less than 1%.",
        ),
        Mistake(
            lambda score, pairs: score > pairs.max(),
            "So not a single pair may beat it, and the more pairs you draw, the harder it gets. "
            "Let less than 1% do so.",
        ),
        Mistake(
            lambda score, pairs: score > pairs.mean(),
            "Above the middle is half of everything. Use the share that beats it.",
        ),
        Mistake(
            lambda score, pairs: score > np.quantile(pairs, 0.01),
            "That is the lower end: 99% of the pairs lie above it. You want the upper one, 0.99.",
        ),
        Mistake(
            lambda score, pairs: (pairs < score).mean() < ALLOWED,
            "You counted the pairs that the score beats. Count those that beat the score.",
        ),
        Mistake(
            _beating,
            "That is the share. Compare it with 0.01: true or false.",
        ),
        Mistake(
            lambda _, pairs: np.quantile(pairs, 0.99),
            "That is the border. Is the score above it? Return true or false.",
        ),
    ],
    hints=[
        "You have `beating(score, pairs)`.",
        "1% is 0.01.",
        "`beating(score, pairs) < 0.01`",
    ],
    right="This rule can be carried to any model and any texts: it asks them first.",
)

chance = Exercise(
    question="A query is compared with 2,000 texts that have nothing to do with it. How many will "
    "be called near by a rule that 1% of random pairs pass?",
    reference=20,
    mistakes=[
        Mistake(
            0, "None would be nice. Each text has one chance in a hundred, and there are 2,000."
        ),
        Mistake(
            1, "One in a hundred passes, and there are 2,000 texts: how many hundreds is that?"
        ),
        Mistake(0.01, "That is the chance of each of them. There are 2,000."),
        Mistake(0.2, "1% is 0.01, not 0.0001: times 2,000."),
        Mistake(2, "1% of 200. There are 2,000."),
        Mistake(200, "That is 10%. One in a hundred is 1%."),
        Mistake(1980, "So many will *not* be called near. How many will?"),
        Mistake(2000, "So all of them? One in a hundred passes."),
    ],
    hints=["Each has one chance in a hundred.", "1% of 2,000."],
    right="Twenty that mean nothing, and a search shows you the best of them.",
)
