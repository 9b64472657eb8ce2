"""How well analogies and similarities of words come out, by three kinds of vectors.

    python benchmarks/analogies.py

Google's analogies (Mikolov et al. 2013): 19,544 questions such as "Athens is to Greece as Baghdad
is to …". Candidates are the words of letters alone among GloVe's 30,000 commonest, and all words
of the questions: 28,058. The answer is the candidate with the highest cosine with b − a + c
(3CosAdd), a, b and c left out; printed is the share that is right. Some questions are answered by
`Space.analogy` too, which must say the same. Then SimLex-999 and WordSim-353: Spearman's
correlation of the cosine of two words with what people say about their similarity.

"Side by side" are sentence embeddings and the token table, each with its mean taken out and its
length brought to one, in one vector of twice the length. All three files are taken out of
gensim's wheel, which is fetched from PyPI and never installed.
"""

import argparse
import hashlib
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

import semascope as sema
from common import print_machine, print_table
from semascope.encoder import GLOVE, weights
from semascope.encoder.words import TokenTable, WordVectors

FloatArray = NDArray[np.float32]
Rows = NDArray[np.intp]

GENSIM = "gensim==4.4.0"
SHA256 = {  # of the files that are taken out of it; the wheel itself differs by platform
    "questions-words.txt": "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
    "simlex999.txt": "d5e0501971478a511430ee880bd0121e94ac701ba86d90544d83e6d2ba3db05d",
    "wordsim353.tsv": "f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
}
COMMONEST = 30_000
BLOCK = 1024  # questions at a time
CHECKED = 100  # questions that Space.analogy answers too


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=19_544, help="how many of the analogies")
    count = parser.parse_args().questions

    files = fetch()
    asked = questions(files["questions-words.txt"])
    people = {
        "SimLex-999": judged_pairs(files["simlex999.txt"]),
        "WordSim-353": judged_pairs(files["wordsim353.tsv"]),
    }
    glove = sema.load(GLOVE)
    common = [word for word in glove.words[:COMMONEST] if word.isalpha()]
    candidates = list(dict.fromkeys([*common, *(word for four in asked for word in four)]))
    judged = [word for pairs in people.values() for a, b, _ in pairs for word in (a, b)]
    words = list(dict.fromkeys([*candidates, *judged]))
    row = {word: i for i, word in enumerate(words)}
    chosen = asked[:: max(1, len(asked) // count)][:count]
    rows = np.array([[row[word] for word in four] for four in chosen])  # (Q, 4)

    print_machine("openvino", "numpy")
    print(f"{len(rows):,} analogies, {len(candidates):,} candidates\n")
    table = []
    for name, vectors in kinds(words, len(candidates), glove).items():
        check(words[: len(candidates)], vectors[: len(candidates)], rows)
        share = (answers(vectors[: len(candidates)], rows) == rows[:, 3]).mean()
        correlations = [correlation(vectors, row, pairs) for pairs in people.values()]
        table.append([name, *(f"{figure:.3f}" for figure in (share, *correlations))])
    print_table(["", "analogies, share right", *(f"{name}, Spearman" for name in people)], table)


def kinds(words: Sequence[str], N: int, glove: WordVectors) -> dict[str, FloatArray]:
    """Return the vectors of all words, of unit length, by kind; the first N are candidates."""
    model = sema.load(precision="f32")
    sentences, tokens = model.encode(words), TokenTable(model).encode(words)
    together = np.hstack([centered(vectors, N) for vectors in (sentences, tokens)])
    return {
        "sentence embeddings": sentences,
        "the model's token table": tokens,
        "both, side by side": together / np.float32(2**0.5),
        "GloVe 50d": glove.encode(words),
    }


def centered(vectors: FloatArray, N: int) -> FloatArray:
    """Return vectors less the mean of the first N, again of unit length."""
    vectors = vectors - vectors[:N].mean(axis=0)
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def answers(vectors: FloatArray, rows: Rows) -> Rows:
    """Return for questions (Q, 4) the row of the nearest candidate, (Q,)."""
    found = []
    for start in range(0, len(rows), BLOCK):
        a, b, c, _ = rows[start : start + BLOCK].T
        similarity = (vectors[b] - vectors[a] + vectors[c]) @ vectors.T  # a cosine but for a factor
        for given in (a, b, c):
            similarity[np.arange(len(given)), given] = -np.inf
        found.append(similarity.argmax(axis=1))
    return np.concatenate(found)


def check(words: Sequence[str], vectors: FloatArray, rows: Rows) -> None:
    """Make sure that `Space.analogy` answers as the formula above does."""
    space = sema.Space.from_vectors(words, vectors)
    some = rows[:: max(1, len(rows) // CHECKED)]
    for (a, b, c, _), expected in zip(some, answers(vectors, some), strict=True):
        ranked = space.analogy([words[b], words[c]], words[a], k=4).answers
        assert next(one.label for one in ranked if not one.is_input) == words[expected]


def correlation(
    vectors: FloatArray, row: dict[str, int], pairs: Sequence[tuple[str, str, float]]
) -> float:
    """Return how well the cosine of two words agrees with people."""
    cosines = [float(vectors[row[a]] @ vectors[row[b]]) for a, b, _ in pairs]
    return float(spearmanr(cosines, [judgment for _, _, judgment in pairs]).statistic)


def questions(text: str) -> list[list[str]]:
    """Return the words of each question, in lower case; lines with a colon name a section."""
    return [line.lower().split() for line in text.splitlines() if not line.startswith(":")]


def judged_pairs(text: str) -> list[tuple[str, str, float]]:
    """Return pairs of words in lower case, and how similar people find them, from 0 to 10."""
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [(a.lower(), b.lower(), float(judgment)) for a, b, judgment in lines]


def fetch() -> dict[str, str]:
    """Return the three files, by name; they are fetched once, into the cache."""
    folder = weights.cache_folder() / "benchmarks" / GENSIM
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            command = [*weights._pip(), "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run([*command, "--dest", temporary, GENSIM], check=True)
            (wheel,) = Path(temporary).glob("*.whl")
            files = Path(temporary, "files")
            files.mkdir()
            with zipfile.ZipFile(wheel) as archive:
                for name in SHA256:
                    (files / name).write_bytes(archive.read(f"gensim/test/test_data/{name}"))
            files.rename(folder)
    for name, expected in SHA256.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert found == expected, f"{folder / name} has SHA-256 {found}"
    return {name: (folder / name).read_text(encoding="utf-8") for name in SHA256}


if __name__ == "__main__":
    main()
