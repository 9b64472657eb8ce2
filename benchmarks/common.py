"""What the benchmarks share: texts, the peer, fresh processes, and the table that is printed.

Nothing heavy is imported before it is needed: `cold` and `memory` measure their own processes.
"""

from __future__ import annotations

import csv
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from semascope.encoder.runtime import Precision

CHECKOUT = Path(__file__).parents[1]
SHARED = CHECKOUT.parent / "shared" / "data"  # not part of the project; see its README.md
BLAS_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # make numpy slower than it is
WORDS_PER_PIECE = 13  # cut so, the speeches come to 17 tokens a piece, like Banking77's questions

Side = TypeVar("Side")  # what a measurement is known by
Result = TypeVar("Result")


class Texts(NamedTuple):
    """Distinct texts, and where they are from."""

    source: str
    texts: list[str]


def short_texts(count: int) -> Texts:
    """Return real texts of about 17 tokens: customers' questions, or pieces of speeches."""
    path = SHARED / "banking77-train.csv"
    if not path.exists():
        return pieces_of_speeches(count)
    with path.open(encoding="utf-8", newline="") as file:
        questions = [row["text"] for row in csv.DictReader(file)]
    return Texts("questions of Banking77", spread(questions, count))


def long_texts(count: int) -> Texts:
    """Return real texts of about 120 tokens: films' plots, or passages of speeches."""
    path = SHARED / "films.parquet"
    if not path.exists():
        return Texts("passages of speeches", spread(_speeches(), count))
    plots = [plot for plot in _column(path)[20_000:] if 70 <= len(plot.split()) <= 150]
    return Texts("films' plots of 70 to 150 words", spread(plots, count))


def pieces_of_speeches(count: int) -> Texts:
    """Return the speeches cut every 13 words: real and short, up to 129,000 of them."""
    pieces = []
    for words in map(str.split, _speeches()):
        ends = range(WORDS_PER_PIECE, len(words) + 1, WORDS_PER_PIECE)
        pieces += [" ".join(words[end - WORDS_PER_PIECE : end]) for end in ends]
    return Texts(f"pieces of speeches, {WORDS_PER_PIECE} words each", spread(pieces, count))


def recombined(count: int) -> Texts:
    """Return distinct synthetic texts: the beginning of one piece of a speech, the end of another.

    There are not enough real short texts for a million; these have real words in real order, but
    for one seam, and the length of the pieces.
    """
    _, pieces = pieces_of_speeches(10**9)
    half = WORDS_PER_PIECE // 2
    heads = list(dict.fromkeys(" ".join(piece.split()[:half]) for piece in pieces))
    tails = list(dict.fromkeys(" ".join(piece.split()[half:]) for piece in pieces))
    random = np.random.default_rng(0)
    rounds = -(-count // len(heads)) + 1
    made: dict[str, None] = {}
    for _ in range(rounds):
        for head, tail in zip(heads, random.permutation(len(tails))[: len(heads)], strict=False):
            made[f"{head} {tails[tail]}"] = None
    texts = list(made)[:count]
    assert len(set(texts)) == count
    return Texts("synthetic texts, recombined from halves of pieces of speeches", texts)


def spread(texts: Sequence[str], count: int) -> list[str]:
    """Return ``count`` distinct texts at even distances: semascope encodes equal ones once."""
    distinct = list(dict.fromkeys(texts))
    return distinct[:: max(1, len(distinct) // count)][:count]


def weights_folder() -> Path:
    """Return the one folder that both sides load the model from."""
    from semascope.encoder import DEFAULT_MODEL, weights

    folder, _ = weights.locate(DEFAULT_MODEL)
    return folder


def peer() -> SentenceTransformer:
    """Return the model as sentence-transformers loads it by default on a processor."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise SystemExit(
            "there is nothing to compare with: pip install torch==2.13.0 "
            "'sentence-transformers>=6.2,<7'"
        ) from None
    return SentenceTransformer(str(weights_folder()), device="cpu")


def precisions() -> list[Precision]:
    """Return what this processor computes in natively, among semascope's exact precisions."""
    from semascope.encoder.runtime import native_precision

    return ["f32", "bf16"] if native_precision() == "bf16" else ["f32"]


def seconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turn(sides: Mapping[Side, Callable[[], Result]], rounds: int) -> dict[Side, list[Result]]:
    """Call all sides one after the other, ``rounds`` times over, so that noise hits them alike."""
    results: dict[Side, list[Result]] = {side: [] for side in sides}
    for i in range(rounds):
        print(f"round {i + 1} of {rounds}", file=sys.stderr)
        for side, measure in sides.items():
            results[side].append(measure())
    return results


def in_fresh_process(function: Callable[..., Result], *arguments: object) -> Result:
    """Call ``function`` where no memory was used before, and numpy is as fast as it can be."""
    without_blas_settings()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def without_blas_settings() -> None:
    """Take what slows numpy down out of the environment of processes that start from here on."""
    for name in BLAS_SETTINGS:
        os.environ.pop(name, None)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print an aligned Markdown table: names to the left, figures to the right."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for first, *figures in (columns, rule, *rows):
        cells = [first.ljust(widths[0])]
        cells += [f.rjust(w) for f, w in zip(figures, widths[1:], strict=True)]
        print(f"| {' | '.join(cells)} |")


def print_machine(*packages: str) -> None:
    """Print what the figures were measured on and with."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = f"Python {platform.python_version()}"
    machine = [_processor(), f"{os.cpu_count()} cores", f"{memory:.0f} GiB", platform.system()]
    versions = [f"semascope {_revision()}", python, *(f"{p} {version(p)}" for p in packages)]
    print(f"{', '.join(machine)}; {', '.join(versions)}.\n")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    return done.stdout.strip() or "without history"


def _speeches() -> list[str]:
    from semascope.data import path

    return _column(path("speeches"))


def _column(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    texts: list[str] = pq.read_table(path, columns=["text"])["text"].to_pylist()
    return texts
