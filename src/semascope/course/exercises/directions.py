"""Chapter 4: a direction from pairs, a test on pairs that it was not made from, what to claim."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from semascope.course.exercise import Exercise, Mistake

FloatArray = NDArray[np.float64]

LOW = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0], [2.0, 1.0, -1.0]])
HIGH = np.array([[2.0, 0.5, 2.0], [1.5, 3.0, 0.0], [2.5, 2.5, -0.5]])


def _direction(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return what the mean of the steps is: the step between the means."""
    return np.average(high, axis=0) - np.average(low, axis=0)


direction = Exercise(
    question="Write a function that returns the mean step from the low texts to their partners.",
    reference=_direction,
    cases=[(LOW, HIGH), (LOW[:2], HIGH[:2])],
    mistakes=[
        Mistake(
            lambda low, high: (low - high).mean(axis=0),
            "It points from plural to singular: the wrong way. A step to the plural is "
            "`high - low`.",
        ),
        Mistake(
            lambda _, high: high.mean(axis=0),
            "That is the middle of the plurals: it points to what they are about. Subtract each "
            "one's partner, and the subject cancels out.",
        ),
        Mistake(
            lambda low, _: low.mean(axis=0),
            "That is the middle of the singulars. A direction leads from them to their partners.",
        ),
        Mistake(
            lambda low, high: high[0] - low[0],
            "That is the step of the first pair, with all the quirks of one word. Take the mean "
            "over all pairs.",
        ),
        Mistake(
            lambda low, high: (high - low).sum(axis=0),
            "The steps are added up, and with more pairs it gets longer. Take the mean.",
        ),
        Mistake(
            lambda low, high: high - low,
            "These are the steps, one a pair. Now one for all of them: `.mean(axis=0)`.",
        ),
        Mistake(
            lambda low, high: (high - low).mean(),
            "That is one number: without `axis=0`, the mean goes over everything.",
        ),
        Mistake(
            lambda low, high: (high - low).mean(axis=1),
            "That is one number a pair. `axis=0` goes over the pairs and keeps the numbers apart.",
        ),
        Mistake(
            lambda low, high: _direction(low, high) / np.linalg.norm(_direction(low, high)),
            "The right way, and brought to length 1. Here leave it as long as the mean step is.",
        ),
        Mistake(
            lambda low, high: (high + low).mean(axis=0) / 2,
            "That is the middle of everything. A step is a difference.",
        ),
        Mistake(
            lambda low, high: np.abs(high - low).mean(axis=0),
            "The signs are lost: a step down is not a step up. Leave out the absolute value.",
        ),
    ],
    hints=[
        "A step of one pair is the high one less the low one.",
        "`high - low` gives all steps at once, one a row.",
        "`.mean(axis=0)` is the mean over the rows.",
    ],
    right="What the words are about cancels out; what the pairs have in common stays.",
)


def _held_out(low: FloatArray, high: FloatArray) -> float:
    steps = high - low
    agreement = steps @ steps.T  # (n, n)
    with_others = agreement.sum(axis=1) - np.diag(agreement)
    return float((with_others > 0).mean())


def _tested(
    made_of: Callable[[FloatArray, FloatArray], FloatArray],
    asked: Callable[[FloatArray, FloatArray], FloatArray] = lambda low, high: high - low,
) -> Callable[[FloatArray, FloatArray], float]:
    """Return a test of each pair by what the others give: of other things than their steps."""

    def test(low: FloatArray, high: FloatArray) -> float:
        right = 0
        for i in range(len(low)):
            v = made_of(np.delete(low, i, axis=0), np.delete(high, i, axis=0))
            right += asked(low, high)[i] @ v > 0
        return right / len(low)

    return test


def _on_its_own(low: FloatArray, high: FloatArray) -> float:
    steps = high - low
    return float((steps @ steps.mean(axis=0) > 0).mean())


def _by_first(low: FloatArray, high: FloatArray) -> float:
    steps = high - low
    return float((steps @ steps[0] > 0).mean())


def _planted(seed: int, n: int, shift: float) -> tuple[FloatArray, FloatArray]:
    """Return pairs that have a step in common, and noise of their own."""
    random = np.random.default_rng(seed)
    low, high = random.normal(size=(2, n, 20)).round(1)
    high[:, 0] += shift
    return low, high


held_out = Exercise(
    question="Write a function that returns the share of pairs that agree with the direction "
    "that the other pairs give.",
    reference=_held_out,
    cases=[_planted(13, 6, 0.0), _planted(4, 8, 2.0), _planted(17, 5, 1.5)],
    mistakes=[
        Mistake(
            _on_its_own,
            "You tested the pairs on a direction that they made themselves: each one pulls it "
            "its own way. Leave pair i out before you take the mean.",
        ),
        Mistake(
            lambda low, high: 1 - _held_out(low, high),
            "That is the share that disagrees. A sign is turned: the step is `high - low`, and "
            "agreement is above 0.",
        ),
        Mistake(
            lambda low, high: round(_held_out(low, high) * len(low)),
            "That is how many. Divide by the number of pairs for the share.",
        ),
        Mistake(
            lambda low, high: 100 * _held_out(low, high),
            "That is in percent. Return the share, between 0 and 1.",
        ),
        Mistake(
            _tested(lambda _, high: high.mean(axis=0)),
            "Your direction is the middle of the high ones: that is a topic. Use their steps.",
        ),
        Mistake(
            _tested(_direction, lambda _, high: high),
            "You asked where the high one lies. Ask whether it lies further along than its own "
            "partner: take its step.",
        ),
        Mistake(
            _by_first,
            "Your direction is the step of one pair: that is one word's quirk. Take the mean "
            "over all pairs but number i.",
        ),
        Mistake(
            lambda low, high: float(
                np.mean(
                    [
                        (high[i] - low[i]) @ np.delete(high - low, i, axis=0).mean(axis=0)
                        for i in range(len(low))
                    ]
                )
            ),
            "You averaged how far. Asked is how often: count the pairs for which it is above 0.",
        ),
    ],
    hints=[
        "`np.delete(steps, i, axis=0)` is all steps but number i.",
        "The direction of the others is the mean of that, over axis 0.",
        "A pair agrees if `steps[i] @ others > 0`.",
    ],
    right="Now a direction has to prove itself on pairs that it has never seen.",
)

claim = Exercise(
    question="What may you say of the direction: A, it is the plural; B, it orders new nouns, and "
    "other changes of form too; C, it is luck?",
    reference="B",
    mistakes=[
        Mistake(
            "A",
            "That is what we wanted it to be. Look at walk → walks and big → bigger: no noun, and "
            "they go along all the same.",
        ),
        Mistake(
            "C",
            "A coin that comes up right 14 times of 14 is rare: once in 16,384. Something is "
            "there. The question is what.",
        ),
        Mistake("b", 'Yes, and written as a capital: "B".'),
    ],
    hints=["Which rows would you expect if it were the plural and nothing else?"],
    right="That is less than you hoped, and it is true. A name for a direction is a guess; "
    "controls say how good it is.",
)
