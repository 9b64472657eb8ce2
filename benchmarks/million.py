"""Search over a million passages: how fast, and how much of what is nearest it finds.

    python benchmarks/million.py [--texts FILE] [--collection PATH]

A file of texts, one a line, becomes a collection (or, with --collection, one that is there is
taken), and is opened. Questions are 200 sentences of the speeches that come with semascope, as they
stand there. Each is embedded before; measured is then, in a warm process, the search for its 10
nearest passages by embedding, and the whole call of ``Collection.search`` with its text, which
embeds it and reads the rows. Recall is the share of the 10 truly nearest, found by comparing with
all embeddings, that is among the 10 found.

Without a file the texts are synthetic: there are not enough real short ones. Each is the beginning
of one piece of a speech and the end of another; all are distinct. Such texts lie closer together
than real ones do.
"""

import argparse
import re
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import semascope as sema
from common import print_machine, print_table, recombined, seconds
from semascope.collection.nearest import open_nearest
from semascope.collection.snapshot import EMBEDDING, Snapshot, to_matrix
from semascope.data import path as data_path

K = 10
QUESTIONS = 200
BLOCK = 16_384


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=Path, help="a file of distinct texts, one a line")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--collection", type=Path, help="an indexed collection; takes its texts")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = arguments.collection or make(arguments, Path(folder, "texts.lance"))
        measure(path)


def make(arguments: argparse.Namespace, path: Path) -> Path:
    """Index the texts, and print what that took."""
    if arguments.texts:
        lines = arguments.texts.read_text(encoding="utf-8").splitlines()
        source, texts = str(arguments.texts), list(dict.fromkeys(filter(None, lines)))
    else:
        source, texts = recombined(arguments.count)
    took = seconds(lambda: sema.index(texts, to=path))
    print(f"{len(texts):,} {source}, indexed in {took:,.0f} s\n")
    return path


def measure(path: Path) -> None:
    talks = sema.open(path)
    model = sema.load(precision="f32")
    questions = sentences()
    embeddings = model.encode(questions)
    truth = nearest(Snapshot(path), embeddings)
    searcher = open_nearest(Snapshot(path))
    for question, embedding in zip(questions[:5], embeddings, strict=False):  # warm up
        searcher.find(embedding, K, None)
        talks.search(question, k=K)

    laps, whole, hybrid, found = [], [], [], []
    for question, embedding in zip(questions, embeddings, strict=True):
        start = perf_counter()
        numbers = searcher.find(embedding, K, None)
        laps.append(perf_counter() - start)
        found.append(numbers)
        whole.append(seconds(lambda q=question: talks.search(q, k=K, mode="vector")))
        hybrid.append(seconds(lambda q=question: talks.search(q, k=K)))
    recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(found, truth, strict=True)])

    print_machine("pylance", "numpy")
    print(f"{len(talks):,} passages, {len(questions)} questions; recall@{K} {recall:.3f}\n")
    rows = [
        ["nearest by embedding", *in_ms(laps)],
        ['`search(text, mode="vector")`', *in_ms(whole)],
        ["`search(text)`, hybrid", *in_ms(hybrid)],
    ]
    print_table(["", "p50, ms", "p95, ms"], rows)


def sentences() -> list[str]:
    """Return sentences of speeches, at even distances."""
    texts = pq.read_table(data_path("speeches"))["text"].to_pylist()
    whole = [s for text in texts for s in re.split(r"(?<=[.!?])\s+", text)[1:-1]]
    whole = [sentence for sentence in whole if 8 <= len(sentence.split()) <= 25]
    return whole[:: len(whole) // QUESTIONS][:QUESTIONS]


def nearest(snapshot: Snapshot, embeddings: np.ndarray) -> np.ndarray:
    """Return the truly nearest passages of each embedding, (Q, K), by comparing with all."""
    best = np.full((len(embeddings), K), -2.0, np.float32)
    numbers = np.zeros((len(embeddings), K), np.int64)
    start = 0
    for batch in snapshot.batches([EMBEDDING], BLOCK):
        similarity = embeddings @ to_matrix(pa.chunked_array([batch[EMBEDDING]])).T
        both = np.hstack([best, similarity])
        of_both = np.hstack(
            [numbers, np.broadcast_to(np.arange(start, start + len(batch)), similarity.shape)]
        )
        keep = np.argpartition(-both, K - 1, axis=1)[:, :K]
        best = np.take_along_axis(both, keep, axis=1)
        numbers = np.take_along_axis(of_both, keep, axis=1)
        start += len(batch)
    return numbers


def in_ms(laps: list[float]) -> list[str]:
    return [f"{1000 * median(laps):.1f}", f"{1000 * quantiles(laps, n=20)[-1]:.1f}"]


if __name__ == "__main__":
    main()
