"""One HTML page with a map to walk around in: a single file, opened from disk, no network.

The template, the style and the scripts lie beside this file; ``write_page`` puts them and the data
together. What comes from the user is data only: a JSON block that the script reads and shows as
text. The page's own policy forbids every other script, style and request.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semascope.atomic import write_atomically
from semascope.cartography import (
    CAPTION,
    DARK,
    LIGHT,
    PALETTE,
    check_map,
    cluster_anchors,
    cluster_colors,
)
from semascope.coloring import Coloring
from semascope.errors import InvalidValue

FAR = 0.01  # of all passages: a neighbor is far away when more lie nearer; as `structure.torn`
MOST = 250_000  # passages; a browser takes seconds to parse the file of as many
LONGEST = 500  # characters of a column's value: a page is for looking, not for archiving

_MISSING = {"None", "nan", "NaT", "<NA>"}  # how NumPy and pandas write "no value"


def write_page(
    path: str | Path,
    *,
    title: str,
    coordinates: NDArray[np.float32],
    labels: NDArray[np.integer],
    names: Sequence[str],
    texts: Sequence[str],
    columns: Mapping[str, Sequence[object]],
    neighbors: NDArray[np.integer] | None = None,
    honesty: NDArray[np.floating] | None = None,
    coloring: Coloring | None = None,
    dark: bool = False,
) -> None:
    """Write a map as one self-contained HTML file: hover, select, find words, see neighbors.

    Parameters
    ----------
    path : str or Path
        A file there is replaced, whole or not at all.
    title : str
        The name of the collection.
    coordinates : ndarray of shape (N, 2), float32
        Positions on the map. Only their ratios count.
    labels : ndarray of shape (N,), int
        Cluster of each passage, 0 to C - 1, the largest first.
    names : sequence of C str
        What each cluster is about.
    texts : sequence of N str
        The passages.
    columns : mapping of str to sequence of N objects
        What else is known of each passage, in the order to be shown. Any type of value; missing
        ones are left out, and long ones cut at 500 characters.
    neighbors : ndarray of shape (N, k), int, optional
        Each passage's nearest others, the nearest first; -1 where there are fewer than k.
    honesty : ndarray of shape (N,), float, optional
        The share of each passage's neighbors that the map kept beside it, in [0, 1].
    coloring : Coloring, optional
        What the points are colored by instead of their clusters.
    dark : bool, default False
        Light on dark; by default as the reader's system is.

    Raises
    ------
    InvalidValue
        If the lengths do not fit together, a coordinate is not finite, a label has no name, a
        neighbor does not exist, or there are more than 250,000 passages.
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    coordinates, labels = np.asarray(coordinates, dtype=np.float32), np.asarray(labels)
    if neighbors is None:
        neighbors = np.empty((len(labels), 0), dtype=np.int32)
    check_map(coordinates, labels, len(names))
    _check_rows(len(labels), texts, columns, neighbors)
    colors = [PALETTE[color] for color in cluster_colors(coordinates, labels, len(names))]
    data = {
        "title": title,
        "coordinates": _pack(coordinates, "<f4"),
        "labels": _pack(labels, "<i4"),
        "anchors": _pack(cluster_anchors(coordinates, labels, len(names)), "<f4"),
        "neighbors": {"k": neighbors.shape[1], "indices": _pack(neighbors, "<i4")},
        "honesty": None if honesty is None else _pack(np.rint(honesty * 255), "u1"),
        "far": FAR,
        "names": list(names),
        "colors": colors,
        "coloring": None if coloring is None else _coloring(coloring),
        "inks": {
            "light": [LIGHT.text_color(color) for color in colors],
            "dark": [DARK.text_color(color) for color in colors],
        },
        "texts": list(texts),
        "columns": [[str(name), [_shown(v) for v in column]] for name, column in columns.items()],
    }
    # A lone surrogate has no UTF-8: it becomes a question mark.
    page = _assemble(title, _script_safe(data), theme="dark" if dark else "system")
    write_atomically(path, page.encode("utf-8", "replace"))


def _coloring(coloring: Coloring) -> dict[str, object]:
    """Return what the page's script needs to color its points and to write the key."""
    return {
        "name": coloring.name,
        "palette": list(coloring.palette),
        "index": _pack(coloring.index, "u1"),
        "key": [list(entry) for entry in coloring.key],
        "ends": list(coloring.ends) if coloring.ends is not None else None,
    }


def _check_rows(
    n: int,
    texts: Sequence[str],
    columns: Mapping[str, Sequence[object]],
    neighbors: NDArray[np.integer],
) -> None:
    """Refuse what does not have one entry for each of the N passages, and too many of them."""
    if n > MOST:
        raise InvalidValue(
            f"a page holds up to {MOST:,} passages, got {n:,}; "
            "write the map as PNG, or a page of a part of the collection"
        )
    lengths = {"texts": len(texts), "neighbors": len(neighbors)}
    lengths |= {f"column {name!r}": len(column) for name, column in columns.items()}
    for what, length in lengths.items():
        if length != n:
            raise InvalidValue(f"{what} must have one entry a passage: {n}, got {length}")
    if neighbors.size and not -1 <= neighbors.min() <= neighbors.max() < n:
        raise InvalidValue(
            f"neighbors must lie between 0 and {n - 1}, or be -1 for none; "
            f"got {neighbors.min()} to {neighbors.max()}"
        )


def _shown(value: object) -> str:
    """Return a value as the reader should see it; nothing for a missing one."""
    if isinstance(value, np.number):
        value = value.item()
    if isinstance(value, str):
        text = value
    elif str(value) in _MISSING:
        text = ""
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))  # years and counts become floats where one of them is missing
    else:
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _pack(array: NDArray[np.generic], dtype: str) -> str:
    """Return the array's numbers, little-endian, in base64."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")


def _script_safe(data: object) -> str:
    """Return JSON that cannot end the script block it stands in, nor start a comment."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _assemble(title: str, data: str, *, theme: str) -> str:
    """Fill the template; what is filled in is not searched for placeholders again."""
    style = _asset("page.css")
    script = f'"use strict";\n{_asset("geometry.js")}\n{_asset("page.js")}'
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "theme": theme,
        "title": html.escape(title),
        "style": style,
        "caption": CAPTION,
        "data": data,
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("template.html"))


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """Return the source expression that lets one inline script or style pass the policy."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
