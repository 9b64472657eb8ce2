"""Which kinds of work encoding spends its time on.

    python benchmarks/kernels.py

OpenVINO times each of its kernels (``PERF_COUNT``) while one core works on the batches of
encode.py's texts, all of them twice. Shares are of the kernels' sum; the tokenizer is not in it.
GELU, bias and scale are part of a linear layer's kernel. Where a processor's products are fast,
what is no product takes the larger share.
"""

import argparse
from collections import Counter
from typing import Any

from common import Texts, long_texts, precisions, print_machine, print_table, short_texts
from semascope.encoder import DEFAULT_MODEL, checkpoint, ranges, weights
from semascope.encoder.runtime import native_precision, ov
from semascope.encoder.tokens import batches, load_tokenizer
from semascope.encoder.transformer import embedding_graph

KINDS = {  # by the types of OpenVINO's nodes
    "FullyConnected": "linear layers",
    "FullyConnectedQuantizedLegacy": "linear layers",
    "MatMul": "attention, products",
    "Softmax": "attention, softmax",
    "Transpose": "attention, heads split and merged",
    "MVN": "norms",
    "MulAdd": "norms",  # in int8 also what brings a channel into its range
    "Add": "sums",
    "Reorder": "conversions",
}
REST = "the rest"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", type=int, default=4000, help="number of short texts")
    parser.add_argument("--long", type=int, default=500, help="number of long texts")
    arguments = parser.parse_args()
    texts = {"short": short_texts(arguments.short), "long": long_texts(arguments.long)}

    print_machine("openvino")
    for kind, (source, some) in texts.items():
        print(f"{kind}: {len(some):,} {source}  ")
    print()
    sides = [(kind, precision) for kind in texts for precision in (*precisions(), "int8")]
    found = [shares(texts[kind], precision) for kind, precision in sides]
    rows = [
        [kind, *(f"{side[kind]:.0%}" for side in found)]
        for kind in dict.fromkeys([*KINDS.values(), REST])
    ]
    print_table(["one core", *(f"{kind}, {precision}" for kind, precision in sides)], rows)


def shares(texts: Texts, precision: str) -> Counter[str]:
    """Return the share of each kind of work in encoding some texts."""
    model = checkpoint.read(*weights.locate(DEFAULT_MODEL))
    tokenizer, learned = load_tokenizer(model), model.weights
    if precision == "int8":
        learned = checkpoint.Weights(learned.path, learned, ranges.find(model, tokenizer))
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": native_precision() if precision == "int8" else precision,
        "INFERENCE_NUM_THREADS": 1,
        "PERF_COUNT": True,
    }
    graph = embedding_graph(learned, model.architecture)
    request = ov.Core().compile_model(graph, "CPU", settings).create_infer_request()
    encodings = tokenizer.encode_batch_fast(texts.texts)
    spent: Counter[str] = Counter()
    for _ in range(2):
        for _, token_ids, mask in batches(encodings, model.max_tokens):
            request.infer([token_ids, mask])
    for kernel in request.get_profiling_info():  # means over all batches
        spent[KINDS.get(kernel.node_type, REST)] += kernel.real_time.total_seconds()
    total = sum(spent.values())
    return Counter({kind: seconds / total for kind, seconds in spent.items()})


if __name__ == "__main__":
    main()
