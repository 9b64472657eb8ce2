"""Build ranges.npz: the ranges that int8 arithmetic needs of the default model's layers.

    python scripts/build_ranges.py

Measures them on a fixed sample of the texts that come with semascope, in some seconds. Another
processor may differ in the last digit of some.
"""

import semascope as sema
from semascope.encoder import checkpoint, ranges, tokens, weights


def main() -> None:
    """Write the file into the package."""
    model = checkpoint.read(*weights.locate(sema.encoder.DEFAULT_MODEL))
    found = ranges.measure(model, tokens.load_tokenizer(model), ranges.sample())
    ranges.write(found, ranges.SHIPPED)
    print(f"{ranges.SHIPPED}: {len(found)} layers, {ranges.SHIPPED.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
