"""Text files, Markdown and HTML: a row for each file, or for each section under a heading."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from semascope.errors import FileError
from semascope.reading.encoding import read_text
from semascope.reading.file import File
from semascope.reading.records import Record, Records
from semascope.reading.rows import Faults

Section = tuple[str | None, str]  # headings above each other, text

WILDCARDS = "*?["
LEFT_OUT = ["head", "script", "style", "template", "noscript"]
HEADINGS = "h1, h2, h3, h4, h5, h6"
BLOCKS = (
    "address, article, aside, blockquote, br, dd, div, dt, figcaption, figure, footer, form, "
    "header, hr, li, main, nav, ol, p, pre, section, table, tr, ul"
)
CELLS = "td, th"
# HTML cannot hold these characters, so they may mark where its text is cut.
MARKS = HEADING_BEGINS, HEADING_ENDS, BLOCK_ENDS = "\x1c\x1d\x1e"
FRONT_MATTER = re.compile(
    r"\A---\r?\n(?=[\w-]+:).*?\n(---|\.\.\.)\r?\n", re.DOTALL
)  # YAML, no text
TRAIL = " › "


def open_documents(paths: Sequence[Path], root: Path) -> Records:
    """Open files as rows with ``text``, ``path`` (from ``root``) and ``heading``.

    A heading names those above it too, "Guide › Install", and opens its section's text. One that
    has nothing under it but further headings makes no row.
    """

    def read(faults: Faults) -> Iterator[Record]:
        number = 0
        for path in paths:
            file, found = File.at(path), Faults()
            try:
                content = read_text(file, found)
            except (FileError, OSError) as error:
                faults.skipped.add(number + 1, str(error))
                continue
            for line, reason in found.damaged.first:
                faults.damaged.add(number + 1, f"{path}, line {line}: {reason}")
            for heading, text in SECTIONS[file.suffix](content):
                number += 1
                name = path.relative_to(root).as_posix()
                yield number, {"text": text, "path": name, "heading": heading}

    return Records(read)


def find(pattern: Path) -> tuple[list[Path], Path]:
    """Return the documents in a folder or matching a glob, sorted, and what they lie in.

    Raises
    ------
    FileError
        If there are none.
    """
    root = pattern
    while set(str(root)) & set(WILDCARDS):
        root = root.parent
    below = str(pattern.relative_to(root)) if root != pattern else "**/*"
    found = sorted(
        path
        for path in root.glob(below)
        if File.at(path).suffix in SECTIONS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
    if not found:
        what = "is a folder, not a file, and" if pattern.is_dir() else "is no file, and"
        raise FileError(
            f"{pattern} {what} holds no {', '.join(SECTIONS)}; name a folder that has some"
        )
    return found, root


def _of_text(text: str) -> Iterator[Section]:
    yield None, text


def _of_markdown(text: str) -> Iterator[Section]:
    return _of_html(_markdown()(FRONT_MATTER.sub("", text)))


def _of_html(text: str) -> Iterator[Section]:
    (_, _, before), *sections = _cut(text)
    if before or not sections:
        yield None, before
    trail: list[tuple[int, str]] = []
    after = [*sections[1:], (0, "", "")]
    for (level, heading, body), (following, _, _) in zip(sections, after, strict=False):
        trail = [above for above in trail if above[0] < level] + [(level, heading)]
        if body or following <= level:
            names = TRAIL.join(name for _, name in trail if name)
            yield names or None, "\n\n".join(filter(None, (heading, body)))


def _cut(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield level, heading and text of each section; level 0 is what precedes all headings."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text.translate(dict.fromkeys(map(ord, MARKS))))
    tree.strip_tags(LEFT_OUT)
    for node in tree.css(BLOCKS):
        node.insert_before(BLOCK_ENDS)
        node.insert_after(BLOCK_ENDS)
    for node in tree.css(CELLS):
        node.insert_after(" ")
    for node in tree.css(HEADINGS):
        node.insert_before(f"{HEADING_BEGINS}{str(node.tag)[1]}")
        node.insert_after(HEADING_ENDS)
    before, *sections = tree.body.text().split(HEADING_BEGINS) if tree.body else [""]
    yield 0, "", _tidy(before)
    for section in sections:
        heading, _, body = section[1:].partition(HEADING_ENDS)
        yield int(section[0]), _tidy(heading).replace("\n\n", " "), _tidy(body)


def _tidy(text: str) -> str:
    """Set blocks apart by blank lines, words within them by spaces."""
    blocks = (" ".join(block.split()) for block in text.split(BLOCK_ENDS))
    return "\n\n".join(filter(None, blocks))


@cache
def _markdown() -> Callable[[str], str]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").render


SECTIONS: dict[str, Callable[[str], Iterator[Section]]] = {
    ".txt": _of_text,
    ".md": _of_markdown,
    ".markdown": _of_markdown,
    ".html": _of_html,
    ".htm": _of_html,
}
