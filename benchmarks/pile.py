"""What a pile of short texts costs from a file to a map, and what 1,000 rows more do.

    python benchmarks/pile.py [--texts 1000000] [--precision int8]

100,000 real short texts, less 1,000, are indexed from a CSV file; then come the neighbor graph,
clusters with their names, the map and its picture. Encoding is timed within indexing: what all the
rest takes is given as a share of it. At the end the 1,000 are added, placed on the map and put into
clusters. The model is loaded before; everything runs in one process, whose peak of memory is
printed. There are 129,000 real texts: of more, all are synthetic, recombined from halves of these.
"""

import argparse
import csv
import resource
import tempfile
from pathlib import Path

import semascope as sema
from common import pieces_of_speeches, print_machine, print_table, recombined, seconds
from overhead import clock

MORE = 1000  # rows added at the end
REAL = 129_000  # texts that there are


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--precision", choices=["auto", "f32", "bf16", "int8"], default="auto")
    arguments = parser.parse_args()
    count = arguments.texts
    source, texts = (pieces_of_speeches if count <= REAL else recombined)(count)
    model = sema.load(precision=arguments.precision)
    model.encode(texts[:64])

    spent: dict[str, float] = {}
    clock(spent, "encoding", type(model), "encode")
    with tempfile.TemporaryDirectory() as folder:
        file, path = Path(folder, "texts.csv"), Path(folder, "texts.lance")
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([["text"], *([text] for text in texts[:-MORE])])
        indexing = seconds(lambda: sema.index(file, to=path, model=model))
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
        recall = talks.info().recall
        more = {
            "1,000 rows more: indexed": seconds(lambda: talks.add(texts[-MORE:])),
            "in the graph and in clusters": seconds(talks.clusters),
            "on the map": seconds(talks.map),
        }
        more["together"] = sum(more.values())

    print_machine("openvino", "pylance", "openTSNE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{len(texts):,} {source}, {model.precision}; {peak:.1f} GB at the peak")
    whole = encoding + parts["all but encoding"]
    print(f"graph recall {recall:.3f}; {whole:,.0f} s from the file to the picture\n")
    rows = [["encoding", f"{encoding:.1f}", "1.00"]]
    rows += [[part, f"{s:.1f}", f"{s / encoding:.2f}"] for part, s in (parts | more).items()]
    print_table(["", "s", "share of encoding"], rows)


if __name__ == "__main__":
    main()
