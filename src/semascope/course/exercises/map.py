"""Chapter 7: what share of the true neighbors a map keeps, and the exit ticket of the hour."""

import numpy as np

from semascope.course.exercise import Exercise, Mistake


def _share_kept(true: np.ndarray, on_map: np.ndarray) -> float:
    return len(set(true.tolist()) & set(on_map.tolist())) / len(true)


share_kept = Exercise(
    question="Write a function that returns the share of the true neighbors that are on the map.",
    reference=_share_kept,
    cases=[
        (np.array([1, 2, 3, 4]), np.array([4, 9, 1, 7])),
        (np.array([8, 3, 5, 2]), np.array([2, 5, 3, 8])),
        (np.array([6, 7, 8]), np.array([1, 2, 3])),
        (np.array([5, 1, 4, 2, 3]), np.array([1, 6])),
    ],
    mistakes=[
        Mistake(
            lambda true, on_map: np.isin(true, on_map).sum(),
            "That is how many. A share is that divided by how many there are: `.mean()` "
            "instead of `.sum()`.",
        ),
        Mistake(
            lambda true, on_map: np.isin(true, on_map).sum() / 10,
            "Ten is right for our lists. For a list of another length divide by `len(true)`.",
        ),
        Mistake(
            lambda true, on_map: np.isin(on_map, true).mean(),
            "The other way round: you asked how many of the map's neighbors are true. Asked is how "
            "many of the true ones are on the map: `np.isin(true, on_map)`.",
        ),
        Mistake(
            lambda true, on_map: (true == on_map).mean(),
            "`==` compares first with first, second with second. A neighbor counts wherever it "
            "stands in the list: `np.isin(true, on_map)`.",
        ),
        Mistake(
            lambda true, on_map: np.isin(true, on_map),
            "One True or False for each neighbor: good. Now make one number of them: `.mean()`.",
        ),
        Mistake(
            lambda true, on_map: 100 * np.isin(true, on_map).mean(),
            "That is in percent. A share lies between 0 and 1: leave out the 100.",
        ),
        Mistake(
            lambda true, on_map: 1 - np.isin(true, on_map).mean(),
            "That is the share that the map lost. Asked is what it kept.",
        ),
        Mistake(
            lambda true, on_map: len(np.intersect1d(true, on_map)) / len(np.union1d(true, on_map)),
            "You divided by all that are in either list. Divide by the number of true ones: "
            "`len(true)`.",
        ),
    ],
    hints=[
        "`np.isin(a, b)` says of each number in `a` whether it is anywhere in `b`.",
        "The mean of True and False is the share of True.",
        "`np.isin(true, on_map).mean()`",
    ],
    right="1 would be a map that tells the truth about this emoji, 0 one that has nothing of it.",
)

ticket_cosine = Exercise(
    question="a · b is 3; a has the length 2, b the length 3. What is their cosine?",
    reference=0.5,
    mistakes=[
        Mistake(3, "That is the dot product. Divide it by both lengths."),
        Mistake(1.5, "One length is still in there: divide by 3 as well."),
        Mistake(1, "The other length is still in there: divide by 2 as well."),
        Mistake(0.6, "The lengths are multiplied: 2 · 3, not 2 + 3."),
        Mistake(4.5, "You divided by one and multiplied by the other. Both belong below the line."),
        Mistake(2, "Upside down: the dot product stands above the line, the lengths below."),
    ],
    hints=["Dot product above the line, both lengths, multiplied, below."],
    right="3 / (2 · 3).",
)

ticket_search = Exercise(
    question="A text is the first hit of a search. What do you know: A, it answers the query; "
    "B, it says the same; C, no other text there is nearer?",
    reference="C",
    mistakes=[
        Mistake("A", "Think of Bitcoin. Something always comes first, answer or no answer."),
        Mistake("B", "Think of the drug and the children: the nearest said the opposite."),
        Mistake("c", 'Yes, and written as a capital: "C".'),
    ],
    hints=["What did the search for Bitcoin find, in speeches that never speak of it?"],
    right="First of those that are there. Whether it answers, you see by reading.",
)

ticket_map = Exercise(
    question="Two dots lie side by side on a PCA map. What do you know: A, their texts are "
    "similar; B, they are near in the two directions that are drawn; C, they are one cluster?",
    reference="B",
    mistakes=[
        Mistake("A", "Think of what lay beside the pizza. In other directions they may be far."),
        Mistake("C", "The map knows nothing of clusters: it shows two directions of 384."),
        Mistake("b", 'Yes, and written as a capital: "B".'),
    ],
    hints=["What lay beside the pizza, and how similar was it?"],
    right="Two directions, out of 384. Of the others the map says nothing.",
)
