"""Chapter 11: passages for a prompt, letters unlike the usual ones, a walk between two pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semascope.course.exercise import Exercise, Mistake

FloatArray = NDArray[np.float64]


def _choose(similarity: FloatArray, words: Sequence[int], budget: int) -> list[int]:
    chosen, left = [], budget
    for row in sorted(range(len(words)), key=lambda row: -similarity[row]):
        if words[row] <= left:
            chosen.append(row)
            left -= words[row]
    return chosen


def _greedy(order: Sequence[int], words: Sequence[int], budget: int) -> list[int]:
    chosen: list[int] = []
    for row in order:
        if sum(words[i] for i in chosen) + words[row] <= budget:
            chosen.append(row)
    return chosen


def _until_full(similarity: FloatArray, words: Sequence[int], budget: int) -> list[int]:
    chosen: list[int] = []
    for row in np.argsort(-similarity).tolist():
        if sum(words[i] for i in chosen) >= budget:
            break
        chosen.append(row)
    return chosen


def _stopping(similarity: FloatArray, words: Sequence[int], budget: int) -> list[int]:
    chosen: list[int] = []
    for row in np.argsort(-similarity).tolist():
        if sum(words[i] for i in chosen) + words[row] > budget:
            break
        chosen.append(row)
    return chosen


choose = Exercise(
    question="Write a function that returns the rows that go into the prompt, best first.",
    reference=_choose,
    cases=[
        (np.array([0.1, 0.6, 0.5, 0.2, 0.4]), [20, 60, 50, 10, 30], 100),
        (np.array([0.3, 0.2, 0.9]), [40, 30, 20], 70),
        (np.array([0.5, 0.7]), [80, 90], 10),
    ],
    mistakes=[
        Mistake(
            lambda similarity, words, budget: [
                row for row in np.argsort(-similarity).tolist() if words[row] <= budget
            ],
            "Each one alone fits, all together do not: take what a passage needs off the budget.",
        ),
        Mistake(
            lambda similarity, *_: np.argsort(-similarity).tolist(),
            "These are all of them. A prompt has no room for that: mind the budget.",
        ),
        Mistake(
            lambda _, words, budget: _greedy(range(len(words)), words, budget),
            "You went through them as they stand in the file. The most similar come first: "
            "`np.argsort(-similarity)`.",
        ),
        Mistake(
            lambda similarity, words, budget: _greedy(
                np.argsort(similarity).tolist(), words, budget
            ),
            "`argsort` puts the smallest first, and you took the least similar. Put a minus "
            "before `similarity`.",
        ),
        Mistake(
            lambda _, words, budget: _greedy(np.argsort(words).tolist(), words, budget),
            "The short ones go in first, and the most similar may be left outside. Sort by "
            "similarity.",
        ),
        Mistake(
            _until_full,
            "The last one does not fit any more: look whether it fits *before* you take it.",
        ),
        Mistake(
            _stopping,
            "You stopped at the first that did not fit. A shorter one behind it may: leave it out "
            "and go on.",
        ),
        Mistake(
            lambda similarity, words, budget: sorted(_choose(similarity, words, budget)),
            "The right ones, but in the order of the file. Best first: what is cut off later is "
            "then the least.",
        ),
        Mistake(
            lambda similarity, words, budget: [
                similarity[row] for row in _choose(similarity, words, budget)
            ],
            "These are the similarities. Return the rows: they lead to text and source.",
        ),
    ],
    hints=[
        "All rows, the most similar first: `np.argsort(-similarity)`.",
        "If it fits, it goes in, and what it needs is taken off: `budget -= words[row]`.",
    ],
    right="What fits, best first. With the sources beside them, an answer can be looked up.",
)


def _closeness(new: FloatArray, known: FloatArray, k: int) -> FloatArray:
    return np.array([np.sort([float(v @ w) for w in known])[::-1][:k].mean() for v in new])


def _sorted(new: FloatArray, known: FloatArray) -> FloatArray:
    return np.sort(new @ known.T, axis=1)


_UNIT = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-0.8, 0.6]])

closeness = Exercise(
    question="Write a function that returns each new letter's mean cosine with its k nearest.",
    reference=_closeness,
    cases=[
        (_UNIT[[1, 3]], _UNIT[[0, 1, 2]], 2),
        (np.array([[0.8, 0.6], [0.28, 0.96], [-1.0, 0.0]]), _UNIT, 1),
        (_UNIT, np.array([[0.96, 0.28], [0.8, -0.6], [-0.6, 0.8]]), 2),
    ],
    mistakes=[
        Mistake(
            lambda new, known, _: (new @ known.T).mean(axis=1),
            "That is the mean over all known letters. A letter on printers need not be like those "
            "on mail: take the k highest of each row only.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, :k].mean(axis=1),
            "`sort` puts the lowest first, so these are the k farthest. The nearest stand at the "
            "end: `[:, -k:]`.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, -k:].sum(axis=1),
            "You added them up: with another k that is another scale. Take the mean.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, -k],
            "That is the k-th nearest alone: a colon is missing, `[:, -k:]`, and the mean.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, -k:],
            "These are the k highest of each. Take the mean of each row.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, -k:].mean(axis=0),
            "`axis=0` takes the mean over the letters. Over the neighbors of each it is `axis=1`.",
        ),
        Mistake(
            lambda new, known, k: _sorted(new, known)[:, -k:].mean(),
            "One number for all. One a letter: `mean(axis=1)`.",
        ),
        Mistake(
            lambda new, known, k: _sorted(known, new)[:, -k:].mean(axis=1),
            "You asked how near the known letters are to the new ones. Turn it around: a row for "
            "each new letter, `new @ known.T`.",
        ),
        Mistake(
            lambda new, known, k: np.sort(new @ known.T, axis=0)[:, -k:].mean(axis=1),
            "You sorted along `axis=0`, which mixes the letters. Sort each row: `axis=1`.",
        ),
        Mistake(
            lambda new, known, k: 1 - _sorted(new, known)[:, -k:].mean(axis=1),
            "That is how far. Asked is how near: leave out the `1 -`.",
        ),
    ],
    hints=[
        "`new @ known.T` has a row for each new letter, a column for each known one.",
        "`np.sort(…, axis=1)` puts the nearest of each row to its end; `[:, -k:]` are the last k.",
        "`np.sort(new @ known.T, axis=1)[:, -k:].mean(axis=1)`",
    ],
    right="A low number means: nothing that we know is like this.",
)


def _walk(a: FloatArray, b: FloatArray, steps: int) -> FloatArray:
    return np.array([(a * (steps - 1 - i) + b * i) / (steps - 1) for i in range(steps)])


def _shares(steps: int) -> Any:
    return np.linspace(0, 1, steps)[:, None]


walk = Exercise(
    question="Write a function that returns `steps` points from a to b, both included.",
    reference=_walk,
    cases=[
        (np.array([0.0, 2.0]), np.array([4.0, 0.0]), 5),
        (np.array([1.0, 1.0, -1.0]), np.array([2.0, 3.0, 5.0]), 3),
    ],
    mistakes=[
        Mistake(
            lambda a, b, steps: np.linspace(a, b, steps, endpoint=False),
            "You never arrive: the last point must be b. Leave out `endpoint=False`, or divide by "
            "`steps - 1`.",
        ),
        Mistake(
            lambda a, b, steps: np.linspace(b, a, steps),
            "You walk from b to a. The first point is a.",
        ),
        Mistake(
            lambda a, b, steps: np.linspace(a, b, steps + 1),
            "One point too many: a and b are among the `steps`.",
        ),
        Mistake(
            lambda a, b, steps: np.linspace(a, b, steps + 2)[1:-1],
            "These lie between a and b. Both belong to the walk.",
        ),
        Mistake(
            lambda a, b, steps: _shares(steps) * (b - a),
            "The way is right, but it begins at zero. Begin at a: `a + …`.",
        ),
        Mistake(
            lambda a, b, steps: a + _shares(steps) * b,
            "That adds b to a, little by little, and ends at a + b. From a to b it is `b - a`.",
        ),
        Mistake(
            lambda a, b, _: (a + b) / 2,
            "That is the middle of the way. Asked are all the steps.",
        ),
        Mistake(
            lambda a, b, steps: np.linspace(a, b, steps).T,
            "The points stand in the columns. Each is a row: leave out `.T`.",
        ),
    ],
    hints=[
        "At the share t of the way you are at `a + t * (b - a)`.",
        "`np.linspace(0, 1, steps)` are the shares.",
        "`np.array([a + t * (b - a) for t in np.linspace(0, 1, steps)])`",
    ],
    right="A straight way. Whether there is something to see beside it is up to the space.",
)
