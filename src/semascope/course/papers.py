"""What lies beside the notebooks: pages without a notebook, words, errors, handout, the kit.

Their sources are the Markdown files in `kit/`. What is there already is never touched, as with
notebooks: it may have notes in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path

from semascope import plot
from semascope.atomic import make_folder, write_atomically
from semascope.course import contents, handout, plain
from semascope.course.notebooks import Kind

PLAIN = "plain"  # the folder of pages and scripts
CARDS = {  # each with a shape of its own, so that none is told by color alone
    "A": '<circle cx="50" cy="50" r="46"/>',
    "B": '<rect x="5" y="5" width="90" height="90"/>',
    "C": '<path d="M50 4 L97 92 H3 Z"/>',
}
CARD_STYLE = """
@page { margin: 1cm; }
svg { display: block; width: 100%; height: 90vh; max-height: 60rem; break-after: page; }
svg * { fill: none; stroke: #000; stroke-width: 2; }
svg text { fill: #000; stroke: none; font: bold 34px system-ui, sans-serif; }
"""


def source(name: str) -> str:
    """Return a text of the kit, in Markdown."""
    return (files("semascope.course") / "kit" / name).read_text(encoding="utf-8")


def made(kind: Kind = "student") -> Mapping[str, Callable[[], bytes]]:
    """Return what belongs to the notebooks of one kind: names of files, and what makes them."""
    found: dict[str, Callable[[], bytes]] = {
        "glossary.md": partial(_markdown, "glossary.md"),
        "errors.md": partial(_markdown, "errors.md"),
        "handout.pdf": lambda: plot.render(handout.draw(), ".pdf"),
    }
    for entry in contents.entries():
        stem = f"{PLAIN}/{entry.path.stem}"
        found[f"{stem}.html"] = partial(_encoded, plain.make_page, entry.number, kind)
        found[f"{stem}.py"] = partial(_encoded, plain.make_script, entry.number, kind)
    if kind == "instructor":
        found["instructor.html"] = lambda: _page("instructor.md").encode()
        found["rehearsal_log.md"] = partial(_markdown, "rehearsal_log.md")
        found["vote_cards.html"] = lambda: cards().encode()
    return found


def write(folder: Path, kind: Kind = "student") -> list[Path]:
    """Write what is not there yet into a folder; return what was written."""
    written = []
    for name, make in made(kind).items():
        path = folder / name
        if not path.exists():
            make_folder(path.parent)
            write_atomically(path, make())
            written.append(path)
    return written


def cards() -> str:
    """Return three pages to be printed and held up: A, B and C."""
    body = "".join(
        f'<svg viewBox="0 0 100 100" role="img" aria-label="Card {letter}">{shape}'
        f'<text x="50" y="{66 if letter == "C" else 50}" text-anchor="middle" '
        f'dominant-baseline="central">{letter}</text></svg>\n'
        for letter, shape in CARDS.items()
    )
    text = "<h1>Vote cards</h1>\n<p>Print this, one set for each pair.</p>\n"
    return plain.page("Vote cards", f"<style>{CARD_STYLE}</style>\n{text}{body}")


def _page(name: str) -> str:
    text = source(name)
    return plain.page(text.partition("\n")[0].removeprefix("# "), plain.rendered(text))


def _markdown(name: str) -> bytes:
    return source(name).encode()


def _encoded(make: Callable[[int, Kind], str], number: int, kind: Kind) -> bytes:
    return make(number, kind).encode()
