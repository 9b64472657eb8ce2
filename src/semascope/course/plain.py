"""A notebook without a notebook: a plain page and a plain script, for screen readers and phones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from semascope.course import contents, rerun
from semascope.course.notebooks import CHECK, Cell, Kind, make, needed, read

STYLE = """
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; }
main { padding: 0 1rem; }
pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid #888; border-radius: 4px; }
code { font-family: ui-monospace, Consolas, monospace; font-size: .9em; }
pre code, pre samp { font: .85em ui-monospace, Consolas, monospace; }
img { max-width: 100%; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #888; padding: .3rem .5rem; text-align: left; vertical-align: top; }
figcaption { font-weight: 600; }
figure { margin: 1rem 0; }
@media print { body { max-width: none; font-size: 10pt; margin: 0; } tr { break-inside: avoid; } }
"""
SPOKEN = (  # of the formulas that chapters have: words that can be read and heard
    (re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}"), r"(\1) / (\2)"),
    (re.compile(r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"√(\1)"),
    (re.compile(r"\\cdot|\\times"), "·"),
    (re.compile(r"\\[,;! ]|\\quad"), " "),
    (re.compile(r"\\lVert|\\rVert|\\\|"), "|"),
    (re.compile(r"\\(\w+)"), r"\1"),
)


def page(title: str, body: str) -> str:
    """Return a page of HTML that needs nothing else: no script, no font, no network."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def rendered(markdown: str) -> str:
    """Return Markdown as HTML, formulas as words."""
    from markdown_it import MarkdownIt

    dollarmath = needed("mdit_py_plugins.dollarmath").dollarmath_plugin
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.use(dollarmath, renderer=lambda formula, _: f"<code>{escape(spoken(formula))}</code>")
    return str(reader.render(markdown))


def spoken(formula: str) -> str:
    """Return a formula of TeX as it is typed on one line."""
    for pattern, words in SPOKEN:
        formula = pattern.sub(words, formula)
    return " ".join(formula.replace("{", "").replace("}", "").split())


def make_page(number: int, kind: Kind = "student", outputs: Sequence[str] = ()) -> str:
    """Return a chapter as a page: text, and each cell of code under a number that can be said.

    Parameters
    ----------
    number : int
    kind : {"student", "solution", "instructor"}, default "student"
    outputs : sequence of str, default ()
        HTML to stand below each cell of code; by default none.
    """
    entry, parts, count = contents.entry(number), [], 0
    for cell in read(number).seen_by(kind):
        if cell.kind == "markdown":
            parts.append(rendered(cell.text))
            continue
        below = outputs[count] if outputs else ""
        count += 1
        parts.append(
            f"<figure>\n<figcaption>{escape(_name(cell, count))}</figcaption>\n"
            f"<pre><code>{escape(cell.text)}</code></pre>\n{below}</figure>\n"
        )
    return page(f"{number} · {entry.title}", "".join(parts))


def run_page(number: int, folder: Path) -> str:
    """Run a chapter's solutions in a course's folder; return the page with what comes out.

    It is for those who have nothing to run it on: numbers, tables, and pictures with their words.

    Raises
    ------
    SemascopeError
        If what runs notebooks is not installed, or the kernel ends.
    """
    notebook = needed("nbformat").reads(make(number, "solution"), as_version=4)
    rerun.execute(notebook, folder)
    outputs = [
        "".join(map(_shown, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"
    ]
    return make_page(number, "solution", outputs)


def make_script(number: int, kind: Kind = "student") -> str:
    """Return a chapter as Python whose cells begin with ``# %%``; text stands in comments."""
    v4: Any = needed("nbformat").v4
    cells = [
        (v4.new_code_cell if cell.kind == "code" else v4.new_markdown_cell)(cell.text)
        for cell in read(number).seen_by(kind)
    ]
    notebook = v4.new_notebook(cells=cells)
    return str(needed("jupytext").writes(notebook, fmt="py:percent"))


def _name(cell: Cell, count: int) -> str:
    """Return what a cell of code is called."""
    if checked := CHECK.search(cell.text):
        return f"Code cell {count}, your turn: {checked[1]}"
    said = {"catch-up": ", to catch up", "keep-going": ", for those who are early"}
    return f"Code cell {count}" + "".join(said[tag] for tag in sorted(cell.tags & said.keys()))


def _shown(output: Any) -> str:
    """Return an output of a cell as HTML; a picture with its words, and inside of the page."""
    if output.output_type == "error":
        return _printed(f"{output.ename}: {output.evalue}")
    if output.output_type == "stream":
        return _printed(output.text) if output.name == "stdout" else ""
    words = output.data.get("text/plain", "")
    if png := output.data.get("image/png"):
        source = f"data:image/png;base64,{''.join(png.split())}"
        return f'<img src="{source}" alt="{escape(words)}">\n'
    return _printed(words)


def _printed(text: str) -> str:
    return f"<p>Output:</p>\n<pre><samp>{escape(text.rstrip())}</samp></pre>\n"
