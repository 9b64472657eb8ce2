"""What one answer costs from a standing start.

    python benchmarks/cold.py

Measured are whole processes, from their start to their end, in turn: ``semascope similar uncle
aunt``, and the three lines of Python that do the same, in each precision, against the same three
lines with sentence-transformers. The weights are on disk, and neither side may ask the hub for
news. Each is run once unmeasured; a figure is the median of the runs. Processor time is the user's
and the system's, memory the peak of the resident set, both as the kernel accounts for the process
when it ends (``wait4``).
"""

import argparse
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from common import in_turn, print_machine, print_table, weights_folder, without_blas_settings

OURS = """
import semascope as sema
a, b = sema.load(precision={precision!r}).encode(["uncle", "aunt"])
print(sema.cosine_similarity(a, b))
"""
THEIRS = """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({folder!r})
print(model.similarity(*model.encode(["uncle", "aunt"])).item())
"""
COSINE = "0.73"  # what each must print: 0.7339 where it is exact


class Cost(NamedTuple):
    """What a process took."""

    wall: float  # s
    processor: float  # s
    memory: float  # MB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    os.environ["HF_HUB_OFFLINE"] = "1"
    without_blas_settings()
    script = Path(sys.executable).with_name("semascope")
    python = [sys.executable, "-c"]
    sides = {
        "sentence-transformers, three lines": [
            *python,
            THEIRS.format(folder=str(weights_folder())),
        ],
        "`semascope similar uncle aunt`": [str(script), "similar", "uncle", "aunt"],
    }
    for precision in ("f32", "bf16", "int8"):
        sides[f"semascope, three lines, {precision}"] = [*python, OURS.format(precision=precision)]
    print_machine("sentence-transformers", "torch", "openvino")
    for command in sides.values():
        run(command)
    costs = in_turn({name: partial(run, command) for name, command in sides.items()}, rounds)
    medians = {name: Cost(*map(median, zip(*runs, strict=True))) for name, runs in costs.items()}
    theirs, *_ = medians.values()
    rows = [
        [
            name,
            *(f"{cost.wall:.2f}", f"{cost.processor:.2f}", f"{cost.memory:.0f}"),
            *(f"{b / a:.1f}×" for a, b in zip(cost, theirs, strict=True)),
        ]
        for name, cost in medians.items()
    ]
    titles = ["wall, s", "processor, s", "peak memory, MB"]
    print_table(["cold process", *titles, "times less: wall", "processor", "memory"], rows)


def run(command: list[str]) -> Cost:
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or COSINE not in output:
        raise SystemExit(f"{command[0]} ended with {process.returncode} and printed {output!r}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


if __name__ == "__main__":
    main()
