"""More like these: passages near to examples that were liked, and away from others."""

from collections.abc import Callable, Sequence

import numpy as np

from semascope.collection.nearest import Filter, Numbers, open_nearest
from semascope.collection.snapshot import EMBEDDING, FloatArray, Snapshot, to_matrix
from semascope.encoder.encoder import Encoder
from semascope.errors import InvalidValue
from semascope.structure.recommend import direction, diversify

Example = int | str

CANDIDATES = 200  # passages to choose from, at least,
PER_HIT = 10  # and so many for each that is wanted


def recommend(
    snapshot: Snapshot,
    encoder: Callable[[], Encoder],
    like: Sequence[Example],
    unlike: Sequence[Example],
    *,
    k: int,
    diversity: float,
    where: str | None,
) -> tuple[FloatArray, Numbers]:
    """Return the direction that is wanted, and the passages chosen; see `Collection.recommend`."""
    if k < 1:
        raise InvalidValue(f"k must be at least 1, got {k}")
    if not 0 <= diversity <= 1:
        raise InvalidValue(f"diversity is a share in [0, 1], got {diversity}")
    if isinstance(like, str) or isinstance(unlike, str):
        raise InvalidValue("like and unlike are lists; put brackets around a single text")
    if not like:
        raise InvalidValue("like is empty; give a passage's number or a text that you like")
    liked, disliked = (_embed(snapshot, encoder, examples) for examples in (like, unlike))
    wanted = direction(liked, disliked)
    given = _texts(snapshot, [*like, *unlike])
    passing = None if where is None else Filter(where, snapshot.passing(where))
    there = len(snapshot) if passing is None else len(passing.numbers)
    nearest, n = open_nearest(snapshot), max(CANDIDATES, PER_HIT * k)
    while True:
        numbers = nearest.find(wanted, min(n, there), passing) if there else np.empty(0, np.intp)
        candidates = _distinct(snapshot, numbers, given)
        if len(candidates) >= PER_HIT * k or n >= there:
            break
        n *= 4  # many have the same text
    embeddings = _embeddings(snapshot, candidates)
    chosen = diversify(wanted, embeddings, k=k, diversity=diversity)
    return wanted, candidates[np.array(chosen, np.intp)]


def _embed(
    snapshot: Snapshot, encoder: Callable[[], Encoder], examples: Sequence[Example]
) -> FloatArray:
    """Return the embeddings of passages and texts, (E, D)."""
    numbers = [example for example in examples if not isinstance(example, str)]
    texts = [example for example in examples if isinstance(example, str)]
    for number in numbers:
        if not 0 <= number < len(snapshot):
            raise InvalidValue(f"passages are numbered 0 to {len(snapshot) - 1:,}, got {number}")
    if not all(text.strip() for text in texts):
        raise InvalidValue("a text in like or unlike is empty; say what you mean")
    stored = _embeddings(snapshot, np.array(numbers, np.intp))
    return np.concatenate([stored, encoder().encode(texts)]) if texts else stored


def _embeddings(snapshot: Snapshot, numbers: Numbers) -> FloatArray:
    return to_matrix(snapshot.take(numbers.tolist(), [EMBEDDING])[EMBEDDING])


def _texts(snapshot: Snapshot, examples: Sequence[Example]) -> set[str]:
    numbers = [example for example in examples if not isinstance(example, str)]
    stored = snapshot.take(numbers, [snapshot.text])[snapshot.text].to_pylist()
    return {*stored, *(example for example in examples if isinstance(example, str))}


def _distinct(snapshot: Snapshot, numbers: Numbers, given: set[str]) -> Numbers:
    """Return the first passage of each text, without the texts that were given."""
    texts = snapshot.take(numbers.tolist(), [snapshot.text])[snapshot.text].to_pylist()
    first: dict[str, int] = {}
    for text, number in zip(texts, numbers.tolist(), strict=True):
        if text not in given:
            first.setdefault(text, number)
    return np.array(list(first.values()), np.intp)
