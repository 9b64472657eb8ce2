"""Which share of the machine's matmul peak encoding reaches.

    python benchmarks/peak.py

The work. Counted are the multiplications and additions that the model needs for the texts' real
tokens, 2·m·n·k for a product of m × k by k × n: for a text of T tokens and in each layer the four
projections of attention (4 · 2·T·D·D), QKᵀ and its product with V over all heads (2 · 2·T·T·D)
and the two feed-forward products (2 · 2·T·D·F). Not counted, so that all of it lowers the share:
padding, layer norms, softmax, gelu, biases, look-ups, pooling, and in "encode" the tokenizer.
"Graph alone" starts from batches of token ids. The texts are those of encode.py.

The peak. The highest rate at which matrices were multiplied in that precision, in turn with the
encoding: products of 1,024 and of 2,048 square and of the model's own shape (1,024 tokens, 384 to
1,536 numbers and back), chained so that nothing is converted or copied between them, through
OpenVINO as the model runs (one stream a core, all of them busy). NumPy's product of two 2,048
square matrices, in f32 alone, counts as well; it runs in a process without the OPENBLAS settings
that would slow it. A rate is the median of the rounds, the peak the highest of these medians.
"""

import argparse
from collections import deque
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from common import (
    in_fresh_process,
    in_turn,
    long_texts,
    precisions,
    print_machine,
    print_table,
    seconds,
    short_texts,
)
from semascope.encoder import DEFAULT_MODEL, checkpoint, weights
from semascope.encoder.checkpoint import Checkpoint
from semascope.encoder.encoder import Encoder
from semascope.encoder.runtime import Precision, compile_model, make_model, op, run_all
from semascope.encoder.tokens import batches, load_tokenizer
from semascope.encoder.transformer import embedding_graph

CHAIN = 12  # products in a chain
SHAPES = [(1024, 1024, 1024), (2048, 2048, 2048), (1024, 384, 1536)]  # m, k, n
LEAST_WORK = 3e11  # operations in a lap of a chain: about a second


class Job(NamedTuple):
    """Something that multiplies matrices."""

    operations: float
    run: Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--short", type=int, default=4000, help="number of short texts")
    parser.add_argument("--long", type=int, default=500, help="number of long texts")
    arguments = parser.parse_args()

    model = checkpoint.read(*weights.locate(DEFAULT_MODEL))
    texts = {"short": short_texts(arguments.short), "long": long_texts(arguments.long)}
    sides = {("numpy, 2048 × 2048 × 2048", "f32"): partial(in_fresh_process, numpy_rate)}
    for precision in precisions():
        jobs = {f"OpenVINO, {m} × {k} × {n}": products(precision, m, k, n) for m, k, n in SHAPES}
        for kind, (_, some) in texts.items():
            jobs[f"encode, {kind} texts"], jobs[f"graph alone, {kind} texts"] = encoding(
                model, precision, some
            )
        sides |= {(name, precision): partial(rate, job) for name, job in jobs.items()}

    print_machine("openvino", "numpy")
    for kind, (source, some) in texts.items():
        print(f"{kind}: {len(some):,} {source}  ")
    rates = {side: median(laps) for side, laps in in_turn(sides, arguments.rounds).items()}
    print_shares(rates)


def rate(job: Job) -> float:
    """Return how many billion operations a second ``job`` gets done."""
    return job.operations / seconds(job.run) / 1e9


def products(precision: Precision, m: int, k: int, n: int) -> Job:
    """Multiply m rows by a k × n matrix, the result by an n × k matrix, and so on."""
    random = np.random.default_rng(0)
    x = rows = op.parameter([m, k], np.float32)
    for i in range(CHAIN):
        shape = (n, k) if i % 2 else (k, n)
        scale = shape[0] ** -0.5  # keeps the numbers' size from product to product
        x = op.matmul(x, op.constant(random.normal(0, scale, shape).astype("f4")), False, False)
    compiled = compile_model(make_model([x], [rows], "products"), precision)
    operations = CHAIN * 2 * m * n * k
    batch = random.standard_normal((m, k), np.float32)
    inputs = [(i, batch) for i in range(-(-int(LEAST_WORK) // operations))]
    return Job(len(inputs) * operations, lambda: exhaust(run_all(compiled, inputs)))


def encoding(model: Checkpoint, precision: Precision, texts: list[str]) -> tuple[Job, Job]:
    """Encode ``texts``, and run what the graph has to do with it alone."""
    encodings = load_tokenizer(model).encode_batch_fast(texts)
    operations = count_operations(model, np.array([len(encoding) for encoding in encodings]))
    encoder = Encoder(DEFAULT_MODEL, model, precision)
    compiled = compile_model(embedding_graph(model.weights, model.architecture), precision)
    ready = list(batches(encodings, model.max_tokens))
    return (
        Job(operations, lambda: encoder.encode(texts)),
        Job(operations, lambda: exhaust(run_all(compiled, ready))),
    )


def count_operations(model: Checkpoint, tokens: NDArray[np.integer]) -> float:
    """Return the operations that texts of so many tokens need, (N,), as the docstring counts."""
    T, D = tokens.astype(float), model.architecture.dim
    F = len(model.weights["encoder.layer.0.intermediate.dense.bias"])
    layer = 4 * 2 * T * D * D + 2 * 2 * T * T * D + 2 * 2 * T * D * F
    return float(model.architecture.layers * layer.sum())


def numpy_rate(size: int = 2048, laps: int = 10) -> float:
    a, b = np.random.default_rng(0).random((2, size, size), np.float32)
    job = Job(2 * size**3, lambda: a @ b)
    return median(rate(job) for _ in range(laps))


def exhaust(results: Any) -> None:
    deque(results, maxlen=0)


def print_shares(rates: dict[tuple[str, str], float]) -> None:
    """Print all rates, and what share each is of the highest in its precision."""
    peaks: dict[str, float] = {}
    for (_, precision), reached in rates.items():
        peaks[precision] = max(reached, peaks.get(precision, 0))
    rows = []
    for name in dict.fromkeys(name for name, _ in rates):
        cells = [name]
        for precision, peak in peaks.items():
            found = rates.get((name, precision))
            cells += [f"{found:,.0f}", f"{found / peak:.2f}"] if found else ["", ""]
        rows.append(cells)
    columns = [column for precision in peaks for column in (f"{precision}, GFLOP/s", "share")]
    print()
    print_table(["", *columns], rows)


if __name__ == "__main__":
    main()
