"""Points: a map to walk around in, as what the page's script reads."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.cartography import (
    DARK,
    LIGHT,
    PALETTE,
    check_map,
    cluster_anchors,
    cluster_colors,
)
from semascope.coloring import Coloring
from semascope.errors import InvalidValue
from semascope.report.row import shown

FAR = 0.01  # of all passages: a neighbor is far away when more lie nearer; as `structure.torn`
MOST = 250_000  # passages; a browser takes seconds to parse the file of as many


@dataclass(frozen=True)
class Points:
    """A map of N passages in C clusters, with all that is known of each passage.

    Attributes
    ----------
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

    Raises
    ------
    InvalidValue
        If the lengths do not fit together, a coordinate is not finite, a label has no name, a
        neighbor does not exist, or there are more than 250,000 passages.
    """

    coordinates: NDArray[np.float32]
    labels: NDArray[np.integer]
    names: Sequence[str]
    texts: Sequence[str]
    columns: Mapping[str, Sequence[object]]
    neighbors: NDArray[np.integer] | None = None
    honesty: NDArray[np.floating] | None = None
    coloring: Coloring | None = None

    def __post_init__(self) -> None:
        check_map(np.asarray(self.coordinates), np.asarray(self.labels), len(self.names))
        _check_rows(len(self.labels), self.texts, self.columns, self.near)

    @property
    def near(self) -> NDArray[np.integer]:
        """The neighbors, (N, 0) where none are given."""
        if self.neighbors is None:
            return np.empty((len(self.labels), 0), dtype=np.int32)
        return self.neighbors

    def colors(self) -> list[str]:
        """Return the color of each cluster, as ``#rrggbb``; those that touch differ."""
        coordinates = np.asarray(self.coordinates, dtype=np.float32)
        found = cluster_colors(coordinates, np.asarray(self.labels), len(self.names))
        return [PALETTE[color] for color in found]


def to_data(points: Points, colors: Sequence[str]) -> dict[str, object]:
    """Return what the page's script reads; ``colors`` are those of the clusters."""
    coordinates = np.asarray(points.coordinates, dtype=np.float32)
    anchors = cluster_anchors(coordinates, np.asarray(points.labels), len(points.names))
    honesty, columns = points.honesty, points.columns.items()
    return {
        "coordinates": _pack(coordinates, "<f4"),
        "labels": _pack(points.labels, "<i4"),
        "anchors": _pack(anchors, "<f4"),
        "neighbors": {"k": points.near.shape[1], "indices": _pack(points.near, "<i4")},
        "honesty": None if honesty is None else _pack(np.rint(honesty * 255), "u1"),
        "far": FAR,
        "names": list(points.names),
        "colors": list(colors),
        "coloring": None if points.coloring is None else _coloring(points.coloring),
        "inks": {
            "light": [LIGHT.text_color(color) for color in colors],
            "dark": [DARK.text_color(color) for color in colors],
        },
        "texts": list(points.texts),
        "columns": [[str(name), [shown(v) for v in column]] for name, column in columns],
    }


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
            f"a page holds up to {MOST:,} points, got {n:,}; give it a picture of the map instead"
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


def _pack(array: NDArray[np.generic], dtype: str) -> str:
    """Return the array's numbers, little-endian, in base64."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")
