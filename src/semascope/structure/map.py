"""The map: every row a point in the plane, near its neighbors as far as a plane allows."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from semascope.progress import Progress, silent
from semascope.structure.graph import FloatArray, Graph

SEED = 0
SCHEDULE = ((12.0, 50), (1.5, 50), (1.0, 100))  # exaggeration, iterations: gather, then spread
CELL = 2  # width of the grid's cells; openTSNE's 1 takes half as long again for 0.001 more kept
SHARED = 20_000  # rows from which threads gain more than they lose in waiting for one another
START_SPREAD = 1e-4  # standard deviation of the initial layout: Kobak & Berens (2019)
REPORT_EVERY = 10  # iterations
FEW_ROWS = 2000  # up to here the Barnes-Hut tree is faster than the interpolation grid
SAMPLE = 2**16  # rows that the principal axes are found from: the first, a fair sample if hashed
GRAIN = 2.0**18  # whole numbers for a length of 1
ONE_SPOT = 1e-6  # a map no wider shows but the rounding of float32


Schedule = Sequence[tuple[float, int]]
"""Stretches of the layout: by how much neighbors are drawn together, and for how many steps."""


def layout(
    graph: Graph,
    embeddings: FloatArray,
    *,
    schedule: Schedule = SCHEDULE,
    on_progress: Progress = silent,
) -> FloatArray:
    """Return a place on the map for each row.

    t-SNE with an equal pull between all neighbors, starting from the two principal components.
    Up to N = 3k the neighbors are too large a part of all rows for t-SNE to show anything, and
    the principal components are the map.

    Parameters
    ----------
    graph : Graph
        N rows and their k neighbors.
    embeddings : ndarray of shape (N, D), float32
        What the graph was made from; D at least 2.
    schedule : sequence of (float, int)
        Exaggeration and iterations of each stretch.
    on_progress : callable(done, total)
        Called every few iterations; counts iterations. Not called where t-SNE is not run.

    Returns
    -------
    ndarray of shape (N, 2), float32
        Coordinates in [-1, 1], centered, both axes in one scale, of which the longer is filled.
        Only who is near whom has a meaning. The same for the same input on the same machine,
        however many threads it uses.

    References
    ----------
    Van der Maaten & Hinton (2008), Visualizing data using t-SNE; Linderman et al. (2019), Fast
    interpolation-based t-SNE; Kobak & Berens (2019), The art of using t-SNE for single-cell
    transcriptomics; Poličar, Stražar & Zupan (2024), openTSNE.
    """
    N, k = graph.neighbors.shape
    start = _principal_components(embeddings)
    if 0 < 3 * k < N:  # a perplexity above N/3 has no meaning, and that of k equal neighbors is k
        return _fill_square(_tsne(graph, start, schedule, on_progress))
    return _fill_square(start)


def _principal_components(embeddings: FloatArray) -> FloatArray:
    """Return (N, 2): the embeddings seen from where they vary most.

    Threads add in another order each time their number changes, and t-SNE makes large differences
    of the smallest. So sums are taken over whole numbers, exact in any order (SAMPLE GRAIN² < 2⁵³),
    and the projection row by row. The signs of the axes are fixed as well.
    """
    sample = np.rint(embeddings[:SAMPLE] * GRAIN).astype(np.float64)  # (at most SAMPLE, D)
    size = max(len(sample), 1)
    mean = sample.sum(axis=0) / size  # (D,)
    _, axes = np.linalg.eigh(sample.T @ sample / size - np.outer(mean, mean))  # variance ascending
    axes = axes[:, :-3:-1].astype(np.float32)  # (D, 2)
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return np.column_stack([np.vecdot(embeddings, axis) for axis in axes.T.copy()])


def _tsne(
    graph: Graph, start: FloatArray, schedule: Schedule, on_progress: Progress
) -> NDArray[np.float64]:
    """Let neighbors pull and all others push, from the start given."""
    from openTSNE import TSNEEmbedding  # scikit-learn comes with it: 0.8 s
    from openTSNE.affinity import PrecomputedAffinities

    N, k = graph.neighbors.shape
    ends = np.arange(0, N * k + 1, k)
    pull = csr_matrix((np.ones(N * k), graph.neighbors.ravel(), ends), shape=(N, N))
    start = start - start.mean(axis=0)
    start *= START_SPREAD / max(start[:, 0].std(), START_SPREAD)
    jitter = np.random.default_rng(SEED).normal(0, START_SPREAD / 100, start.shape)  # parts equals
    embedding = TSNEEmbedding(
        start + jitter,
        PrecomputedAffinities(pull + pull.T),
        negative_gradient_method="bh" if N <= FEW_ROWS else "fft",
        ints_in_interval=CELL,
        n_jobs=-1 if N >= SHARED else 1,  # the bits are the same
        callbacks_every_iters=REPORT_EVERY,
    )
    done, total = 0, sum(iterations for _, iterations in schedule)
    for exaggeration, iterations in schedule:
        embedding.optimize(
            iterations,
            exaggeration=exaggeration,
            callbacks=_reporter(on_progress, done, total),
            inplace=True,
        )
        done += iterations
    return np.asarray(embedding)


def _reporter(
    on_progress: Progress, done: int, total: int
) -> Callable[[int, float, NDArray[np.float64]], None]:
    """Return an openTSNE callback; it counts from the start of its own stretch."""

    def report(iteration: int, _error: float, _embedding: NDArray[np.float64]) -> None:
        on_progress(done + iteration, total)

    return report


def _fill_square(coordinates: NDArray[np.floating]) -> FloatArray:
    """Center and scale to [-1, 1], both axes alike; points that lie on one spot stay together."""
    if not len(coordinates):
        return coordinates.astype(np.float32)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    half_width = float((high - low).max()) / 2
    scale = half_width if half_width > ONE_SPOT else 1.0
    filled: FloatArray = ((coordinates - (low + high) / 2) / scale).astype(np.float32)
    return filled
