"""One HTML page that tells what is in a collection: a single file, no network.

On top lies the map, to walk around in or as a picture; below, the report, which needs no script.
The templates and the style of the report lie beside this file, the built explorer in
`semascope.explorer`; ``write_page`` puts them and the data together. What comes from the user is
text only: escaped in the report, and for the map in a JSON block that the script reads and shows
as text. Only these are put in unescaped: our styles, our script, and the JSON. The page's own
policy forbids every other script, style and request.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from semascope.atomic import write_atomically
from semascope.cartography import CAPTION
from semascope.explorer import built
from semascope.page import lines, words
from semascope.page.columns import halves
from semascope.report import Report
from semascope.similarity import rounded_down

__all__ = ["MOST", "Frame", "Picture", "frame", "write_page"]

MOST = 250_000  # passages to walk around in; a browser takes seconds to read the file of as many


@dataclass(frozen=True)
class Picture:
    """A map that is only looked at."""

    light: bytes  # a PNG file
    dark: bytes  # the same, light on dark
    alt: str  # what is to be seen, in words


@dataclass(frozen=True)
class Frame:
    """The explorer for a notebook, which shows it where a cell ends in it."""

    html: str = field(repr=False)
    command: str  # that opens it in a browser, with all that needs the model

    def _repr_html_(self) -> str:
        return self.html


def write_page(
    path: str | Path,
    report: Report,
    *,
    view: Mapping[str, Any] | Picture,
    start: str = "",
    dark: bool = False,
) -> None:
    """Write a report as one self-contained HTML file.

    Parameters
    ----------
    path : str or Path
        A file there is replaced, whole or not at all.
    report : Report
        What the sections below the map tell.
    view : mapping or Picture
        What `semascope.explorer.stored` returned, to walk around in; or a picture of the map where
        there are too many passages for that.
    start : str
        What is chosen at first, as the explorer's address has it.
    dark : bool, default False
        Light on dark; by default as the reader's system is.

    Raises
    ------
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    picture = view if isinstance(view, Picture) else None
    styles, script = [_asset("page.css")], ""
    if not picture:
        styles, script = [*styles, built.read("explorer.css")], built.read("explorer.js")
    page = _templates().get_template("template.html").render(
        report=report,
        change=report.change,
        picture=picture and {"light": _uri(picture.light), "dark": _uri(picture.dark)},
        alt=picture.alt if picture else "",
        colors=[] if isinstance(view, Picture) or start else _colors(view["about"]),
        caption=CAPTION,
        theme="dark" if dark else "system",
        policy=_policy(script, styles),
        styles=styles,
        script=script,
        start=start,
        data="" if isinstance(view, Picture) else _script_safe(view),
    )  # fmt: skip
    # A lone surrogate has no UTF-8: it becomes a question mark.
    write_atomically(path, page.encode("utf-8", "replace"))


def frame(view: Mapping[str, Any], *, height: int) -> Frame:
    """Return the explorer in a frame of its own, as a notebook shows it.

    Parameters
    ----------
    view : mapping
        What `semascope.explorer.stored` returned.
    height : int
        Of the frame, in pixels.
    """
    style, script = built.read("explorer.css"), built.read("explorer.js")
    page = _templates().get_template("bare.html").render(
        name=view["about"]["name"],
        policy=_policy(script, [style]),
        styles=[style],
        script=script,
        data=_script_safe(view),
    )  # fmt: skip
    command = view["about"]["command"]
    framed = _templates().get_template("frame.html")
    return Frame(framed.render(page=page, height=height, command=command), command)


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


def _colors(about: Mapping[str, Any]) -> list[str]:
    """Return the color of each cluster that the report tells of."""
    return [about["palette"][cluster["color"]] for cluster in about["clusters"]["medium"]]


def _policy(script: str, styles: list[str]) -> str:
    """Return what the page may do: run its own script, look as its own styles say, nothing else."""
    scripts = _digest(script) if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; "
        f"style-src {' '.join(map(_digest, styles))}; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
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
