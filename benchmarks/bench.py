"""Make the tables of benchmarks/README.md again, one benchmark after the other.

    python benchmarks/bench.py [NAME ...]

Without a name all run, in the order of the README: 100 minutes on two cores. What NAME prints
goes to benchmarks/results/NAME.md, when it is done, and what it says besides to NAME.log. If one
fails, the others still run, and the last lines of its log stand at the end. Inputs that are made
first, by inputs.py, stay in benchmarks/inputs. Needs what `make bench` installs.
"""

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from typing import IO

from common import CHECKOUT, SHARED, without_blas_settings

RESULTS = CHECKOUT / "benchmarks" / "results"
BENCHMARKS = (
    *("encode", "fidelity", "precision", "peak", "kernels", "cold", "memory", "install"),
    *("overhead", "search", "million", "pile", "graph", "csv_to_map", "clusters", "map"),
    *("paint", "explorer", "analogies"),
)
# Of those that run more than once, or with something that was made before
OPTIONS = {
    "pile": [
        "",
        "--precision int8",
        "--texts 1000000",
        "--texts 1000000 --precision int8",
    ],
    "graph": [
        "benchmarks/inputs/embeddings.npy --rows 100000 --ways exact extended",
        "benchmarks/inputs/embeddings.npy --rows 150000 --ways exact",
        "benchmarks/inputs/embeddings.npy --rows 200000 --ways approximate hnsw",
    ],
    "csv_to_map": ["", "--texts banking77"],
    "map": [
        "--schedules --umap",
        "--embeddings benchmarks/inputs/embeddings.npy --rows 100000 --schedules --umap",
    ],
    "explorer": [
        "--large benchmarks/inputs/large.lance --million benchmarks/inputs/million.lance",
    ],
}
BEFORE = {
    "graph": ["benchmarks/inputs.py embeddings.npy"],
    "map": ["benchmarks/inputs.py embeddings.npy"],
    "paint": ["scripts/get_browser.py"],
    "explorer": ["scripts/get_browser.py", "benchmarks/inputs.py large.lance million.lance"],
}
JUDGED = ("precision", "clusters")  # by what people said of texts that are not part of the project
LAST = 5  # lines of a log that are shown
PATIENCE = 10  # s that an interrupted benchmark has to delete its files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or BENCHMARKS
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r} among {', '.join(BENCHMARKS)}")

    without_blas_settings()
    RESULTS.mkdir(exist_ok=True)
    done: list[str] = []
    failed: list[str] = []
    try:
        for name in names:
            if name in JUDGED and not SHARED.is_dir():
                print(f"{name}: left out, since {SHARED} is absent")
            else:
                (done if bench(name) else failed).append(name)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    finally:
        report(done, failed)
    return 1 if failed else 0


def bench(name: str) -> bool:
    """Run the commands of a benchmark until one fails; return whether all went well."""
    measured = [f"benchmarks/{name}.py {o}".strip() for o in OPTIONS.get(name, [""])]
    result = RESULTS / f"{name}.md"
    unfinished = result.with_suffix(".part")  # so that an older result stays until it is done
    with (
        unfinished.open("w", encoding="utf-8") as table,
        (RESULTS / f"{name}.log").open("w", encoding="utf-8") as log,
    ):
        for command in BEFORE.get(name, []):
            if not run(command, log, log):
                return False
        for command in measured:
            print(f"    python {command}\n", file=table, flush=True)
            if not run(command, table, log):
                return False
            print(file=table)
    unfinished.replace(result)
    return True


def run(command: str, out: IO[str], log: IO[str]) -> bool:
    """Run a script of this checkout, and say how long it took; return whether it went well."""
    print(f"python {command}", end=" ", flush=True)
    start = perf_counter()
    environment = {**os.environ, "PYTHONUTF8": "1"}  # whatever the system writes files in
    arguments = [sys.executable, *shlex.split(command)]
    with subprocess.Popen(
        arguments, cwd=CHECKOUT, env=environment, stdout=out, stderr=log
    ) as process:
        try:
            went_well = process.wait() == 0
        except KeyboardInterrupt:  # which a terminal sends to both
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            raise
    print(f"{'took' if went_well else 'failed after'} {perf_counter() - start:,.0f} s")
    return went_well


def report(done: Sequence[str], failed: Sequence[str]) -> None:
    """Say where results are, and what became of what has none."""
    print()
    for name in failed:
        lines = (RESULTS / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        print(f"{name} failed, and its last words were", *lines[-LAST:], sep="\n    ")
    folder = RESULTS.relative_to(CHECKOUT)
    print(f"Made: {', '.join(f'{folder}/{name}.md' for name in done) or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main())
