"""What a pile of short texts costs from a file to a map, and what 1,000 rows more do.

    python benchmarks/pile.py [--texts 1000000] [--precision int8]

100,000 real short texts, less 1,000, are indexed from a CSV file; then come the neighbor graph, and
the picture of the map with clusters and their names, which another process makes beside the map.
Encoding is timed within indexing. Shares are of what exact encoding alone takes, measured before in
the same run (of a million, on 100,000). At the end the 1,000 are added, placed on the map and put
into clusters. The model is loaded before. Printed is this process' peak of memory, up to the
picture. There are 129,000 real texts: of more, all are synthetic, recombined from halves of these.
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
ALONE = 100_000  # texts that are encoded alone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--precision", choices=["auto", "f32", "bf16", "int8"], default="auto")
    arguments = parser.parse_args()
    count = arguments.texts
    source, texts = (pieces_of_speeches if count <= REAL else recombined)(count)
    exactly, alone = exact_encoding(texts[:ALONE])
    alone *= count / len(texts[:ALONE])
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
            "clusters and names beside the map, picture": seconds(
                lambda: talks.draw(Path(folder, "map.png"))
            ),
        }
        parts["from the file to the picture"] = encoding + sum(parts.values())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        recall = talks.info().recall
        more = {
            "1,000 rows more: indexed": seconds(lambda: talks.add(texts[-MORE:])),
            "in the graph and in clusters": seconds(talks.clusters),
            "on the map": seconds(talks.map),
        }
        more["together"] = sum(more.values())

    print_machine("openvino", "pylance", "openTSNE")
    print(f"{len(texts):,} {source}; {model.precision}, beside {exactly}")
    print(f"{peak:.1f} GB at the peak of this process; recall of the graph {recall:.3f}\n")
    rows = [[f"{exactly} encoding, alone", f"{alone:.1f}", "1.00"]]
    rows += [
        [part, f"{s:.1f}", f"{s / alone:.2f}"]
        for part, s in ({"encoding": encoding} | parts | more).items()
    ]
    print_table(["", "s", "share"], rows)


def exact_encoding(texts: list[str]) -> tuple[str, float]:
    """Return the precision of exact encoding, and how many seconds it takes for some texts."""
    model = sema.load()
    model.encode(texts[:64])
    return model.precision, seconds(lambda: model.encode(texts))


if __name__ == "__main__":
    main()
