"""How many times as fast as sentence-transformers semascope encodes.

    python benchmarks/encode.py

Measured is the whole call, from a list of strings to an array of embeddings, on the processor:
``SentenceTransformer(folder).encode(texts)`` with its defaults against ``model.encode(texts)`` in
each precision: exact ones, and int8, which gives other embeddings (`precision` says how good). All
load the same weights, warm up on a few texts, and then encode in turn; a rate is the median of the
rounds, a ratio that of two such medians.
"""

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median

import semascope as sema
from common import (
    in_turn,
    long_texts,
    peer,
    precisions,
    print_machine,
    print_table,
    seconds,
    short_texts,
)

WARM_UP = 64  # texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--short", type=int, default=4000, help="number of short texts")
    parser.add_argument("--long", type=int, default=500, help="number of long texts")
    arguments = parser.parse_args()

    theirs = peer()
    ours = {p: sema.load(precision=p) for p in [*precisions(), "int8"]}
    encoders: dict[str, Callable[[list[str]], object]] = {"sentence-transformers": theirs.encode}
    encoders |= {f"semascope {precision}": model.encode for precision, model in ours.items()}

    print_machine("sentence-transformers", "torch", "openvino")
    columns, cells = [""], {name: [name] for name in encoders}
    sets = {"short": short_texts(arguments.short), "long": long_texts(arguments.long)}
    for kind, (source, texts) in sets.items():
        tokens = sum(len(ours["f32"].tokens(text)) for text in texts) / len(texts)
        print(f"{kind}: {len(texts):,} {source}, {tokens:.1f} tokens in the mean  ")
        for encode in encoders.values():
            encode(texts[:WARM_UP])
        calls = {name: partial(encode, texts) for name, encode in encoders.items()}
        times = in_turn({n: partial(seconds, call) for n, call in calls.items()}, arguments.rounds)
        rates = {name: len(texts) / median(laps) for name, laps in times.items()}
        columns += [f"{kind}, texts/s", "ratio"]
        for name, rate in rates.items():
            cells[name] += [f"{rate:,.0f}", f"{rate / rates['sentence-transformers']:.2f}×"]
    print()
    print_table(columns, list(cells.values()))


if __name__ == "__main__":
    main()
