"""Before chapter 1: what axis, ``@`` and norm do, for those to whom NumPy is new."""

import numpy as np

from semascope.course.exercise import Exercise, Mistake

TABLE = np.array([[5.0, 1.0, 0.0], [4.0, 2.0, 9.0]])
SQUARE = np.array([[3.0, 4.0], [6.0, -8.0]])
TALL = np.array([[0.0, 2.0], [-5.0, 12.0], [8.0, 6.0]])


def _row_means(table: np.ndarray) -> np.ndarray:
    return np.array([sum(row) / len(row) for row in table])


row_means = Exercise(
    question="Write a function that returns the mean of each row.",
    reference=_row_means,
    cases=[(TABLE,), (SQUARE,), (TALL,)],
    mistakes=[
        Mistake(
            lambda table: table.mean(axis=0),
            "That is one number a column. The axis that you name goes away: to keep the rows, "
            "name the columns, axis 1.",
        ),
        Mistake(
            lambda table: table.mean(),
            "That is one number for all. `axis=1` goes along each row.",
        ),
        Mistake(
            lambda table: table.sum(axis=1),
            "The right way, but added up: the mean is `.mean` instead of `.sum`.",
        ),
        Mistake(
            lambda table: table.mean(axis=1, keepdims=True),
            "The numbers are right, but they stand in a column. Leave `keepdims` for later.",
        ),
        Mistake(lambda table: table[0].mean(), "That is the first row alone. `axis=1` takes all."),
        Mistake(
            lambda table: np.median(table, axis=1),
            "That is the middle one of each row, the median. The mean is `.mean`.",
        ),
    ],
    hints=[
        "`table.mean(axis=…)`: the axis that you name goes away.",
        "Of (4, 3) you want to keep the 4. So the 3 goes away: axis 1.",
    ],
    right="One number a row, whatever the number of columns.",
)


def _best_row(table: np.ndarray, v: np.ndarray) -> int:
    return max(range(len(table)), key=lambda i: sum(table[i] * v))


best_row = Exercise(
    question="Write a function that returns the place of the row whose dot product with v is "
    "highest.",
    reference=_best_row,
    cases=[
        (TALL, np.array([1.0, 0.0])),
        (TALL, np.array([-1.0, 1.0])),
        (SQUARE, np.array([-1.0, 1.0])),
        (np.array([[1.0, 1.0], [9.0, -9.0], [2.0, 3.0]]), np.array([1.0, 1.0])),
    ],
    mistakes=[
        Mistake(
            lambda table, v: (table @ v).max(),
            "That is the highest number itself. What is asked is where it stands: `argmax`.",
        ),
        Mistake(
            lambda table, v: table @ v,
            "Those are the dot products of all rows. Which place has the highest? `.argmax()`.",
        ),
        Mistake(
            lambda table, v: (table * v).argmax(),
            "`*` multiplies and does not add, so you searched all numbers of the table. `@` gives "
            "one number a row.",
        ),
        Mistake(
            lambda table, v: (table @ v).argmin(), "That is the lowest. The highest is `argmax`."
        ),
        Mistake(
            lambda table, v: table[(table @ v).argmax()],
            "That is the row itself. What is asked is its place, counted from 0.",
        ),
        Mistake(lambda table, v: (table @ v).argmax() + 1, "One too far: places count from 0."),
        Mistake(
            lambda table, _: table.sum(axis=1).argmax(),
            "That row has the highest sum. v is left out: `table @ v`.",
        ),
        Mistake(
            lambda table, v: np.abs(table @ v).argmax(),
            "A dot product below zero points the other way; it does not count as high. Leave "
            "`abs` out.",
        ),
        Mistake(
            lambda table, _: np.linalg.norm(table, axis=1).argmax(),
            "That is the longest row. Asked is the highest dot product with v: `table @ v`.",
        ),
    ],
    hints=[
        "`table @ v` gives one number a row.",
        "Put brackets around it, and `.argmax()` behind.",
    ],
    right="That is a search: the row that agrees best with v.",
)


def _unit_rows(table: np.ndarray) -> np.ndarray:
    return np.array([row / np.sqrt(sum(row**2)) for row in table])


unit_rows = Exercise(
    question="Write a function that gives every row the length 1.",
    reference=_unit_rows,
    cases=[(SQUARE,), (TALL,)],
    mistakes=[
        Mistake(
            lambda table: table / np.linalg.norm(table, axis=1),
            "The lengths are right, but they lie in a row, so they were put over the columns: add "
            "`keepdims=True`, and they stand in a column.",
        ),
        Mistake(
            lambda table: table / np.linalg.norm(table),
            "You divided by one length for the whole table. Each row has its own: `axis=1`.",
        ),
        Mistake(
            lambda table: table / np.linalg.norm(table, axis=0),
            "Those are the lengths of the columns. Along a row is axis 1.",
        ),
        Mistake(
            lambda table: table / table.sum(axis=1, keepdims=True),
            "Now the rows add up to 1. Length is another thing: square, add, root; "
            "`np.linalg.norm`.",
        ),
        Mistake(
            lambda table: table / (table**2).sum(axis=1, keepdims=True),
            "You divided by the length squared. The root is missing; `np.linalg.norm` has it.",
        ),
        Mistake(
            lambda table: np.linalg.norm(table, axis=1),
            "Those are the lengths. Divide the table by them, as a column: `keepdims=True`.",
        ),
        Mistake(
            lambda table: np.linalg.norm(table, axis=1, keepdims=True),
            "That is the column of lengths, and the harder half. Now divide the table by it.",
        ),
        Mistake(
            lambda table: table / np.abs(table).max(axis=1, keepdims=True),
            "Now the highest number of each row is 1. The length of the row should be: "
            "`np.linalg.norm`.",
        ),
    ],
    hints=[
        "`np.linalg.norm(table, axis=1)` is one length a row.",
        "`keepdims=True` makes a column of them, and a table can be divided by a column.",
    ],
    right="All rows have the length 1, as every embedding in this course has.",
)
