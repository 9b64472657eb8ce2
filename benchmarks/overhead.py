"""What indexing costs beside encoding.

    python benchmarks/overhead.py

A CSV file of 100,000 real short texts becomes a collection: it is read, compared with what is
stored, cut into passages, embedded in bf16 where the processor computes in it, committed (written,
synced and hashed), compacted, and indexed for search. Measured is how long the calls of
``Encoder.encode`` take in this very run; everything else, from the call of ``semascope.index`` to
its return, is overhead, given as a share of encoding. The model is loaded before.
"""

import argparse
import csv
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import semascope as sema
from common import pieces_of_speeches, print_machine, print_table
from semascope.collection import guard, indexing, run
from semascope.passages import Splitter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    source, texts = pieces_of_speeches(parser.parse_args().texts)
    model = sema.load()
    model.encode(texts[:64])

    spent: dict[str, float] = {}
    clock(spent, "encoding", type(model), "encode")
    clock(spent, "cutting into passages", Splitter, "split")
    clock(spent, "looking for other languages", run, "not_english")
    clock(spent, "committing", guard, "commit")
    clock(spent, "compaction, search indexes, usual similarities", indexing, "finish")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["text"], *([text] for text in texts)])
        start = perf_counter()
        sema.index(file, to=Path(folder, "texts.lance"), model=model)
        whole = perf_counter() - start

    print_machine("openvino", "pylance")
    print(f"{len(texts):,} {source}, embedded in {model.precision}\n")
    encoding = spent.pop("encoding")
    spent["reading the file, matching, the rest"] = whole - encoding - sum(spent.values())
    spent["all but encoding"] = whole - encoding
    rows = [["encoding", f"{encoding:.2f}", "1.000"]]
    rows += [[part, f"{s:.2f}", f"{s / encoding:.3f}"] for part, s in spent.items()]
    print_table(["", "s", "share of encoding"], rows)


def clock(spent: dict[str, float], part: str, owner: Any, name: str) -> None:
    """Add up the time that a function takes, less what others that are clocked take within it."""
    whole: Callable[..., Any] = getattr(owner, name)

    def clocked(*arguments: Any, **options: Any) -> Any:
        before, start = sum(spent.values()), perf_counter()
        try:
            return whole(*arguments, **options)
        finally:
            within = sum(spent.values()) - before
            spent[part] = spent.get(part, 0.0) + perf_counter() - start - within

    setattr(owner, name, clocked)


if __name__ == "__main__":
    main()
