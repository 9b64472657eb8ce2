"""One HTML page that tells what is in a collection: a single file, no network.

On top lies the map, to walk around in or as a picture; below, the report, which needs no script.
The templates, the style and the scripts lie beside this file; ``write_page`` puts them and the
data together. What comes from the user is text only: escaped in the report, and for the map in a
JSON block that the script reads and shows as text. Only these are put in unescaped: our style,
our script, and the JSON. The page's own policy forbids every other
script, style and request.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2

from semascope.atomic import write_atomically
from semascope.cartography import CAPTION
from semascope.page import lines, words
from semascope.page.columns import halves
from semascope.page.points import MOST, Points, to_data
from semascope.report import Report
from semascope.similarity import rounded_down

__all__ = ["MOST", "Picture", "Points", "write_page"]


@dataclass(frozen=True)
class Picture:
    """A map that is only looked at."""

    light: bytes  # a PNG file
    dark: bytes  # the same, light on dark
    alt: str  # what is to be seen, in words


def write_page(
    path: str | Path, report: Report, *, view: Points | Picture, dark: bool = False
) -> None:
    """Write a report as one self-contained HTML file.

    Parameters
    ----------
    path : str or Path
        A file there is replaced, whole or not at all.
    report : Report
        What the sections below the map tell.
    view : Points or Picture
        The map: points to hover over and select, or a picture where there are too many of them.
    dark : bool, default False
        Light on dark; by default as the reader's system is.

    Raises
    ------
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    points, picture = (view, None) if isinstance(view, Points) else (None, view)
    colors = points.colors() if points else []
    style = _asset("page.css")
    script = f'"use strict";\n{_asset("geometry.js")}\n{_asset("page.js")}' if points else ""
    page = _templates().get_template("template.html").render(
        report=report,
        change=report.change,
        picture=picture and {"light": _uri(picture.light), "dark": _uri(picture.dark)},
        alt=picture.alt if picture else "",
        colors=colors if points and points.coloring is None else [],
        caption=CAPTION,
        theme="dark" if dark else "system",
        policy=_policy(script, style),
        style=style,
        script=script,
        data=_script_safe(to_data(points, colors)) if points else "",
    )  # fmt: skip
    # A lone surrogate has no UTF-8: it becomes a question mark.
    write_atomically(path, page.encode("utf-8", "replace"))


@cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("semascope", "page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"count": words.count, "percent": words.percent}
    found.filters |= {"cosine": rounded_down, "hundredths": "{:.2f}".format, "halves": halves}
    found.globals |= {"lines": lines}
    return found


def _policy(script: str, style: str) -> str:
    """Return what the page may do: run its own script, look as its own style says, nothing else."""
    scripts = _digest(script) if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; "
        f"style-src {_digest(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _script_safe(data: object) -> str:
    """Return JSON that cannot end the script block it stands in, nor start a comment."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """Return the source expression that lets one inline script or style pass the policy."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
