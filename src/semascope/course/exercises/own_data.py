"""Chapter 10: a file that can be searched, recall, and five queries that are worth asking."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from semascope.course.exercise import Exercise, Mistake, OpenExercise
from semascope.course.supplied import suggestions
from semascope.errors import SemascopeError
from semascope.reading import open_source

FEWEST = 20  # rows: with less, five queries find everything by chance
FEWEST_WORDS = 3  # in the middle row: less are codes or names
MOST = 20_000  # rows: more take minutes, and this is a lesson
LOOKED_AT = 2_000  # rows
QUERIES = 5
COPIED = 3  # words in a row that a query has from its answer


def _judge_file(answer: Any) -> str:
    if not isinstance(answer, str | Path):
        return 'Give the name of your file in quotation marks, as in "notes.csv".'
    if not Path(answer).exists():
        tables = sorted(p.name for p in Path().iterdir() if p.suffix in {".csv", ".tsv", ".xlsx"})
        there = f"tables here: {', '.join(tables)}" if tables else "there are no tables here"
        return (
            f"There is no file {str(answer)!r} in {Path().resolve()}; {there}. Move yours into "
            "this folder, or give its whole path."
        )
    try:
        source = open_source(answer)
        n = source.count_rows()
        texts = next(source.batches(LOOKED_AT))[source.text].to_pylist()
    except SemascopeError as error:
        return f"It cannot be read: {error}."
    said = [str(text).strip() for text in texts if text and str(text).strip()]
    words = float(np.median([len(text.split()) for text in said])) if said else 0.0
    if words < FEWEST_WORDS:
        return (
            f"The column {source.text!r} would be embedded, and half of its texts have "
            f"{words:.0f} words or fewer: codes or names. Choose a table with sentences, and call "
            "their column text."
        )
    if n < FEWEST:
        return (
            f"It has {n} rows. With fewer than {FEWEST} you can read it all, and a search proves "
            "nothing."
        )
    if n > MOST:
        return f"It has {n:,} rows. That works, and takes minutes: begin with the first {MOST:,}."
    if len(said) < len(texts) / 2:
        return f"More than half of the column {source.text!r} is empty. Is it the right one?"
    if len(set(said)) < len(said) / 2:
        return (
            f"More than half of the texts in {source.text!r} are copies of others. Take the copies "
            "out first, or every search returns the same text ten times."
        )
    return ""


file = OpenExercise(
    question="Name a file of yours with a column of text.",
    judge=_judge_file,
    example=suggestions(),
    mistakes=[
        Mistake("no such file.csv", "There is no file"),
        Mistake(3, "in quotation marks"),
    ],
    hints=[
        "An export of a chat, a list of books with blurbs, your notes, the minutes of a club: a "
        "table with a heading line, one row a text.",
        "No file at hand? `answer = suggestions()` is the box again.",
    ],
    right="It can be searched. Nothing of it leaves your machine.",
)


def _recall(found: Sequence[int], relevant: Sequence[int]) -> float:
    wanted = set(relevant)
    return len(wanted & set(found)) / len(wanted)


def _shared(found: Sequence[int], relevant: Sequence[int]) -> int:
    return len(set(found) & set(relevant))


recall = Exercise(
    question="Write a function that returns the share of the relevant rows that was found.",
    reference=_recall,
    cases=[
        ([4, 8, 15, 16, 23], [8, 23, 42, 7]),
        ([1, 2], [2, 3, 5, 7, 9]),
        ([5, 6, 7], [6]),
        ([1, 2, 3], [9]),
    ],
    mistakes=[
        Mistake(
            lambda found, relevant: _shared(found, relevant) / len(found),
            "That is the share of what was found that is any good: precision. Recall asks the "
            "other way round: of what is relevant, how much was found? Divide by `len(relevant)`.",
        ),
        Mistake(_shared, "That is how many were found. Of how many? Divide by `len(relevant)`."),
        Mistake(
            lambda found, relevant: _shared(found, relevant) > 0,
            "That says whether anything was found. One of ten is not the same as ten of ten.",
        ),
        Mistake(
            lambda found, relevant: _shared(found, relevant) / len({*found, *relevant}),
            "You divided by all that is found or relevant. What is found for nothing does not "
            "lower recall: divide by `len(relevant)`.",
        ),
        Mistake(
            lambda found, relevant: (len(relevant) - _shared(found, relevant)) / len(relevant),
            "That is the share that was missed. Recall is the other part.",
        ),
        Mistake(
            lambda found, relevant: len(found) / len(relevant),
            "You divided how many were found by how many are relevant, without looking whether "
            "they are the same ones.",
        ),
        Mistake(
            lambda found, relevant: 100 * _shared(found, relevant) / len(relevant),
            "Nearly: leave it a share between 0 and 1, without times 100.",
        ),
        Mistake(
            lambda found, relevant: sorted(set(found) & set(relevant)),
            "These are the rows that were found. How many are they, of how many?",
        ),
    ],
    hints=[
        "For each relevant row: is it in `found`? Count the yes, divide by how many there are.",
        "`sum(row in found for row in relevant)` counts them.",
        "`sum(row in found for row in relevant) / len(relevant)`",
    ],
    right="Now what was missed counts too.",
)


def _judge_five(answer: Any) -> str:
    texts, queries = answer
    if not isinstance(queries, Mapping):
        return "Write them as {query: [rows]}: each query, a colon, and the rows that answer it."
    if len(queries) != QUERIES:
        return f"Asked are {QUERIES} different queries; yours are {len(queries)}."
    for query, rows in queries.items():
        if wrong := _judge_query(texts, query, rows):
            return wrong
    if len({frozenset(rows) for rows in queries.values()}) == 1:
        return "All five look for the same rows: that is one question, measured five times."
    return ""


def _judge_query(texts: Sequence[str], query: Any, rows: Any) -> str:
    if not isinstance(query, str) or not query.strip():
        return f"{query!r} is no query: write a text in quotation marks before the colon."
    if not isinstance(rows, list | tuple | set) or not all(_is_row(row) for row in rows):
        return f"Behind {query!r} stand the numbers of its rows in brackets, as in [3, 17]."
    if not rows:
        return f"Nothing answers {query!r}. Then nothing can be found or missed: give a row."
    if beyond := [row for row in rows if not 0 <= row < len(texts)]:
        return f"There is no row {beyond[0]}: they are numbered from 0 to {len(texts) - 1}."
    if len(set(rows)) > len(texts) / 2:
        return f"More than half of all rows answer {query!r}: whatever comes first is right."
    words = query.lower().split()
    for row in rows:
        if len(words) >= COPIED and " ".join(words) in " ".join(texts[row].lower().split()):
            return (
                f"{query!r} stands word by word in row {row}: any search finds that. Ask as "
                "somebody would who has never read it."
            )
    return ""


def _is_row(row: Any) -> bool:
    return isinstance(row, int | np.integer) and not isinstance(row, bool)


_TEXTS = [f"This is what suggestion number {n} says." for n in range(30)]
_FIVE = {"one": [1], "two": [2], "three": [3], "four": [4], "five": [5]}


def _example() -> tuple[list[str], dict[str, list[int]]]:
    texts = next(open_source(suggestions()).batches(LOOKED_AT))["text"].to_pylist()
    return texts, {
        "it is too cold in here": [0, 1, 2, 3, 4, 5],
        "the internet is too slow": [6, 7, 8, 9, 10],
        "a hot meal without meat": [12, 13, 14, 15, 16],
        "too loud to study": [20, 21, 22, 23, 24, 25],
        "open longer in the evening": [26, 27, 28, 29, 31],
    }


five = OpenExercise(
    question="Write five queries, each with the numbers of the rows that answer it.",
    judge=_judge_five,
    example=_example(),
    mistakes=[
        Mistake((_TEXTS, ["one", "two"]), "Write them as {query: [rows]}"),
        Mistake((_TEXTS, {"one": [1]}), "yours are 1"),
        Mistake((_TEXTS, _FIVE | {"five": []}), "Nothing answers"),
        Mistake((_TEXTS, _FIVE | {"five": 5}), "in brackets"),
        Mistake((_TEXTS, _FIVE | {"five": [99]}), "There is no row 99"),
        Mistake((_TEXTS, _FIVE | {"five": list(range(20))}), "More than half of all rows"),
        Mistake((_TEXTS, {key: [1] for key in _FIVE}), "All five look for the same rows"),
        Mistake(
            (_TEXTS, {"a": [1], "b": [1], "c": [1], "d": [1], "Suggestion number 7": [7]}),
            "stands word by word in row 7",
        ),
    ],
    hints=[
        "Read a row, look away, and write what somebody would type who needs it.",
        "Then read the file, or search it by several words, for other rows that answer it too.",
        '{"where can I park": [12, 40], "who plays music": [3], …}: five of these.',
    ],
    right="Five questions whose answers you know. Now the search can be wrong, and you can see it.",
)
