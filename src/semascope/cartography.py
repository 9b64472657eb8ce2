"""What every picture of a map needs: a colour for each cluster and a place for its name.

Pure functions over arrays. ``plot`` draws with them for print, ``page`` for the browser.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.errors import InvalidValue

CAPTION = "Near means similar; directions and distances between far groups mean nothing."

GRID = 64  # cells along each side of the map: finer than a name's height, coarser than noise
SMOOTHING = 1.5  # cells, the standard deviation of the blur that turns counts into density
READABLE = 4.5  # contrast of text to its background, WCAG 2.2 success criterion 1.4.3


@dataclass(frozen=True)
class Theme:
    """What a picture is drawn on and written in, as ``#rrggbb``."""

    background: str
    ink: str
    muted: str
    rest: str  # dots that mean nothing in particular

    @property
    def is_dark(self) -> bool:
        """Whether it is light on dark."""
        return _luminance(self.background) < _luminance(self.ink)

    def text_color(self, color: str) -> str:
        """Return ``color``, moved towards the ink until text in it is readable."""
        for share in np.linspace(0, 1, 21):
            mixed = _mix(color, self.ink, float(share))
            if contrast(mixed, self.background) >= READABLE:
                return mixed
        return self.ink


@dataclass(frozen=True)
class Box:
    """A rectangle in points; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def center(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def holds(self, x: float, y: float) -> bool:
        """Say whether a point lies inside."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def contains(self, other: "Box") -> bool:
        """Say whether another box lies wholly inside."""
        return self.holds(other.left, other.bottom) and self.holds(other.right, other.top)

    def overlaps(self, other: "Box") -> bool:
        """Say whether another box shares a point with this one."""
        apart_across = self.right < other.left or other.right < self.left
        return not (apart_across or self.top < other.bottom or other.top < self.bottom)

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the box that is nearest to (x, y)."""
        return min(max(x, self.left), self.right), min(max(y, self.bottom), self.top)

    def fit(self, coordinates: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scale and shift (N, 2) coordinates to fill the box, both axes by the same factor."""
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        room = np.array([self.right - self.left, self.top - self.bottom])
        scale = float((room / np.maximum(high - low, 1e-12)).min())
        middle = low / 2 + high / 2
        return np.asarray((coordinates - middle) * scale + self.center, dtype=np.float32)


# Okabe & Ito (2008), Color Universal Design: told apart with every kind of colour vision. Two of
# the eight are left out, since yellow vanishes on white and black on a dark page.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
LIGHT = Theme(background="#ffffff", ink="#1c1f24", muted="#5c636d", rest="#c3c8cf")
DARK = Theme(background="#14171c", ink="#eceef1", muted="#a0a7b1", rest="#454c57")


def check_map(coordinates: NDArray[np.float32], labels: NDArray[np.integer], names: int) -> None:
    """Refuse arrays that do not make a map.

    Raises
    ------
    InvalidValue
        If ``coordinates`` is not (N, 2) and finite, if there is not one label for each of the N
        points, or if a label has none of the ``names``.
    """
    if coordinates.ndim != 2 or coordinates.shape[1] != 2:
        raise InvalidValue(f"coordinates must have shape (N, 2), got {coordinates.shape}")
    if labels.shape != coordinates.shape[:1]:
        raise InvalidValue(
            f"there must be one label for each of the {len(coordinates)} points, "
            f"got labels of shape {labels.shape}"
        )
    if not np.isfinite(coordinates).all():
        point = int(np.flatnonzero(~np.isfinite(coordinates).all(axis=1))[0])
        raise InvalidValue(f"coordinates must be finite, but those of point {point} are not")
    if labels.size and not 0 <= labels.min() <= labels.max() < names:
        raise InvalidValue(
            f"labels must lie between 0 and {names - 1}, since there are {names} names; "
            f"got {labels.min()} to {labels.max()}"
        )


def cluster_colors(
    coordinates: NDArray[np.float32], labels: NDArray[np.integer], n_clusters: int
) -> NDArray[np.intp]:
    """Give each cluster one of the palette's colours, so that clusters that touch differ.

    While there are colours enough, all differ. Then each cluster in turn takes the colour whose
    owners so far overlap it least on the map; among equals the one that was used least.

    Parameters
    ----------
    coordinates : ndarray of shape (N, 2), float32
        Positions on the map.
    labels : ndarray of shape (N,), int
        Cluster of each point, 0 to ``n_clusters - 1``, the largest first.
    n_clusters : int
        C, the number of clusters.

    Returns
    -------
    ndarray of shape (C,), int
        Positions in ``PALETTE``.
    """
    density = _density(_cells(coordinates), labels, n_clusters)  # (C, GRID²)
    density /= np.maximum(np.linalg.norm(density, axis=1, keepdims=True), 1e-12)
    overlap = density @ density.T  # (C, C), in [0, 1]
    colors = np.empty(n_clusters, dtype=np.intp)
    for cluster in range(n_clusters):
        given = colors[:cluster]
        clash = np.bincount(given, overlap[cluster, :cluster], minlength=len(PALETTE))
        used = np.bincount(given, minlength=len(PALETTE))
        colors[cluster] = np.lexsort((used, clash))[0]
    return colors


def cluster_anchors(
    coordinates: NDArray[np.float32], labels: NDArray[np.integer], n_clusters: int
) -> NDArray[np.float32]:
    """Return where each cluster's name belongs: among its members, where they are densest.

    The mean would lie outside a cluster that is bent, or between the halves of one that is torn.

    Parameters
    ----------
    coordinates : ndarray of shape (N, 2), float32
        Positions on the map.
    labels : ndarray of shape (N,), int
        Cluster of each point, 0 to ``n_clusters - 1``.
    n_clusters : int
        C, the number of clusters.

    Returns
    -------
    ndarray of shape (C, 2), float32
        A cluster without members has no place: NaN.
    """
    cells = _cells(coordinates)
    density = _density(cells, labels, n_clusters)[labels, cells]  # (N,), of its own cluster
    peak = np.zeros(n_clusters, dtype=np.float32)
    np.maximum.at(peak, labels, density)
    top = density == peak[labels]  # the members in their cluster's densest cell
    count = np.bincount(labels[top], minlength=n_clusters).astype(np.float64)
    count[count == 0] = np.nan
    sums = [np.bincount(labels[top], axis[top], minlength=n_clusters) for axis in coordinates.T]
    return (np.stack(sums, axis=1) / count[:, None]).astype(np.float32)


def place_names(
    anchors: NDArray[np.float32],
    extents: NDArray[np.float32],
    area: Box,
    dots: NDArray[np.float32],
) -> dict[int, Box]:
    """Find room for the clusters' names, so that none covers another or a line to another.

    Each name in turn tries to be centred on its anchor, then steps aside, further and further;
    it goes a little further to cover fewer dots. Where there is no room, it is left out.

    Parameters
    ----------
    anchors : ndarray of shape (C, 2), float32
        Where the names belong, the most important first. NaN: nowhere.
    extents : ndarray of shape (C, 2), float32
        Width and height of each name.
    area : Box
        No name leaves it.
    dots : ndarray of shape (M, 2), float32
        What the names would rather not cover; none in a dense map, where they must.

    Returns
    -------
    dict of int to Box
        By cluster, where its name goes. A name whose box does not hold its anchor wants a line.
    """
    taken: dict[int, Box] = {}
    lines: list[NDArray[np.float32]] = []
    for cluster in np.flatnonzero(np.isfinite(anchors).all(axis=1)):
        anchor = anchors[cluster]
        for box in _boxes(anchor, extents[cluster], dots):
            line = np.linspace(anchor, box.nearest(*anchor), 24)
            if (
                area.contains(box)
                and not any(box.overlaps(other) for other in taken.values())
                and not any(box.holds(*point) for other in lines for point in other)
                and not any(other.holds(*point) for other in taken.values() for point in line)
            ):
                taken[int(cluster)] = box
                lines.append(line)
                break
    return taken


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _boxes(
    anchor: NDArray[np.float32], extent: NDArray[np.float32], dots: NDArray[np.float32]
) -> list[Box]:
    """Return the places that a name tries around its anchor, the best first."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    half = np.maximum(extent / 2, 1)  # an empty name has no extent
    inside = [share * circle * half for share in (0.5, 0.9)]
    beside = [circle * (half + gap) for gap in (8, 16, 28, 44, 64)]
    offsets = np.concatenate([np.zeros((1, 2)), *inside, *beside])
    covered = (np.abs(dots - anchor - offsets[:, None]) < half + 3).all(axis=2).sum(axis=1)
    cost = np.hypot(*offsets.T / half[:, None]) + covered / 2  # a dot weighs a quarter of a name
    return [
        Box(x - half[0], y - half[1], x + half[0], y + half[1])
        for x, y in anchor + offsets[np.argsort(cost, kind="stable")]
    ]


def _cells(coordinates: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the number of the grid cell that each point lies in, (N,)."""
    if not len(coordinates):
        return np.empty(0, dtype=np.intp)
    low = coordinates.min(axis=0)
    span = max(float((coordinates.max(axis=0) - low).max()), 1e-12)
    column, row = np.minimum((coordinates - low) / span * GRID, GRID - 1).astype(np.intp).T
    cells: NDArray[np.intp] = row * GRID + column
    return cells


def _density(
    cells: NDArray[np.intp], labels: NDArray[np.integer], n_clusters: int
) -> NDArray[np.float32]:
    """Return each cluster's smoothed number of members in every cell, (C, GRID²)."""
    from scipy.ndimage import gaussian_filter  # 0.2 s, which only those wait for who draw

    flat = np.bincount(labels * GRID**2 + cells, minlength=n_clusters * GRID**2)
    counts = flat.reshape(n_clusters, GRID, GRID).astype(np.float32)
    smooth = gaussian_filter(counts, sigma=(0, SMOOTHING, SMOOTHING), mode="constant")
    return np.asarray(smooth, dtype=np.float32).reshape(n_clusters, GRID**2)


def _channels(color: str) -> NDArray[np.float64]:
    """Return red, green and blue in [0, 1]."""
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def _mix(first: str, second: str, share: float) -> str:
    """Return the colour at ``share`` of the way from the first to the second."""
    mixed = (1 - share) * _channels(first) + share * _channels(second)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in mixed)


def _luminance(color: str) -> float:
    """Return the relative luminance in [0, 1] (WCAG 2.2)."""
    channels = _channels(color)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
