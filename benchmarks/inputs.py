"""Make what graph, map and explorer start from: embeddings and mapped collections.

    python benchmarks/inputs.py NAME ...

Each is made once, into benchmarks/inputs, and appears there only when it is whole:

- embeddings.npy: 201,000 synthetic short texts, embedded,
- large.lance: 100,000 pieces of speeches, indexed and mapped,
- million.lance: a million synthetic short texts, indexed and mapped, in 20 minutes.

What is there is taken as it is: after a change to what semascope stores, delete the folder.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

import semascope as sema
from common import Texts, pieces_of_speeches, recombined
from semascope import explorer

INPUTS = Path(__file__).with_name("inputs")
EMBEDDED = 201_000  # what graph.py extends, 1,000 rows more than there are in the largest graph


def embeddings(path: Path) -> None:
    np.save(path, sema.load().encode(recombined(EMBEDDED).texts))


def large(path: Path) -> None:
    collection(path, pieces_of_speeches(100_000))


def million(path: Path) -> None:
    collection(path, recombined(1_000_000))


def collection(path: Path, texts: Texts) -> None:
    """Index texts, and make what a page of the explorer asks for first."""
    talks = sema.index(texts.texts, to=path)
    explorer.points(talks)
    explorer.about(talks)


MAKERS: dict[str, Callable[[Path], None]] = {
    "embeddings.npy": embeddings,
    "large.lance": large,
    "million.lance": million,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="+", choices=list(MAKERS), metavar="NAME")
    INPUTS.mkdir(exist_ok=True)
    for name in parser.parse_args().names:
        if not (INPUTS / name).exists():
            print(f"making {name}", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=INPUTS) as folder:
                MAKERS[name](Path(folder, name))
                Path(folder, name).rename(INPUTS / name)


if __name__ == "__main__":
    main()
