"""A map of points with the names of its clusters, on paper or in a slide."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from semascope import raster
from semascope.cartography import (
    CAPTION,
    DARK,
    LIGHT,
    PALETTE,
    Box,
    Theme,
    check_map,
    cluster_anchors,
    cluster_colors,
    place_names,
)
from semascope.coloring import Coloring
from semascope.plot.paper import (
    DPI,
    LINE,
    MARGIN,
    SMALL,
    SUBTITLE,
    WIDTH,
    Measure,
    Picture,
    Sheet,
    measure,
    printable,
    wrap,
    write,
)

HEIGHT = 630  # points: 8.75 inches
NAME_SIZES = (SMALL, 13.0)  # points, of the smallest and the largest cluster's name
NAME_WIDTH = 140  # points; a longer name is broken into two lines
COVERAGE = 0.12  # share of the page that the points would cover if none overlapped
FEW = 1_000  # points; so few are worth not covering by names
MANY = 5_000  # points; more are drawn as pixels also in SVG and PDF
DENSE = 30_000  # points; of more, density is drawn instead of the last one on top
SWATCH = 6  # points, the side of a color in the key


def scatter(
    coordinates: NDArray[np.float32],
    labels: NDArray[np.integer],
    names: Sequence[str],
    *,
    title: str,
    subtitle: str = "",
    coloring: Coloring | None = None,
    dark: bool = False,
) -> Picture:
    """Return a map: one dot a passage, with the clusters' names on it.

    Of more than 30,000 passages the density is drawn: brighter where there are more of them.

    Clusters that touch differ in colour; with more clusters than colours, far ones share. Names
    never overlap: the largest clusters come first, a name that finds no room is left out, and
    the line under the map says how many were.

    Parameters
    ----------
    coordinates : ndarray of shape (N, 2), float32
        Positions on the map. Only their ratios count.
    labels : ndarray of shape (N,), int
        Cluster of each point, 0 to C - 1, the largest first.
    names : sequence of C str
        What each cluster is about, such as "farmers, crops, agriculture".
    title : str
        The finding, or the name of the collection.
    subtitle : str, default ""
        The counts.
    coloring : Coloring, optional
        What the dots are colored by instead of their clusters; its key stands under the title.
    dark : bool, default False
        Light on dark instead of dark on light.

    Returns
    -------
    Picture
        10 × 8.75 inches. Its label, ``figure.get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If the shapes do not fit together, a coordinate is not finite or a label has no name.
    """
    coordinates, labels = np.asarray(coordinates, dtype=np.float32), np.asarray(labels)
    check_map(coordinates, labels, len(names))
    names = [printable(name) for name in names]
    theme = DARK if dark else LIGHT
    sheet = Sheet(HEIGHT, theme)
    page, top = sheet.page, sheet.heading(title, subtitle)
    if coloring is not None:
        top = _draw_key(page, theme, coloring, top)
    area = Box(MARGIN, MARGIN + 2 * SMALL, WIDTH - MARGIN, top - SMALL)

    unnamed = 0
    if len(labels):
        places = area.fit(coordinates)
        if coloring is None:
            hues = [PALETTE[color] for color in cluster_colors(places, labels, len(names))]
            _draw_points(page, places, labels, hues)
        else:  # names in the ink, so that their color says nothing
            hues = [theme.ink] * len(names)
            _draw_points(page, places, coloring.index, coloring.palette)
        unnamed = _draw_names(page, theme, area, places, labels, names, hues)
    else:
        sheet.write(WIDTH / 2, HEIGHT / 2, "No passages yet.", SUBTITLE, theme.muted, ha="center")
    groups = "1 small group" if unnamed == 1 else f"{unnamed} small groups"
    left_out = f" Without a name, for lack of room: {groups}." if unnamed else ""
    sheet.caption(CAPTION + left_out)
    sheet.picture.set_label(
        describe(labels, names, title=title, subtitle=subtitle, coloring=coloring)
    )
    return sheet.picture


def describe(
    labels: NDArray[np.integer],
    names: Sequence[str],
    *,
    title: str,
    subtitle: str = "",
    coloring: Coloring | None = None,
) -> str:
    """Return a map in words, for those who do not see it: its title and its largest clusters.

    Parameters
    ----------
    labels : ndarray of shape (N,), int
        Cluster of each point, 0 to C - 1.
    names : sequence of C str
        What each cluster is about.
    title, subtitle : str
        As on the picture.
    coloring : Coloring, optional
        As on the picture.
    """
    sizes = np.bincount(labels, minlength=len(names))
    listed = [f"{name} ({sizes[cluster]:,})" for cluster, name in enumerate(names[:8])]
    rest = f", and {len(names) - 8} more" if len(names) > 8 else ""
    heading = ". ".join(part.rstrip(".") for part in (title, subtitle) if part)
    groups = f" in {len(names)} groups: {'; '.join(listed)}{rest}" if names else ""
    shown = f" {_describe_coloring(coloring)}." if coloring is not None else ""
    return printable(f"{heading}. A map of {len(labels):,} passages{groups}.{shown} {CAPTION}")


def _describe_coloring(coloring: Coloring) -> str:
    """Return what the colors mean in words."""
    parts = [label for label, _ in coloring.key]
    if coloring.ends is not None:
        parts.insert(0, f"from dark, {coloring.ends[0]}, to bright, {coloring.ends[1]}")
    return f"Colored by {coloring.name}: {'; '.join(parts)}"


def _draw_key(page: Axes, theme: Theme, coloring: Coloring, y: float) -> float:
    """Write under the heading what the colors mean; return the height that is left."""
    size, x = float(SMALL), float(MARGIN)
    width, middle = measure(size, "normal"), y - size * 0.6

    def put(text: str, color: str) -> None:
        nonlocal x
        write(page, x, middle - size * 0.36, text, size, color)  # half the height of a capital
        x += width(text) + size

    put(printable(coloring.name), theme.muted)
    if coloring.ends is not None:
        low, high = (printable(end) for end in coloring.ends)
        put(low, theme.ink)
        bar = np.array([[mpl.colors.to_rgb(c) for c in coloring.palette[:-1]]])  # the last: none
        extent = (x, x + 15 * SWATCH, middle - SWATCH / 2, middle + SWATCH / 2)
        page.imshow(bar, extent=extent, aspect="auto", interpolation="nearest", zorder=4)
        x = extent[1] + size
        put(high, theme.ink)
    for label, color in coloring.key:
        text = printable(label)
        if x + SWATCH + width(text) > WIDTH - MARGIN and x > MARGIN:
            x, middle = float(MARGIN), middle - size * LINE * 1.1
        page.plot(x + SWATCH / 2, middle, "o", markersize=SWATCH, color=color, markeredgewidth=0)
        x += SWATCH * 1.6
        put(text, theme.ink)
    page.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))  # an image would take them
    return middle - size


def _draw_points(
    page: Axes, places: NDArray[np.float32], index: NDArray[np.integer], palette: Sequence[str]
) -> None:
    """Draw one dot a point, (N, 2) in points, none of the colors always on top."""
    n = len(places)
    colors = np.array([mpl.colors.to_rgb(color) for color in palette], dtype=np.float32)
    diameter = float(np.clip(np.sqrt(COVERAGE * WIDTH * HEIGHT / n / (np.pi / 4)), 0.5, 5.5))
    alpha = float(np.interp(np.log10(n), (3, 6), (0.85, 0.5)))
    if n > DENSE:
        scale, shape = DPI / 72, (round(HEIGHT * DPI / 72), round(WIDTH * DPI / 72))
        pixels = np.column_stack([places[:, 0], HEIGHT - places[:, 1]]) * np.float32(scale)
        image = raster.paint(pixels, colors, index, shape, diameter * scale, alpha)
        page.imshow(image, extent=(0, WIDTH, 0, HEIGHT), aspect="auto", interpolation="nearest")
        page.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        return
    order = np.random.default_rng(0).permutation(n)
    x, y = places[order].T
    page.scatter(
        x,
        y,
        s=diameter**2,
        c=colors[index[order]],
        alpha=alpha,
        linewidths=0,
        rasterized=n > MANY,
    )


def _draw_names(
    page: Axes,
    theme: Theme,
    area: Box,
    places: NDArray[np.float32],
    labels: NDArray[np.integer],
    names: Sequence[str],
    hues: list[str],
) -> int:
    """Write the clusters' names where there is room; return how many found none."""
    anchors = cluster_anchors(places, labels, len(names))
    counts = np.bincount(labels, minlength=len(names))
    sizes = np.interp(np.sqrt(counts / counts.max()), (0.2, 1), NAME_SIZES)
    lines = [
        _balance(wrap(name, NAME_WIDTH, 2, measure(size, "bold")), measure(size, "bold"))
        for name, size in zip(names, sizes, strict=True)
    ]
    extents = [
        (max(map(measure(size, "bold"), text), default=0), len(text) * size * LINE)
        for text, size in zip(lines, sizes, strict=True)
    ]
    dots = places[: len(places) if len(places) <= FEW else 0]
    spots = place_names(anchors, np.array(extents, dtype=np.float32), area, dots)
    for cluster, box in spots.items():
        color = theme.text_color(hues[cluster])
        (x, y), anchor = box.center, anchors[cluster]
        end = box.nearest(*anchor)
        if np.hypot(*(anchor - end)) > SMALL:  # nearer than that, a line would be a speck
            page.plot(*zip(anchor, end, strict=True), color=color, linewidth=0.8, zorder=3)
        write(
            page, x, y, "\n".join(lines[cluster]), sizes[cluster], color,
            weight="bold", ha="center", va="center", halo=theme.background,
        )  # fmt: skip
    return sum(bool(count) for count in counts) - len(spots)


def _balance(lines: list[str], measure: Measure) -> list[str]:
    """Break two lines anew so that they are about as long, if it can be behind a comma."""
    if len(lines) != 2 or lines[1].endswith("…"):
        return lines
    words = " ".join(lines).split()
    ways = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]

    def cost(way: tuple[str, str]) -> tuple[bool, float]:
        return not way[0].endswith(","), max(map(measure, way))

    first, second = min(ways, key=cost)
    widest = max(map(measure, lines))
    return [first, second] if max(measure(first), measure(second)) <= widest else lines
