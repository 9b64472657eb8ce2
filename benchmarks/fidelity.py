"""How near semascope's embeddings are to those of sentence-transformers.

    python benchmarks/fidelity.py

Both sides load the same weights and embed the same texts, 2,000 short and 2,000 long ones. Printed
are the lowest and the mean cosine of a text's two embeddings, and the top-10 overlap: of a text's
ten nearest neighbors by sentence-transformers, among these 2,000 and without itself, the share that
are also among the ten nearest by semascope. Then the STS benchmark's dev split, if it is at hand:
Spearman's correlation of the cosine of two sentences with the score that people gave the pair.
"""

import argparse
import csv
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

import semascope as sema
from common import SHARED, long_texts, peer, precisions, print_machine, print_table, short_texts

FloatArray = NDArray[np.floating]
Encode = Callable[[list[str]], FloatArray]

K = 10
STS = SHARED / "stsb-en-dev.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=2000, help="number of texts in each set")
    count = parser.parse_args().texts

    reference: Encode = peer().encode
    ours: dict[str, Encode] = {p: sema.load(precision=p).encode for p in precisions()}

    print_machine("sentence-transformers", "torch", "openvino")
    rows = []
    for kind, (source, texts) in {"short": short_texts(count), "long": long_texts(count)}.items():
        print(f"{kind}: {len(texts):,} {source}  ")
        expected = reference(texts)
        for precision, encode in ours.items():
            found = encode(texts)
            cosine = paired_cosines(expected, found)
            figures = (cosine.min(), cosine.mean(), overlap(nearest(expected), nearest(found)))
            rows.append([f"{precision}, {kind} texts", *(f"{figure:.7f}" for figure in figures)])
    print()
    print_table(["semascope", "min cosine", "mean cosine", f"top-{K} overlap"], rows)
    print()
    if not STS.exists():
        print(f"No figure for the STS benchmark: {STS} is absent.")
        return
    encoders = {"sentence-transformers": reference}
    encoders |= {f"semascope {precision}": encode for precision, encode in ours.items()}
    correlations = {name: sts_correlation(encode) for name, encode in encoders.items()}
    published = correlations["sentence-transformers"]
    rows = [[name, f"{r:.5f}", f"{r - published:+.5f}"] for name, r in correlations.items()]
    print_table(["STS benchmark, dev", "Spearman", "difference"], rows)


def paired_cosines(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the cosine of each row of ``a`` (N, D) with the same row of ``b``, in float64."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: FloatArray = np.einsum("nd,nd->n", a, b) / lengths
    return cosines


def nearest(embeddings: FloatArray) -> NDArray[np.intp]:
    """Return the K nearest neighbors (N, K) of each of N unit vectors, in no order."""
    similarity = embeddings @ embeddings.T  # (N, N)
    np.fill_diagonal(similarity, -np.inf)  # nothing neighbors itself
    return np.argpartition(-similarity, K, axis=1)[:, :K]


def overlap(expected: NDArray[np.intp], found: NDArray[np.intp]) -> float:
    """Return the mean share of a text's expected neighbors that were found."""
    return float((expected[:, :, None] == found[:, None, :]).any(axis=2).mean())


def sts_correlation(encode: Encode) -> float:
    with STS.open(encoding="utf-8", newline="") as file:
        first, second, scores = zip(*csv.reader(file), strict=True)
    cosine = paired_cosines(encode(list(first)), encode(list(second)))
    return float(spearmanr(cosine, np.array(scores, float)).statistic)


if __name__ == "__main__":
    main()
