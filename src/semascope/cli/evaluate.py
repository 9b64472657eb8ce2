"""semascope evaluate: how good search is, on queries whose answers people have judged."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semascope.cli import show

if TYPE_CHECKING:
    from semascope.collection.trial import Trial
    from semascope.evaluate import Difference, Measure

NAMES = {"ndcg_at_10": "nDCG@10", "recall_at_100": "recall@100", "mrr_at_10": "MRR@10"}
MEANING = (
    "nDCG@10: are the best documents at the top? recall@100: what share of the relevant is among "
    "the first 100? MRR@10: 1 / rank of the first that is relevant. From 0 to 1, the higher the "
    "better; in brackets where the mean over all such queries lies, with 95% confidence."
)


@click.command("evaluate")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help='JSON Lines: {"_id": "1", "text": "what to find"}',
)
@click.option(
    "--qrels",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Judgements, three columns with tabs between: query-id, corpus-id, score.",
)
@click.option(
    "--id",
    metavar="COLUMN",
    help="The column that names documents; by default the key, or else _id, id or doc_id.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    collection: Path,
    queries: Path,
    qrels: Path,
    id: str | None,  # noqa: A002
    *,
    as_json: bool,
) -> None:
    """Measure how well each mode of search finds what people judged to be relevant.

    The files are in the layout of BEIR's test collections. Scores above 0 are relevant.

    \b
    Example:
        semascope evaluate papers.lance --queries queries.jsonl --qrels test.tsv
    """
    import semascope as sema
    from semascope import evaluate
    from semascope.collection.trial import trial

    talks = sema.open(collection)
    asked, judged = evaluate.read_queries(queries), evaluate.read_qrels(qrels)
    with show.progress("Searching", "searches") as on_progress:
        found = trial(talks, asked, judged, id=id, on_progress=on_progress)
    if as_json:
        show.as_json([_fields(found)])
        return
    click.echo(" " * 12 + "".join(f"{mode:<22}" for mode in found.quality).rstrip())
    for measure, name in NAMES.items():
        cells = [_cell(getattr(quality, measure)) for quality in found.quality.values()]
        click.echo(f"{name:<12}" + "".join(f"{cell:<22}" for cell in cells).rstrip())
    click.echo("\nhybrid − vector, query by query")
    for measure, name in NAMES.items():
        click.echo(f"{name:<12}{_cell(found.gain[measure], '+')}  {_verdict(found.gain[measure])}")
    click.echo(f"\n{show.passage(MEANING, lines=9, indent='')}\n")
    for line in _counts(found):
        click.echo(line)


def _cell(figure: Measure | Difference, sign: str = "") -> str:
    low, high = figure.interval
    return f"{figure.mean:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def _verdict(gain: Difference) -> str:
    low, high = gain.interval
    if low <= 0 <= high:
        return "no clear difference"
    return "hybrid is better" if low > 0 else "vector is better"


def _counts(found: Trial) -> list[str]:
    """Say what the figures are means over, and what is not in them."""
    lines = {
        "Queries with a relevant document": found.queries,
        "of these not in the file of queries, counted as 0": found.unasked,
        "Relevant documents that are not in the collection": found.absent,
        "Queries to which nothing is relevant, left out": found.without_relevant,
        "Queries that are not judged, left out": found.unjudged,
    }
    return [f"{what}: {number:,}" for what, number in lines.items() if number]


def _fields(found: Trial) -> dict[str, object]:
    """Return a trial without the figures of single queries."""
    fields = asdict(found)
    fields["quality"] = {
        mode: {
            name: {"mean": figure["mean"], "interval": figure["interval"]}
            for name, figure in quality.items()
            if name in NAMES
        }
        for mode, quality in fields["quality"].items()
    }
    return fields
