"""What the neighbor graph costs: exact, approximate, extended.

    python benchmarks/graph.py EMBEDDINGS.npy [--rows 20000 100000 ...] [--ways exact hnsw ...]

The rows are the first of a file of unit vectors; for figures that mean something, of real and
distinct texts. Every graph is made in a process of its own, one after the other: seconds on the
clock, seconds of all cores, peak of memory beyond the embeddings, and recall, measured by brute
force on 1,000 rows in float32. An extension adds 1,000 rows to those there are.

The way "hnsw" is usearch's hierarchical navigable small world graph, for comparison, if that is
installed; built on one thread, since otherwise it is another one each time.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from common import print_machine, print_table
from semascope.structure import Graph, extend, nearest_neighbors
from semascope.structure.approximate import approximate_neighbors
from semascope.structure.exact import exact_neighbors, fine_candidates, nearest_of_each

K = 15
ADDED = 1000
SAMPLE = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 50_000, 100_000, 150_000])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=["exact", "approximate"])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.embeddings, arguments.rows[0], arguments.ways[0])))
        return
    print_machine("numpy", "openvino")
    rows = []
    for N in arguments.rows:
        for way in arguments.ways:
            command = [sys.executable, __file__, str(arguments.embeddings)]
            command += ["--rows", str(N), "--ways", way, "--one"]
            run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            clock, cores, memory, recall = json.loads(run.stdout)
            rows.append(
                [f"{N:,}", way, f"{clock:.1f}", f"{cores:.1f}", f"{memory:.2f}", f"{recall:.3f}"]
            )
    print_table(["rows", "way", "s", "s of cores", "GB above", "recall"], rows)


def measure(path: Path, N: int, way: str) -> list[float]:
    stored = np.load(path, mmap_mode="r")
    embeddings = np.ascontiguousarray(stored[: N + (ADDED if way == "extended" else 0)])
    del stored
    work = WAYS[way](embeddings)
    before = peak()
    clock, cores = perf_counter(), process_time()
    neighbors = work()
    figures = [perf_counter() - clock, process_time() - cores, peak() - before]
    return [*figures, recall(embeddings, neighbors)]


def peak() -> float:
    """Return the most memory that the process ever had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def recall(embeddings: np.ndarray, neighbors: np.ndarray) -> float:
    sample = np.sort(np.random.default_rng(7).choice(len(embeddings), SAMPLE, replace=False))
    found = []
    for pairs in fine_candidates(embeddings, sample, K):
        rows, true, _ = nearest_of_each(embeddings, *pairs, K)
        found += [np.isin(a, b).mean() for a, b in zip(true, neighbors[rows], strict=True)]
    return float(np.mean(found))


def exact_(embeddings: np.ndarray) -> Callable[[], np.ndarray]:
    return lambda: exact_neighbors(embeddings, K)[0]


def approximate_(embeddings: np.ndarray) -> Callable[[], np.ndarray]:
    return lambda: approximate_neighbors(embeddings, K)[0]


def extended(embeddings: np.ndarray) -> Callable[[], np.ndarray]:
    is_new = np.zeros(len(embeddings), bool)
    is_new[np.random.default_rng(3).choice(len(embeddings), ADDED, replace=False)] = True
    old = nearest_neighbors(embeddings[~is_new], k=K)
    earlier = np.where(is_new, -1, np.cumsum(~is_new) - 1)

    def work() -> np.ndarray:
        made = extend(old, earlier, embeddings)
        assert isinstance(made, Graph)
        return made.neighbors

    return work


def hnsw(embeddings: np.ndarray) -> Callable[[], np.ndarray]:
    from usearch.index import Index

    def work() -> np.ndarray:
        settings = {"metric": "ip", "dtype": "bf16", "connectivity": 16, "expansion_add": 64}
        index = Index(ndim=embeddings.shape[1], **settings, expansion_search=128)
        numbers = np.arange(len(embeddings), dtype=np.uint64)
        index.add(numbers, embeddings, threads=1)
        found = index.search(embeddings, K + 1).keys.astype(np.int64)
        itself = found == numbers[:, None].astype(np.int64)
        itself[~itself.any(axis=1), -1] = True  # or else the last
        return found[~itself].reshape(-1, K)

    return work


WAYS = {"exact": exact_, "approximate": approximate_, "extended": extended, "hnsw": hnsw}

if __name__ == "__main__":
    main()
