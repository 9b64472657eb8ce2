"""The map: how true it is for the time it takes, beside other schedules and UMAP.

    python benchmarks/map.py [--embeddings FILE.npy [--rows N]] [--graph FILE.npz] [--schedules]
                             [--umap [PY]]

Every side lays out the same exact neighbor graph (15 neighbors). Two figures say how true a map is:
the share of each row's true neighbors that are among its 15 nearest on the map (kept; 10,000 rows),
and trustworthiness, which punishes strangers among the nearest by how far away they truly are
(Venna & Kaski 2001; 1,000 rows). Times are of the processor, so that the two sides compare on a
machine that does other things as well.

--embeddings   an array (N, D) of unit length; else the films' plots, or passages of speeches
--rows N       only its first N rows
--graph        neighbors and similarity, as saved by --save-graph; else it is computed
--schedules    other schedules than the one that is used, too
--umap PY      an interpreter that can import umap (pip install umap-learn), given the same graph;
               this one, if it is not said
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
from scipy.spatial import cKDTree

from common import long_texts, print_machine, print_table, without_blas_settings

K = 15
KEPT_ROWS, TRUST_ROWS, BLOCK = 10_000, 1_000, 50_000
# Exaggeration, iterations
OTHERS = {
    "100 @ 12, 150 @ 1.5": ((12.0, 100), (1.5, 150)),
    "100 @ 12, 150 @ 1": ((12.0, 100), (1.0, 150)),
    "100 @ 12, 100 @ 1.5, 100 @ 1": ((12.0, 100), (1.5, 100), (1.0, 100)),
    "250 @ 12, 500 @ 1, openTSNE's": ((12.0, 250), (1.0, 500)),
}
UMAP = """
import json, sys, time
import numpy as np, umap
embeddings, graph = np.load(sys.argv[1]), np.load(sys.argv[2])
rows = np.arange(len(embeddings))[:, None]
knn = np.hstack([rows, graph["neighbors"]]), np.hstack([0 * rows, 1 - graph["similarity"]])
def run(n):
    start = time.process_time()
    near = tuple(part[:n].clip(max=n - 1) for part in knn)
    model = umap.UMAP(n_neighbors=16, metric="cosine", precomputed_knn=(*near, None),
                      random_state=0, force_approximation_algorithm=True)
    return model.fit_transform(embeddings[:n]), time.process_time() - start
run(500)  # compiles
coordinates, took = run(len(embeddings))
np.save(sys.argv[3], coordinates)
print(json.dumps(took))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--embeddings", type=Path)
    parser.add_argument("--rows", type=int, help="of the embeddings, the first")
    parser.add_argument("--graph", type=Path)
    parser.add_argument("--save-graph", type=Path)
    parser.add_argument("--schedules", action="store_true")
    parser.add_argument("--umap", metavar="PYTHON", nargs="?", const=sys.executable)
    arguments = parser.parse_args()
    without_blas_settings()
    from semascope.structure import map as mapping
    from semascope.structure import neighbors_kept

    what, embeddings = load(arguments.embeddings, arguments.rows)
    graph = neighbor_graph(embeddings, arguments.graph)
    if arguments.save_graph:
        np.savez(arguments.save_graph, neighbors=graph.neighbors, similarity=graph.similarity)

    used = mapping.SCHEDULE
    sides = {f"semascope: {', '.join(f'{n} @ {e:g}' for e, n in used)}": used}
    sides |= OTHERS if arguments.schedules else {}
    rows = []
    for name, schedule in sides.items():
        start = process_time()
        coordinates = mapping.layout(graph, embeddings, schedule=schedule)
        rows.append([name, *judge(coordinates, graph, embeddings), f"{process_time() - start:.1f}"])
        print(rows[-1], file=sys.stderr)
    start = process_time()
    neighbors_kept(coordinates, graph)
    honest = process_time() - start
    if arguments.umap:
        coordinates, took = umap(arguments.umap, embeddings, graph)
        rows.append(["umap-learn", *judge(coordinates, graph, embeddings), f"{took:.1f}"])

    print_machine("openTSNE", "numpy")
    print(f"{len(embeddings):,} {what}\n")
    print_table(["iterations @ exaggeration", "kept", "trustworthiness", "processor, s"], rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\nHonesty of every row: {honest:.1f} s. Peak memory of this process: {peak:.1f} GB.")


def load(path: Path | None, rows: int | None) -> tuple[str, np.ndarray]:
    """Return unit embeddings, and what they are of."""
    if path is not None:
        return f"embeddings of {path.name}", np.load(path)[:rows]
    import semascope as sema

    source, texts = long_texts(5_000)
    return source, sema.load(precision="bf16").encode(texts)


def neighbor_graph(embeddings: np.ndarray, path: Path | None):
    from semascope.structure import Graph, nearest_neighbors

    if path is None:
        return nearest_neighbors(embeddings, k=K)
    stored = np.load(path)
    return Graph(stored["neighbors"], stored["similarity"])


def judge(coordinates: np.ndarray, graph, embeddings: np.ndarray) -> Sequence[str]:
    """Return the share of true neighbors kept, and trustworthiness."""
    N, k = graph.neighbors.shape
    random = np.random.default_rng(0)
    tree = cKDTree(coordinates)

    def nearest(rows: np.ndarray) -> np.ndarray:
        found = tree.query(coordinates[rows], k + 1)[1]
        self = found == rows[:, None]
        self[:, k] |= ~self.any(axis=1)
        return found[~self].reshape(-1, k)

    rows = random.choice(N, min(N, KEPT_ROWS), replace=False)
    near, true = nearest(rows), graph.neighbors[rows]
    kept = (near[:, :, None] == true[:, None]).any(axis=2).mean()
    rows = random.choice(N, min(N, TRUST_ROWS), replace=False)
    near, strangers = nearest(rows), 0
    own = np.einsum("rd,rkd->rk", embeddings[rows], embeddings[near])
    ahead = np.zeros(near.shape, np.int64)
    for start in range(0, N, BLOCK):
        similarity = embeddings[rows] @ embeddings[start : start + BLOCK].T
        inside = (rows >= start) & (rows < start + BLOCK)
        similarity[inside, rows[inside] - start] = -np.inf
        ordered = np.sort(similarity, axis=1)
        for i in range(len(rows)):
            ahead[i] += ordered.shape[1] - np.searchsorted(ordered[i], own[i] + 1e-6)
    strangers = np.maximum(ahead + 1 - k, 0).sum()
    trust = 1 - 2 * strangers / (len(rows) * k * (2 * N - 3 * k - 1))
    return f"{kept:.3f}", f"{trust:.3f}"


def umap(python: str, embeddings: np.ndarray, graph) -> tuple[np.ndarray, float]:
    """Lay out the same graph with UMAP, and return the map and the processor's seconds."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("e.npy", "g.npz", "map.npy")]
        np.save(files[0], embeddings)
        np.savez(files[1], neighbors=graph.neighbors, similarity=graph.similarity)
        command = [python, "-W", "ignore", "-c", UMAP, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return np.load(files[2]), float(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
