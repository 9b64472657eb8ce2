"""What a search over 100,000 passages costs, warm and cold.

    python benchmarks/search.py

Warm: in one process, the exact search for the 10 passages nearest to an embedding, against numpy on
the same matrix, ``matrix @ query`` and ``argpartition``, which does not even sort them. In turn for
200 queries; a figure is the median.

Cold: whole processes, from start to end, with everything on disk: ``semascope search`` with a
question, hybrid (as it is by default) and by vector, against the five lines that do the same with
lancedb and sentence-transformers over a table of the same embeddings and texts. In turn, once
unmeasured; medians. The texts are real: pieces of speeches, indexed first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

import semascope as sema
from common import (
    in_turn,
    pieces_of_speeches,
    print_machine,
    print_table,
    seconds,
    spread,
    weights_folder,
    without_blas_settings,
)
from semascope.collection.nearest import open_nearest
from semascope.collection.snapshot import Snapshot

K = 10
QUERIES = 200
QUESTION = "help for farmers hit by drought"
THEIRS = """
import lancedb
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({folder!r})
table = lancedb.connect({database!r}).open_table("texts")
for hit in table.search(model.encode({question!r})).limit(10).to_list():
    print(hit["_distance"], hit["text"])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=100_000)
    arguments = parser.parse_args()

    os.environ["HF_HUB_OFFLINE"] = "1"
    source, texts = pieces_of_speeches(arguments.texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "texts.lance")
        sema.index(texts, to=path)
        print_machine("pylance", "lancedb", "sentence-transformers", "torch", "numpy")
        print(f"{len(texts):,} {source}\n")
        warm(path, texts)
        cold(path, texts, Path(folder, "peer"), arguments.rounds)


def warm(path: Path, texts: list[str]) -> None:
    snapshot = Snapshot(path)
    matrix, searcher = snapshot.embeddings, open_nearest(snapshot)
    queries = sema.load(precision="f32").encode(
        [f"about {text}" for text in spread(texts, QUERIES)]
    )

    def by_numpy(query: np.ndarray) -> np.ndarray:
        return np.argpartition(matrix @ query, -K)[-K:]

    for query in queries:
        assert set(by_numpy(query)) == set(searcher.find(query, K, None))
    laps: dict[str, list[float]] = {"numpy, matmul and argpartition": [], "semascope": []}
    for query in queries:
        laps["numpy, matmul and argpartition"].append(seconds(partial(by_numpy, query)))
        laps["semascope"].append(seconds(partial(searcher.find, query, K, None)))
    base = median(laps["numpy, matmul and argpartition"])
    rows = [
        [n, f"{1000 * median(lap):.2f}", f"{median(lap) / base:.2f}"] for n, lap in laps.items()
    ]
    print_table(["warm, exact, by embedding", "p50, ms", "ratio"], rows)
    print()


def cold(path: Path, texts: list[str], database: Path, rounds: int) -> None:
    import lancedb
    import pyarrow as pa

    vectors = sema.open(path).to_arrow()["_embedding"]
    table = pa.table({"text": texts, "vector": vectors})
    lancedb.connect(str(database)).create_table("texts", table)

    without_blas_settings()
    theirs = THEIRS.format(folder=str(weights_folder()), database=str(database), question=QUESTION)
    ours = [str(Path(sys.executable).with_name("semascope")), "search", str(path), QUESTION]
    commands = {
        "lancedb, sentence-transformers": [sys.executable, "-c", theirs],
        "`semascope search`, hybrid": ours,
        "`semascope search --mode vector`": [*ours, "--mode", "vector"],
    }
    run = partial(subprocess.run, check=True, capture_output=True)
    for command in commands.values():
        run(command)
    sides = {n: partial(seconds, partial(run, c)) for n, c in commands.items()}
    laps = {name: median(times) for name, times in in_turn(sides, rounds).items()}
    base = laps["lancedb, sentence-transformers"]
    rows = [[name, f"{s:.2f}", f"{s / base:.2f}"] for name, s in laps.items()]
    print_table(["cold, a whole process", "s", "ratio"], rows)


if __name__ == "__main__":
    main()
