"""What a pile of short texts costs from rows to a map, and what 1,000 rows more do.

    python benchmarks/pile.py

100,000 real short texts, less 1,000, are indexed; then come the neighbor graph, clusters with their
names, the map and its picture. Encoding is timed within indexing: what all the rest takes is given
as a share of it. At the end the 1,000 are added, placed on the map and put into clusters. The
model is loaded before; everything runs in one process, whose peak of memory is printed.
"""

import argparse
import resource
import tempfile
from pathlib import Path

import semascope as sema
from common import pieces_of_speeches, print_machine, print_table, seconds
from overhead import clock

MORE = 1000  # rows added at the end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    source, texts = pieces_of_speeches(parser.parse_args().texts)
    model = sema.load()
    model.encode(texts[:64])

    spent: dict[str, float] = {}
    clock(spent, "encoding", type(model), "encode")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "texts.lance")
        indexing = seconds(lambda: sema.index(texts[:-MORE], to=path, model=model))
        encoding = spent["encoding"]
        talks = sema.open(path)
        parts = {
            "indexing, without encoding": indexing - encoding,
            "neighbor graph": seconds(talks.neighbors),
            "clusters and names": seconds(talks.clusters),
            "map": seconds(talks.map),
            "picture": seconds(lambda: talks.draw(Path(folder, "map.png"))),
        }
        parts["all but encoding"] = sum(parts.values())
        more = {
            "1,000 rows more: indexed": seconds(lambda: talks.add(texts[-MORE:])),
            "in the graph and in clusters": seconds(talks.clusters),
            "on the map": seconds(talks.map),
        }
        more["together"] = sum(more.values())

    print_machine("openvino", "pylance", "openTSNE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{len(texts):,} {source}, {model.precision}; {peak:.1f} GB at the peak\n")
    rows = [["encoding", f"{encoding:.1f}", "1.00"]]
    rows += [[part, f"{s:.1f}", f"{s / encoding:.2f}"] for part, s in (parts | more).items()]
    print_table(["", "s", "share of encoding"], rows)


if __name__ == "__main__":
    main()
