"""What a similarity means: how many random pairs of English texts are less similar.

Measured once with all-MiniLM-L6-v2 over a million pairs each of common words and of example
sentences from WordNet 3.0 (``scripts/build_background.py``). Within a collection, its own
passages are the better measure: `Collection.percentile`.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

PATH = Path(__file__).parent / "data" / "background.json"


@dataclass(frozen=True)
class Background:
    """The similarity of random pairs of one kind of text."""

    kind: Literal["words", "sentences"]
    mean: float
    std: float
    levels: tuple[float, ...]  # percent of the pairs that are less similar than …
    similarity: tuple[float, ...]  # … this, ascending

    def percentile(self, similarity: float) -> float:
        """Return the percent of random pairs that are less similar, in [0, 99.999]."""
        return float(np.interp(similarity, self.similarity, self.levels))


def background(*texts: str) -> Background:
    """Return what to compare with: single words with words, anything longer with sentences."""
    words = all(len(text.split()) == 1 for text in texts)
    return _read("words" if words else "sentences")


@cache
def _read(kind: Literal["words", "sentences"]) -> Background:
    fields = json.loads(PATH.read_text())[kind]
    return Background(
        kind=kind,
        mean=fields["mean"],
        std=fields["std"],
        levels=tuple(fields["levels"]),
        similarity=tuple(fields["similarity"]),
    )
