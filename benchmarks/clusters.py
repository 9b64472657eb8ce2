"""How well clusters agree with what people call the same, and names with what people call it.

    python benchmarks/clusters.py [--wordnet FOLDER] [--speed 100000]

Adjusted mutual information (Vinh, Epps & Bailey 2010: 0 by chance, 1 for the same clusters) with
the 77 intents of Banking77, the first genre of 5,000 films, and the 43 to 45 categories of 10,000
WordNet glosses, for semascope's three levels and for

- k-means, which is told the true number (scikit-learn, one start, the mean of three seeds),
- BERTopic as it comes, over the same embeddings,
- HDBSCAN on a UMAP of five dimensions, set as UMAP's manual advises for clustering.

What a peer leaves out counts as one more cluster, and its share is printed. Then names: the share
of clusters whose name, embedded, is nearest to the name of the intent that most of their questions
have. Beside semascope's names stand those by BERTopic's formula and settings, for the same
clusters. Peers that are not installed are left out:

    pip install bertopic hdbscan umap-learn

WordNet is Debian's package wordnet-base, of which FOLDER is usr/share/wordnet. With --speed, also
how long clusters and names take of so many pieces of speeches, embedded before.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import adjusted_mutual_info_score

import semascope as sema
from common import SHARED, pieces_of_speeches, print_machine, print_table, seconds
from semascope import structure

FILMS, GLOSSES = 5_000, 10_000
SEEDS = 3  # of k-means
NOT_INSTALLED = "not installed"


class Labeled(NamedTuple):
    """Texts in the order of their hashes, as semascope takes them, and what each is."""

    name: str
    texts: list[str]
    truth: np.ndarray
    embeddings: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--speed", type=int, metavar="TEXTS")
    arguments = parser.parse_args()
    print_machine("igraph", "scikit-learn")

    encoder = sema.load()
    sets = [banking(), films(), glosses(arguments.wordnet)]
    found = [labeled(encoder, name, pairs) for name, pairs in sets if pairs]
    for name, pairs in sets:
        if not pairs:
            print(f"{name}: not found, left out", file=sys.stderr)
    compare(found)
    print()
    names(encoder, found[0])
    if arguments.speed:
        print()
        speed(encoder, arguments.speed)


def compare(sets: Sequence[Labeled]) -> None:
    graphs = [structure.nearest_neighbors(each.embeddings) for each in sets]
    levels = [structure.nested_clusters(graph) for graph in graphs]
    rows = [
        [
            f"semascope, {name}",
            *(cell(s, [lv[name].labels]) for s, lv in zip(sets, levels, strict=True)),
        ]
        for name in structure.LEVELS
    ]
    peers: dict[str, Callable[[Labeled], list[np.ndarray]]] = {
        "k-means, told the number": k_means,
        "BERTopic": bertopic,
        "HDBSCAN on UMAP": hdbscan_on_umap,
    }
    for name, peer in peers.items():
        try:
            rows.append([name, *(cell(each, peer(each)) for each in sets)])
        except ImportError as error:
            rows.append([name, *[NOT_INSTALLED] * len(sets)])
            print(f"{name}: {error}", file=sys.stderr)
    print("Adjusted mutual information (clusters; share left out)\n")
    print_table(["", *(f"{s.name}, {len(s.texts):,}" for s in sets)], rows)


def cell(data: Labeled, runs: Sequence[np.ndarray]) -> str:
    agreement = np.mean([adjusted_mutual_info_score(data.truth, labels) for labels in runs])
    out = np.mean([labels == -1 for labels in runs])
    return f"{agreement:.3f} ({len(set(runs[0].tolist()) - {-1})}; {out:.0%})"


def k_means(data: Labeled) -> list[np.ndarray]:
    K = len(set(data.truth))
    return [
        KMeans(K, n_init=1, random_state=seed).fit_predict(data.embeddings) for seed in range(SEEDS)
    ]


def bertopic(data: Labeled) -> list[np.ndarray]:
    from bertopic import BERTopic
    from umap import UMAP

    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
    topics, _ = BERTopic(umap_model=umap).fit_transform(data.texts, data.embeddings)
    return [np.array(topics)]


def hdbscan_on_umap(data: Labeled) -> list[np.ndarray]:
    from hdbscan import HDBSCAN
    from umap import UMAP

    umap = UMAP(n_neighbors=30, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
    found = HDBSCAN(min_cluster_size=15).fit_predict(umap.fit_transform(data.embeddings))
    return [np.asarray(found)]


def names(encoder: sema.Encoder, data: Labeled) -> None:
    """Print the share of clusters whose name leads to the intent that most of them have."""
    levels = structure.nested_clusters(structure.nearest_neighbors(data.embeddings))
    ours = structure.name_clusters(data.texts, levels)
    intents = sorted(set(data.truth))
    spelled = encoder.encode([intent.replace("_", " ") for intent in intents])

    def matches(labels: np.ndarray, embeddings: np.ndarray) -> str:
        nearest = [intents[i] for i in (embeddings @ spelled.T).argmax(axis=1)]
        most = [Counter(data.truth[labels == c]).most_common(1)[0][0] for c in range(len(nearest))]
        return f"{np.mean([a == b for a, b in zip(nearest, most, strict=True)]):.3f}"

    rows = []
    for name, level in levels.items():
        labels = level.labels
        means = [data.embeddings[labels == c].mean(axis=0) for c in range(len(level.parent))]
        theirs = by_bertopics_formula(data.texts, labels)
        rows.append(
            [
                f"{name}, {len(means)} clusters",
                matches(labels, encoder.encode(ours[name])),
                NOT_INSTALLED if theirs is None else matches(labels, encoder.encode(theirs)),
                matches(labels, np.array(means)),
                f"{1 / len(intents):.3f}",
            ]
        )
    print(f"{data.name}: share of clusters whose name is nearest to their most frequent intent\n")
    print_table(["", "semascope", "BERTopic's formula", "their mean instead", "chance"], rows)


def by_bertopics_formula(texts: Sequence[str], labels: np.ndarray) -> list[str] | None:
    """Return the four words that BERTopic, as it comes, would call each cluster."""
    try:
        from bertopic.vectorizers import ClassTfidfTransformer
    except ImportError:
        return None
    joined = [
        " ".join(text for text, label in zip(texts, labels, strict=True) if label == cluster)
        for cluster in range(labels.max() + 1)
    ]
    vectorizer = CountVectorizer()
    weights = ClassTfidfTransformer().fit_transform(vectorizer.fit_transform(joined)).toarray()
    words = vectorizer.get_feature_names_out()
    return [", ".join(words[np.argsort(-row, kind="stable")[:4]]) for row in weights]


def speed(encoder: sema.Encoder, count: int) -> None:
    source, texts = pieces_of_speeches(count)
    texts.sort(key=content_hash)
    embeddings = encoder.encode(texts)
    graph = structure.nearest_neighbors(embeddings)
    found: dict[str, structure.Level] = {}
    steps: dict[str, Callable[[], object]] = {
        "three levels": lambda: found.update(structure.nested_clusters(graph)),
        "names": lambda: structure.name_clusters(texts, found),
        "strength": lambda: structure.strength(graph, found),
    }
    print(f"Seconds for {len(texts):,} {source}\n")
    print_table(["", "s"], [[name, f"{seconds(step):.2f}"] for name, step in steps.items()])


def labeled(encoder: sema.Encoder, name: str, pairs: dict[str, str]) -> Labeled:
    texts = sorted(pairs, key=content_hash)
    return Labeled(name, texts, np.array([pairs[text] for text in texts]), encoder.encode(texts))


def content_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def banking() -> tuple[str, dict[str, str]]:
    path = SHARED / "banking77-train.csv"
    if not path.exists():
        raise SystemExit(f"there is no {path}: see benchmarks/README.md")
    with path.open(encoding="utf-8", newline="") as file:
        return "Banking77", {row["text"]: row["category"] for row in csv.DictReader(file)}


def films() -> tuple[str, dict[str, str]]:
    rows = pq.read_table(SHARED / "films.parquet", columns=["text", "genres"]).to_pylist()
    first = {row["text"]: (row["genres"] or "").partition(";")[0].strip() for row in rows}
    return "films", spread({text: genre for text, genre in first.items() if genre}, FILMS)


def glosses(folder: Path) -> tuple[str, dict[str, str]]:
    """Return WordNet's glosses without their examples, by lexicographer file."""
    found: dict[str, str] = {}
    for part in ("noun", "verb", "adj", "adv"):
        path = folder / f"data.{part}"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if not line.startswith(" "):  # as the licence does
                gloss = line.partition("| ")[2].strip().split('; "')[0]
                found[gloss] = line.split()[1]
    return "WordNet", spread(found, GLOSSES) if found else {}


def spread(pairs: dict[str, str], count: int) -> dict[str, str]:
    items = list(pairs.items())
    return dict(items[:: max(1, len(items) // count)][:count])


if __name__ == "__main__":
    main()
