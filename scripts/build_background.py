"""Build background.json: how similar random English words and sentences are to each other.

    python scripts/build_background.py FOLDER

FOLDER holds WordNet 3.0's ``dict`` files: of Debian's package wordnet-base, unpacked, it is
usr/share/wordnet. Only statistics of its words and example sentences are kept.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import semascope as sema
from semascope.background import PATH

PAIRS = 1_000_000
SEED = 0
LEAST_COUNT = 5  # how often WordNet's annotated texts use a word that counts as common
LEAST_WORDS = 5  # of an example that counts as a sentence
# Finer and finer towards the top, where similar texts are: percent of pairs that are below.
LEVELS = np.concatenate([np.arange(0, 99), 100 - np.logspace(0, -3, 61)])


def common_words(folder: Path) -> list[str]:
    """Return the single words, in lower case, that WordNet's annotated texts use often."""
    counts: Counter[str] = Counter()
    for line in (folder / "cntlist.rev").read_text().splitlines():
        sense, _, count = line.split()
        counts[sense.partition("%")[0]] += int(count)
    return sorted(w for w, n in counts.items() if n >= LEAST_COUNT and re.fullmatch("[a-z]{2,}", w))


def example_sentences(folder: Path) -> list[str]:
    """Return the examples in quotation marks behind WordNet's definitions."""
    found = set()
    for name in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{name}").read_text().splitlines():
            found.update(re.findall(r'"([^"]+)"', line.partition(" | ")[2]))
    return sorted(text for text in found if len(text.split()) >= LEAST_WORDS)


def describe(texts: list[str]) -> dict[str, object]:
    """Return the distribution of the cosine over random pairs of different texts."""
    embeddings = sema.load(precision="f32").encode(texts)
    random = np.random.default_rng(SEED)
    a = random.integers(len(texts), size=PAIRS)
    b = (a + random.integers(1, len(texts), size=PAIRS)) % len(texts)
    blocks = np.array_split(np.arange(PAIRS), 100)
    similarity = np.concatenate([np.vecdot(embeddings[a[i]], embeddings[b[i]]) for i in blocks])
    return {
        "texts": len(texts),
        "mean": round(float(similarity.mean()), 4),
        "std": round(float(similarity.std()), 4),
        "levels": LEVELS.round(5).tolist(),
        "similarity": np.percentile(similarity, LEVELS).round(4).tolist(),
    }


def main(folder: Path) -> None:
    """Write the file that `semascope.background` reads."""
    backgrounds = {
        "words": describe(common_words(folder)),
        "sentences": describe(example_sentences(folder)),
    }
    PATH.write_text(json.dumps(backgrounds, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
