"""What it takes from a CSV file to a labelled map, from a standing start, against two peers.

    python benchmarks/csv_to_map.py [--texts banking77] [--peers PYTHON] [--rounds 1]

Measured are whole processes, in turn, from their start to their end, over one file and one model:

- semascope: ``semascope index`` and ``semascope map``, two processes, to a page of HTML,
- Embedding Atlas: its command, to an exported application with the map in it,
- BERTopic: the few lines below, as its manual advises: embeddings made once, topics, and the map
  of documents as a page of HTML.

The texts are 5,000 films' plots of 50 words or more, or the questions of Banking77; where these are
absent, passages or pieces of speeches. Peers pin other versions of what we share, so they may live
in an environment of their own, whose interpreter is PYTHON:

    pip install torch==2.13.0 'sentence-transformers>=6.2,<7' embedding-atlas==0.26 bertopic==0.17.4

The weights are on disk, and nobody may ask the hub for news. Peers compile with numba at first use
in every process; that is part of what a user waits for. Embedding Atlas keeps what it has made, so
each of its runs has a cache of its own. Before the first round each side runs once,
unmeasured, on 200 texts. Of the peers' first output is printed how many of the texts have no topic.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from common import (
    SHARED,
    Texts,
    in_turn,
    long_texts,
    print_machine,
    print_table,
    seconds,
    short_texts,
    spread,
    weights_folder,
    without_blas_settings,
)

FILMS, QUESTIONS = 5_000, 10_003
SHORTEST = 50  # words of a plot
QUIET = {  # nobody waits for a network that may not be there
    "HF_HUB_OFFLINE": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # BERTopic imports it
    "TOKENIZERS_PARALLELISM": "false",
}
BERTOPIC = """
import csv, sys
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer

file, folder, to = sys.argv[1:]
with open(file, encoding="utf-8", newline="") as lines:
    texts = [row["text"] for row in csv.DictReader(lines)]
model = SentenceTransformer(folder, device="cpu")
embeddings = model.encode(texts)
topics = BERTopic(embedding_model=model)
found, _ = topics.fit_transform(texts, embeddings)
topics.visualize_documents(texts, embeddings=embeddings).write_html(to)
print(f"{len(topics.get_topic_info()) - 1} topics, {found.count(-1) / len(found):.0%} in none")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", choices=["films", "banking77"], default="films")
    parser.add_argument("--count", type=int, help="of the texts, for a trial")
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()

    os.environ |= QUIET
    without_blas_settings()
    source, rows = (films if arguments.texts == "films" else questions)()
    rows = rows[: arguments.count]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        warm_up, whole = write(folder / "some.csv", rows[:200]), write(folder / "all.csv", rows)
        for work in sides(warm_up, folder, arguments.peers).values():
            work()
        works = sides(whole, folder, arguments.peers)
        took = in_turn(
            {name: partial(seconds, work) for name, work in works.items()}, arguments.rounds
        )
    medians = {name: median(laps) for name, laps in took.items()}
    print_machine("openvino")
    words = sum(len(row["text"].split()) for row in rows) / len(rows)
    print(f"{len(rows):,} {source}, {words:.0f} words in the mean\n")
    ours = medians["semascope"]
    table = [[name, f"{s:.1f}", f"{s / ours:.1f}×"] for name, s in medians.items()]
    print_table(["CSV to labelled map, cold", "s", "of semascope's time"], table)


def sides(file: Path, folder: Path, peers: str) -> Mapping[str, Callable[[], object]]:
    model = str(weights_folder())
    semascope = str(Path(sys.executable).with_name("semascope"))
    atlas = str(Path(peers).with_name("embedding-atlas"))
    collection, page = str(folder / f"{file.stem}.lance"), str(folder / "report.html")

    def ours() -> None:
        shutil.rmtree(collection, ignore_errors=True)
        run([semascope, "index", str(file), "--to", collection])
        run([semascope, "map", collection, "--to", page])

    def embedding_atlas() -> None:
        application = str(folder / "atlas.zip")
        options = ["--text", "text", "--model", model, "--export-application", application]
        with tempfile.TemporaryDirectory() as cache:  # it keeps embeddings and maps, by their texts
            run([atlas, str(file), *options], {"XDG_CACHE_HOME": cache})

    def bertopic() -> None:
        print(
            run([peers, "-c", BERTOPIC, str(file), model, page]).splitlines()[-1], file=sys.stderr
        )

    return {"semascope": ours, "Embedding Atlas": embedding_atlas, "BERTopic": bertopic}


def run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, env=variables)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def films() -> tuple[str, list[dict[str, str]]]:
    """Return what the rows are of, and the rows."""
    path = SHARED / "films.parquet"
    if not path.exists():
        return without_columns(long_texts(FILMS))
    rows = pq.read_table(path).to_pylist()
    by_text = {row["text"]: row for row in rows if len(row["text"].split()) >= SHORTEST}
    return "films", [by_text[text] for text in spread(list(by_text), FILMS)]


def questions() -> tuple[str, list[dict[str, str]]]:
    path = SHARED / "banking77-train.csv"
    if not path.exists():
        return without_columns(short_texts(QUESTIONS))
    with path.open(encoding="utf-8", newline="") as file:
        return "questions of Banking77", list(csv.DictReader(file))


def without_columns(found: Texts) -> tuple[str, list[dict[str, str]]]:
    return found.source, [{"text": text} for text in found.texts]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


if __name__ == "__main__":
    main()
