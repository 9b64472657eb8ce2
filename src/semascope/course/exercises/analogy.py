"""Chapter 3: where an answer ranks, a function that says so, and an analogy that holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semascope.course.exercise import Exercise, Mistake, OpenExercise
from semascope.course.supplied import glove_words

Vectors = Mapping[str, NDArray[np.float64]]

places = Exercise(
    question="At which place is queen with the words that went in, and at which without them?",
    reference=(2, 1),
    mistakes=[
        Mistake((1, 2), "Both numbers are there, in the other order: first with the inputs."),
        Mistake((1, 1), "Your second number is right. With the inputs, king stands before queen."),
        Mistake((2, 2), "Your first number is right. Now strike out king, which went in."),
        Mistake((1, 0), "You counted from 0, as Python does. The best rank is 1."),
        Mistake((2, 0), "A rank counts from 1: with nobody ahead, it is 1, not 0."),
        Mistake(2, "That is the place with the inputs. Give both, as in (4, 3)."),
        Mistake(1, "That is the place without the inputs. Give both, as in (4, 3)."),
        Mistake((0.861, 0.861), "That is the cosine. Asked is which place it gets her."),
    ],
    hints=[
        "Count down the list to queen. Then strike out king, man and woman, and count again.",
        "Only king stands before queen, and king went in.",
    ],
    right="One list, two ranks. Whoever tells you one of them should say which.",
)


def _analogy(vectors: Vectors, start: str, minus: str, plus: str, answer: str) -> tuple[int, int]:
    q = vectors[start] - vectors[minus] + vectors[plus]
    table = np.stack(list(vectors.values()))  # (N, D)
    cosines = table @ q / np.linalg.norm(table, axis=1)  # q's own length changes no order
    ahead = cosines > cosines[list(vectors).index(answer)]
    inputs = np.isin(list(vectors), [start, minus, plus])
    return 1 + int(ahead.sum()), 1 + int((ahead & ~inputs).sum())


def _wrongly(
    vectors: Vectors,
    start: str,
    minus: str,
    plus: str,
    answer: str,
    *,
    signs: Sequence[int] = (1, -1, 1),
    unit: bool = False,
    measure: str = "cosine",
    ascending: bool = False,
    left_out: int = 3,
) -> tuple[int, int]:
    """Return both ranks with something done wrong."""
    lengths = {word: np.linalg.norm(v) for word, v in vectors.items()}
    given = {word: v / lengths[word] for word, v in vectors.items()} if unit else vectors
    q = sum(sign * given[w] for sign, w in zip(signs, (start, minus, plus), strict=True))
    measures: dict[str, dict[str, float]] = {
        "cosine": {w: float(q @ v / lengths[w]) for w, v in vectors.items()},
        "dot": {w: float(q @ v) for w, v in vectors.items()},
        "distance": {w: -float(np.linalg.norm(q - v)) for w, v in vectors.items()},
    }
    scores = measures[measure]
    ranked = sorted(scores, key=scores.__getitem__, reverse=not ascending)
    others = [word for word in ranked if word not in (start, minus, plus)[:left_out]]
    return ranked.index(answer) + 1, others.index(answer) + 1


def _royals() -> dict[str, NDArray[np.float64]]:
    """Return planted words: (royal, female, else), of all lengths."""
    planted = {
        "man": (0.0, -1.0, 0.4),
        "woman": (0.0, 1.0, 0.4),
        "king": (4.0, -1.0, 0.5),
        "queen": (0.5, 0.45, 0.2),
        "prince": (2.4, -1.5, 1.9),
        "girl": (-0.1, 1.6, -0.3),
        "crowd": (3.5, 3.0, 6.0),
        "throne": (0.9, 0.2, 0.9),
        "stone": (-0.5, -0.2, 1.4),
    }
    return {word: np.array(v) for word, v in planted.items()}


def _towns() -> dict[str, NDArray[np.float64]]:
    """Return planted words: (capital, Italy, France, else), of all lengths."""
    planted = {
        "paris": (1.0, 0.0, 2.0, 0.2),
        "france": (0.0, 0.1, 1.5, 0.3),
        "italy": (0.1, 3.0, 0.0, 0.2),
        "rome": (1.0, 0.8, 0.1, 0.3),
        "milan": (0.3, 1.0, 0.1, 0.1),
        "pasta": (-0.3, 4.0, 0.2, 1.5),
        "oslo": (1.2, -0.1, 0.0, -0.1),
        "glacier": (-0.2, -0.5, -0.1, 2.0),
    }
    return {word: np.array(v) for word, v in planted.items()}


analogy = Exercise(
    question="Write a function that returns at which place an answer comes: among all words, and "
    "among those that did not go in.",
    reference=_analogy,
    cases=[
        (_royals(), "king", "man", "woman", "queen"),
        (_towns(), "paris", "france", "italy", "rome"),
        (_royals(), "king", "man", "queen", "throne"),
    ],
    mistakes=[
        Mistake(
            lambda *case: _wrongly(*case, measure="dot"),
            "You sorted by the dot product. The lengths are still inside, that of q and that of "
            "every word: a long vector gets ahead wherever it points. Sort by the cosine.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, measure="distance"),
            "You sorted by how far apart the tips are. q is longer than most words, so that "
            "favors long ones. Sort by the cosine.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, signs=(-1, 1, 1)),
            "Your start word is subtracted. It stays: start − minus + plus.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, signs=(1, 1, -1)),
            "The two other words have changed places: subtract `minus`, add `plus`.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, signs=(1, -1, -1)),
            "You subtracted both. `plus` is added.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, signs=(1, 1, 1)),
            "You added all three. `minus` is subtracted.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, unit=True),
            "You brought the words to length 1 before you added them. Many do; here they are "
            "added as they are, and the cosine divides afterwards.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, ascending=True),
            "The list is upside down: the highest cosine comes first. `reverse=True`.",
        ),
        Mistake(
            lambda *case: tuple(rank - 1 for rank in _analogy(*case)),
            "Python counts places from 0. The best rank is 1: add 1 to both.",
        ),
        Mistake(
            lambda *case: (_analogy(*case)[0],) * 2,
            "Your first rank is right, and your second is the same: the words that went in must "
            "leave the list before you count again.",
        ),
        Mistake(
            lambda *case: (_analogy(*case)[1],) * 2,
            "Your second rank is right. For the first, the words that went in stay in the list: "
            "let them compete.",
        ),
        Mistake(
            lambda *case: _analogy(*case)[::-1],
            "Both ranks are right, in the other order: first among all words.",
        ),
        Mistake(
            lambda *case: _wrongly(*case, left_out=1),
            "Only the start word has left the list. All three went in.",
        ),
        Mistake(
            lambda *case: _analogy(*case)[0],
            "That is one rank, with the inputs. Return both: `return first, second`.",
        ),
        Mistake(
            lambda *case: _analogy(*case)[1],
            "That is one rank, without the inputs. Return both: `return first, second`.",
        ),
    ],
    hints=[
        "Three steps: the sum q; the cosine of q with every word; the place of the answer.",
        "`ranked.index(answer)` is its place, counted from 0.",
        "`[word for word in ranked if word not in (start, minus, plus)]` leaves the inputs out.",
    ],
    right="It was tried on planted words of all lengths, so no dot product would have passed.",
)


def _judge(answer: Any) -> str:
    if not isinstance(answer, tuple | list) or len(answer) != 4:
        return 'Give four words: ("start", "minus", "plus", "answer").'
    if not all(isinstance(word, str) for word in answer):
        return "All four must be words, in quotation marks."
    start, minus, plus, found = words = [word.lower() for word in answer]
    vectors = glove_words()
    for word in words:
        if word not in vectors:
            return f"{word!r} is none of the {len(vectors):,} words here; try a commoner one."
    if len(set(words)) < 4:
        return "The four words must be different: one that went in is no answer."
    rank, _ = _analogy(vectors, *words)
    if rank > 1:
        q = vectors[start] - vectors[minus] + vectors[plus]
        first = max(vectors, key=lambda word: vectors[word] @ q / np.linalg.norm(vectors[word]))
        went_in = ", which went in" if first in words[:3] else ""
        return f"{found!r} is number {rank}; first comes {first!r}{went_in}. Try other words."
    similar = {word: v @ vectors[start] / np.linalg.norm(v) for word, v in vectors.items()}
    del similar[start]
    if max(similar, key=similar.__getitem__) == found:
        return (
            f"It comes first, but {found!r} is first beside {start!r} without any arithmetic. "
            "Look for one that the arithmetic is needed for."
        )
    return ""


holds = OpenExercise(
    question="Find an analogy in GloVe whose answer comes first with the inputs in the list, and "
    "does not come first beside the start word alone.",
    judge=_judge,
    example=("paris", "france", "italy", "rome"),
    mistakes=[
        Mistake(("king", "man", "woman", "queen"), "first comes 'king', which went in"),
        Mistake(("uncle", "man", "woman", "aunt"), "first comes 'daughter'."),
        Mistake(("actor", "man", "woman", "actress"), "without any arithmetic"),
        Mistake(("paris", "france", "italy", "italy"), "must be different"),
        Mistake(("sushi", "japan", "italy", "pizza"), "try a commoner one"),
        Mistake(("king", "queen"), "four words"),
        Mistake((1, 2, 3, 4), "quotation marks"),
    ],
    hints=[
        "Kinship and jobs do badly. What about countries?",
        "A capital, its country, another country, and its capital.",
    ],
    right="First among all words, with nobody left out, and the arithmetic was needed. That is "
    "what an analogy that holds looks like.",
)
