"""How much memory encoding 100,000 texts takes, above the texts and the result.

    python benchmarks/memory.py

A fresh process reads the texts line by line from a file, so that nothing but the texts themselves
is in its memory; what is resident then is "before". It imports semascope, loads the model and
encodes. The peak of the resident set (``VmHWM`` in /proc) minus "before" minus the array of
embeddings is what semascope took: libraries, weights (mapped from their file, and counted), the
compiled graph, tokens, batches. Linux only. The texts are real and distinct: passages of speeches,
which come with semascope, cut every 13 words.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from common import in_fresh_process, pieces_of_speeches, precisions, print_machine, print_table

if TYPE_CHECKING:
    from semascope.encoder.runtime import Precision


class Memory(NamedTuple):
    """Resident memory in MB."""

    texts: float
    result: float
    loaded: float  # above the texts, once the model is there
    peak: float  # above the texts and the result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    source, texts = pieces_of_speeches(parser.parse_args().texts)

    print_machine("openvino", "tokenizers", "numpy")
    print(f"{len(texts):,} {source}; MB\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.txt")
        file.write_text("\n".join(texts), encoding="utf-8")
        taken = {p: in_fresh_process(measure, file, p) for p in precisions()}
    rows = [[precision, *(f"{mb:,.0f}" for mb in memory)] for precision, memory in taken.items()]
    columns = ["", "texts", "result", "model loaded, above texts", "peak, above texts and result"]
    print_table(columns, rows)


def measure(file: Path, precision: Precision) -> Memory:
    empty = resident("VmRSS")
    with file.open(encoding="utf-8") as lines:
        texts = [line.rstrip("\n") for line in lines]
    before = resident("VmRSS")
    import semascope as sema

    model = sema.load(precision=precision)
    loaded = resident("VmRSS")
    result = model.encode(texts).nbytes / 1e6
    return Memory(before - empty, result, loaded - before, resident("VmHWM") - before - result)


def resident(field: str) -> float:
    """Return this process's resident memory, now (VmRSS) or at its highest (VmHWM), in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith(field))
    return int(kibibytes) * 1024 / 1e6


if __name__ == "__main__":
    main()
