"""Chapter 1: the shape of embeddings, the length of a vector, and what one number says."""

import numpy as np

from semascope.course.exercise import Exercise, Mistake

shape = Exercise(
    question="Which shape do the embeddings of three texts have?",
    reference=(3, 384),
    mistakes=[
        Mistake(
            (384, 3),
            "The two numbers are there, but turned: first how many rows, and a text is a row.",
        ),
        Mistake(384, "That is one row. You gave three texts: how many rows are there?"),
        Mistake((384,), "That is the shape of one text's embedding. You gave three."),
        Mistake(
            (3,), "There is one row a text, so 3 comes first. But each row holds numbers: how many?"
        ),
        Mistake(
            1152,
            "There are 1152 numbers, that is true. A shape says how they are arranged: "
            "(rows, numbers in a row).",
        ),
        Mistake((9, 384), "You counted words. Each text gets one row, however long it is."),
    ],
    hints=[
        "A shape is (rows, numbers in a row).",
        "Each text is a row. Each row has as many numbers as the one you saw above.",
    ],
    right="One row a text, 384 numbers a row, whether the text is a word or a page.",
)


def _length(v: np.ndarray) -> float:
    return float(np.linalg.norm(v))


length = Exercise(
    question="Write a function that returns the length of a vector.",
    reference=_length,
    cases=[
        (np.array([3.0, 4.0]),),
        (np.array([-6.0, 8.0]),),
        (np.array([2.0, 3.0, 6.0]),),
        (np.array([0.0, 0.0, 0.5]),),
    ],
    mistakes=[
        Mistake(
            lambda v: v.sum(),
            "You added the numbers. From (3, 4) to the start it is 5, not 7:"
            " square first, add, then take the root.",
        ),
        Mistake(
            lambda v: np.abs(v).sum(),
            "That is the way around the corner, 3 and then 4. The "
            "straight way is shorter: square, add, take the root.",
        ),
        Mistake(lambda v: (v**2).sum(), "Almost: that is the length squared. Take the root of it."),
        Mistake(
            lambda v: np.sqrt(v).sum(),
            "The root came too early, and of each number. Square, "
            "add, and then one root of the sum.",
        ),
        Mistake(
            lambda v: np.sqrt(v.sum()),
            "The squares are missing: without them, numbers below zero cancel those above.",
        ),
        Mistake(
            lambda v: np.sqrt((v**2).mean()),
            "You took the mean of the squares. Their sum: a "
            "vector does not get shorter by having more numbers.",
        ),
        Mistake(
            lambda v: np.sqrt(v**2),
            "There is one length for the whole vector. Add the squares before you take the root.",
        ),
        Mistake(
            len,
            "`len` counts the numbers. What is asked is how far it is from the start to "
            "the tip of the arrow.",
        ),
        Mistake(
            lambda v: np.abs(v).max(),
            "That is the longest single step. All the steps "
            "together make the way: square each, add, take the root.",
        ),
    ],
    hints=[
        "Pythagoras: the long side of a triangle with sides 3 and 4 is 5.",
        "Square every number, add the squares, take the root of the sum.",
        "`v**2` squares, `.sum()` adds, `np.sqrt(…)` takes the root.",
    ],
    right="Three steps for two numbers, and the same three for 384. NumPy has this as "
    "`np.linalg.norm`.",
)


def _biggest(v: np.ndarray) -> int:
    return max(range(len(v)), key=lambda i: abs(v[i]))


biggest = Exercise(
    question="Write a function that returns the place of the number farthest from zero.",
    reference=_biggest,
    cases=[
        (np.array([0.1, -0.7, 0.3, 0.5]),),
        (np.array([0.2, 0.9, -0.4, 0.1]),),
        (np.array([-0.2, -0.5, 0.3]),),
    ],
    mistakes=[
        Mistake(
            lambda v: v.argmax(),
            "−0.7 is farther from zero than 0.5. Forget the signs first: `np.abs(v)`.",
        ),
        Mistake(
            lambda v: np.abs(v).max(),
            "That is the number itself, without its sign. What is "
            "asked is where it stands: `argmax` instead of `max`.",
        ),
        Mistake(
            lambda v: v[np.abs(v).argmax()],
            "That is the number itself. What is asked is where it stands, counted from 0.",
        ),
        Mistake(
            lambda v: v.max(),
            "That is the highest number. What is asked is the place of the "
            "one that is farthest from zero.",
        ),
        Mistake(
            lambda v: v.argmin(),
            "That is the place of the lowest number. Far from zero can be "
            "up or down: `np.abs(v)` forgets the signs.",
        ),
        Mistake(
            lambda v: np.abs(v).argmin(),
            "That one is the nearest to zero. You want the farthest: `argmax`.",
        ),
        Mistake(lambda v: np.abs(v).argmax() + 1, "One too far: Python counts places from 0."),
    ],
    hints=[
        "`np.abs(v)` forgets the signs.",
        "`argmax` gives the place of the highest, `max` the highest itself.",
    ],
    right="Now you can ask any word for its tallest bar.",
)

turned = Exercise(
    question="What did the turn change: A, the numbers and the table; B, the numbers alone; "
    "C, the table alone?",
    reference="B",
    mistakes=[
        Mistake("A", "Look at the two tables once more, number by number: are they different?"),
        Mistake(
            "C", "It is the other way round. Compare the first numbers of king before and after."
        ),
        Mistake("b", 'Yes, and written as a capital: "B".'),
    ],
    hints=["Compare the first three numbers of king, then the two tables, before and after."],
    right="Every bar is another one, and nothing that the model knows is lost. So it was never in "
    "the bars: it is in how vectors lie to each other.",
)
