"""Chapter 2: a cosine by hand, a cosine in code, and a pair that it is wrong about."""

from typing import Any

import numpy as np

import semascope as sema
from semascope.course.exercise import Exercise, Mistake, OpenExercise

HIGH = 0.7  # more than nearly any two texts that have nothing to do with each other

by_hand = Exercise(
    question="What is the cosine of (3, 4) and (8, 6)?",
    reference=0.96,
    mistakes=[
        Mistake(48, "48 is the dot product. Divide it by both lengths, 5 and 10."),
        Mistake(9.6, "You divided by 5 only. The other length, 10, is still in there."),
        Mistake(4.8, "You divided by 10 only. The other length, 5, is still in there."),
        Mistake(
            96,
            "You divided by 5 and then multiplied by 10. Both lengths belong below the "
            "line: 48 / (5 · 10).",
        ),
        Mistake(3.2, "You divided by 5 + 10. The lengths are multiplied: 48 / (5 · 10)."),
        Mistake(0.0192, "You divided by the squares, 25 and 100. Take their roots first."),
        Mistake(0.28, "You took the difference of the products. Add them: 3·8 + 4·6."),
        Mistake(
            16, "That is an angle in degrees. The cosine is what comes before it, between −1 and 1."
        ),
        Mistake(
            1,
            "1 would be the very same direction, and the picture shows 16° between them. "
            "Divide 48 by 5 · 10, and do not round.",
        ),
        Mistake(0.04, "That is 1 − cosine, how far apart they are. Asked is how near."),
    ],
    hints=[
        "Three steps: the dot product, the two lengths, one division.",
        "Dot product: 3·8 + 4·6. Lengths: the roots of 3² + 4² and of 8² + 6².",
        "48 / (5 · 10)",
    ],
    right="Nearly 1: the two arrows point nearly the same way, though one is twice as long.",
    tolerance=1e-3,
)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return sema.cosine_similarity(a, b)


def _norms(a: np.ndarray, b: np.ndarray) -> tuple[Any, Any]:
    return np.linalg.norm(a), np.linalg.norm(b)


def _unbracketed(a: np.ndarray, b: np.ndarray) -> Any:
    x, y = _norms(a, b)
    return a @ b / x * y


cosine = Exercise(
    question="Write a function that returns the cosine of two vectors of any length.",
    reference=_cosine,
    cases=[
        (np.array([3.0, 4.0]), np.array([8.0, 6.0])),
        (np.array([1.0, 0.0]), np.array([0.0, 2.0])),
        (np.array([1.0, 2.0, 2.0]), np.array([-2.0, -4.0, -4.0])),
        (np.array([0.5, 0.0, -1.0, 2.0]), np.array([1.5, 1.0, 0.0, -0.5])),
    ],
    mistakes=[
        Mistake(
            lambda a, b: a @ b,
            "That is the dot product, lengths and all. Divide it by both lengths.",
        ),
        Mistake(
            _unbracketed,
            "`a @ b / x * y` divides by x and then multiplies by y. Put the "
            "denominator in brackets: `a @ b / (x * y)`.",
        ),
        Mistake(
            lambda a, b: a @ b / _norms(a, b)[0],
            "One length is still in there: double b, and "
            "your result doubles. Divide by the length of b too.",
        ),
        Mistake(
            lambda a, b: a @ b / _norms(a, b)[1],
            "One length is still in there: double a, and "
            "your result doubles. Divide by the length of a too.",
        ),
        Mistake(
            lambda a, b: a @ b / ((a @ a) * (b @ b)),
            "`a @ a` is the length squared. Take its root, or use `np.linalg.norm(a)`.",
        ),
        Mistake(
            lambda a, b: a @ b / sum(_norms(a, b)), "The lengths are added. Multiply them: `x * y`."
        ),
        Mistake(
            lambda a, b: a @ b / np.linalg.norm(a * b),
            "You took the length of `a * b`. Take "
            "the length of a and the length of b, and multiply these.",
        ),
        Mistake(
            lambda a, b: a * b / np.prod(_norms(a, b)),
            "`*` multiplies number by number and "
            "leaves them apart. `@` adds them up: one number for two vectors.",
        ),
        Mistake(
            lambda a, b: np.cos(a, b),
            "`np.cos` wants an angle, and you have two arrows. You need no angle: divide the dot "
            "product by both lengths.",
        ),
        Mistake(
            lambda a, b: np.cos(a @ b),
            "`np.cos` wants an angle, and `a @ b` is none. Leave the `np.cos` out, and divide by "
            "both lengths.",
        ),
        Mistake(
            lambda a, b: 1 - _cosine(a, b),
            "That is a distance: 0 for the same direction. Leave out the `1 -`.",
        ),
        Mistake(
            lambda a, b: np.arccos(_cosine(a, b)),
            "That is the angle. The cosine is what you had before `arccos`.",
        ),
        Mistake(
            lambda a, b: np.degrees(np.arccos(_cosine(a, b))),
            "That is the angle in degrees. The cosine is what you had before `arccos`.",
        ),
        Mistake(
            lambda a, b: np.linalg.norm(a - b),
            "That is how far apart the tips are. It grows "
            "with the lengths; the cosine asks for the angle only.",
        ),
        Mistake(
            lambda a, b: abs(_cosine(a, b)),
            "The sign is lost: vectors that point opposite ways have −1, not 1.",
        ),
    ],
    hints=[
        "You did it by hand a minute ago: dot product, two lengths, one division.",
        "`a @ b` is the dot product, `np.linalg.norm(a)` is a length.",
        "`a @ b / (… * …)`: mind the brackets.",
    ],
    right="It was tried on vectors of all lengths. On unit vectors even `a @ b` would have passed.",
)


def _judge_pair(answer: Any) -> str:
    try:
        first, second = answer
    except (TypeError, ValueError):
        return 'Give two texts, as in ("one text", "another").'
    if not isinstance(first, str) or not isinstance(second, str):
        return "Both must be texts, in quotation marks."
    if first.strip().lower() == second.strip().lower():
        return "These are the same text. Change one word so that the meaning turns around."
    found = sema.cosine_similarity(*sema.load(precision="f32").encode([first, second]))
    if found < HIGH:
        return (
            f"Their cosine is {found:.3f}; look for one above {HIGH}. Keep the subject and most of "
            "the words, and turn the meaning around with as little as you can."
        )
    return ""


misleading = OpenExercise(
    question=f"Find two texts that mean opposite things and have a cosine above {HIGH}.",
    judge=_judge_pair,
    example=("I loved the concert.", "I hated the concert."),
    mistakes=[
        Mistake(("pizza", "The treaty was signed."), "Keep the subject"),
        Mistake(("I won.", "i won."), "the same text"),
        Mistake("I won.", "two texts"),
        Mistake((1, 2), "quotation marks"),
    ],
    hints=[
        "A cosine tells what a text is about. Let both be about the same thing.",
        "Two reviews of one concert, one by somebody who loved it.",
    ],
    right="High cosine, opposite meaning, if you judge so yourself: no formula can. The model saw "
    "such texts in the same company.",
)
