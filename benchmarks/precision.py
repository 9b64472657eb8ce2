"""What int8 costs in quality: f32, bf16 and int8 side by side.

    python benchmarks/precision.py

Needs the texts in `../shared/data`; see benchmarks/README.md. Printed are, for each precision,

- STS: Spearman's correlation of cosine and people's score, STS benchmark's dev split,
- Cranfield: nDCG@10 of abstracts (title and text, as far as the model reads), ranked by cosine,
- Banking77: the share of its 10,003 questions whose 10 nearest have mostly the question's intent,
- overlap: the share of a film's 10 nearest by f32, among 2,000, that are among its 10 nearest,
- the lowest and the mean cosine with f32, over these films and questions.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import semascope as sema
from common import SHARED, long_texts, precisions, print_machine, print_table
from fidelity import Encode, FloatArray, nearest, overlap, paired_cosines, sts_correlation

FILMS = 2000
DISCOUNT = 1 / np.log2(np.arange(2, 12))  # of ranks 1 to 10


def main() -> None:
    if not (SHARED / "cranfield").exists():
        raise SystemExit(f"there is nothing to measure on: {SHARED} is absent")
    print_machine("openvino")
    rows, exact = [], None
    for precision in [*precisions(), "int8"]:
        encode: Encode = sema.load(precision=precision).encode
        films, questions = encode(long_texts(FILMS).texts), encode(questions_of_banking77()[0])
        found = films, questions
        exact = exact or found
        cosines = np.concatenate([paired_cosines(a, b) for a, b in zip(exact, found, strict=True)])
        figures = {
            "STS": sts_correlation(encode),
            "Cranfield nDCG@10": cranfield_ndcg(encode),
            "Banking77 accuracy": nearest_accuracy(questions),
            "overlap": overlap(nearest(exact[0]), nearest(films)),
            "min cosine": cosines.min(),
            "mean cosine": cosines.mean(),
        }
        rows.append([precision, *(f"{figure:.4f}" for figure in figures.values())])
    print_table(["", *figures], rows)


def questions_of_banking77() -> tuple[list[str], list[str]]:
    """Return texts and intents."""
    with (SHARED / "banking77-train.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def nearest_accuracy(embeddings: FloatArray) -> float:
    """Return how often the most frequent intent among the nearest is the question's own."""
    _, intents = np.unique(questions_of_banking77()[1], return_inverse=True)
    votes = [np.bincount(intents[near]).argmax() for near in nearest(embeddings)]
    return float((np.array(votes) == intents).mean())


def cranfield_ndcg(encode: Encode) -> float:
    """Return nDCG@10, the mean over the queries that anything is relevant to."""
    folder = SHARED / "cranfield"
    abstracts = list(_lines(folder / "corpus.jsonl"))
    queries = list(_lines(folder / "queries.jsonl"))
    relevant: dict[str, dict[str, int]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    similarity = (
        encode([query["text"] for query in queries])
        @ encode([f"{abstract['title']} {abstract['text']}" for abstract in abstracts]).T
    )  # (queries, abstracts)
    figures = []
    for query, row in zip(queries, similarity, strict=True):
        grades = relevant.get(query["_id"], {})
        best = np.sort([max(grade, 0) for grade in grades.values()])[::-1][:10]
        if best.any():
            top = np.argsort(-row, kind="stable")[:10]
            gains = [max(grades.get(abstracts[place]["_id"], 0), 0) for place in top]
            figures.append(gains @ DISCOUNT / (best @ DISCOUNT[: best.size]))
    return float(np.mean(figures))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
