"""Pictures: a map of points with the names of its clusters, on paper or in a slide.

Everything is laid out in points (1/72 inch) on a page of fixed size, so that what was measured is
what is drawn. Figures are made without pyplot: no global state, no display.
"""

import io
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import Normal, withStroke
from numpy.typing import NDArray

from semascope import raster
from semascope.atomic import write_atomically
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
from semascope.errors import InvalidValue

WIDTH, HEIGHT = 720, 630  # points: 10 × 8.75 inches
MARGIN = 24  # points
TITLE, SUBTITLE, SMALL = 17.0, 11.0, 9.0  # points; nothing is smaller than SMALL
NAME_SIZES = (SMALL, 13.0)  # points, of the smallest and the largest cluster's name
NAME_WIDTH = 140  # points; a longer name is broken into two lines
LINE = 1.25  # height of a line of text, in font sizes
SUFFIXES = (".png", ".svg", ".pdf")
DPI = 200
COVERAGE = 0.12  # share of the page that the points would cover if none overlapped
FEW = 1_000  # points; so few are worth not covering by names
MANY = 5_000  # points; more are drawn as pixels also in SVG and PDF
DENSE = 30_000  # points; of more, density is drawn instead of the last one on top
SWATCH = 6  # points, the side of a color in the key

# matplotlib's own font is the first and always there; the others lend what it lacks.
_FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Hiragino Sans",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans Arabic",
    "Noto Sans Devanagari", "Noto Sans Symbols2", "Segoe UI Symbol", "Arial Unicode MS",
)  # fmt: skip

Measure = Callable[[str], float]


def scatter(
    coordinates: NDArray[np.float32],
    labels: NDArray[np.integer],
    names: Sequence[str],
    *,
    title: str,
    subtitle: str = "",
    coloring: Coloring | None = None,
    dark: bool = False,
) -> Figure:
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
    matplotlib.figure.Figure
        10 × 8.75 inches. Its label, ``figure.get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If the shapes do not fit together, a coordinate is not finite or a label has no name.
    """
    coordinates, labels = np.asarray(coordinates, dtype=np.float32), np.asarray(labels)
    check_map(coordinates, labels, len(names))
    names = [_printable(name) for name in names]
    theme = DARK if dark else LIGHT
    figure, page = _blank_page(theme)
    top = _draw_heading(page, theme, _printable(title), _printable(subtitle))
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
        _write(page, WIDTH / 2, HEIGHT / 2, "No passages yet.", SUBTITLE, theme.muted, ha="center")
    groups = "1 small group" if unnamed == 1 else f"{unnamed} small groups"
    left_out = f" Without a name, for lack of room: {groups}." if unnamed else ""
    _write(page, MARGIN, MARGIN, CAPTION + left_out, SMALL, theme.muted)
    figure.set_label(describe(labels, names, title=title, subtitle=subtitle, coloring=coloring))
    return figure


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
    return _printable(f"{heading}. A map of {len(labels):,} passages{groups}.{shown} {CAPTION}")


def _describe_coloring(coloring: Coloring) -> str:
    """Return what the colors mean in words."""
    parts = [label for label, _ in coloring.key]
    if coloring.ends is not None:
        parts.insert(0, f"from dark, {coloring.ends[0]}, to bright, {coloring.ends[1]}")
    return f"Colored by {coloring.name}: {'; '.join(parts)}"


def save(figure: Figure, path: str | Path) -> None:
    """Write ``figure`` as PNG, SVG or PDF, whichever the suffix says.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As returned by ``scatter``.
    path : str or Path
        Ends in .png, .svg or .pdf. A file there is replaced, whole or not at all.

    Raises
    ------
    InvalidValue
        If the suffix is another one.
    FileError
        If the folder does not exist, or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidValue(
            f"a picture is written as {', '.join(SUFFIXES)}, got {str(path)!r}; change its suffix"
        )
    write_atomically(path, render(figure, suffix))


def render(figure: Figure, suffix: str) -> bytes:
    """Return ``figure`` as the content of a file with one of the ``SUFFIXES``.

    The same figure gives the same bytes. The figure's label goes with it as its description.
    """
    alt = str(figure.get_label())
    metadata: dict[str, dict[str, Any]] = {  # None: no date, or no two files would be equal
        ".png": {"Description": alt},
        ".svg": {"Title": alt, "Description": alt, "Date": None},
        ".pdf": {"Title": alt, "CreationDate": None},
    }
    content = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "semascope", "savefig.bbox": None}):
        figure.savefig(content, format=suffix[1:], dpi=DPI, metadata=metadata[suffix])
    written = content.getvalue()
    if suffix == ".svg":  # where screen readers look for it
        written = written.replace(b"</title>", f"</title>\n <desc>{escape(alt)}</desc>".encode(), 1)
    return written


def _blank_page(theme: Theme) -> tuple[Figure, Axes]:
    """Return a figure, and axes over the whole of it whose unit is a point."""
    figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=DPI, facecolor=theme.background)
    FigureCanvasAgg(figure)
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    page.set_axis_off()
    return figure, page


def _draw_heading(page: Axes, theme: Theme, title: str, subtitle: str) -> float:
    """Write title and subtitle at the top left; return the height they leave."""
    y = float(HEIGHT - MARGIN)
    for text, size, weight, color, lines in (
        (title, TITLE, "bold", theme.ink, 2),
        (subtitle, SUBTITLE, "normal", theme.muted, 2),
    ):
        for line in _wrap(text, WIDTH - 2 * MARGIN, lines, _measure(size, weight)):
            _write(page, MARGIN, y, line, size, color, weight=weight, va="top")
            y -= size * LINE
        y -= 2  # a little air between the two
    return y


def _draw_key(page: Axes, theme: Theme, coloring: Coloring, y: float) -> float:
    """Write under the heading what the colors mean; return the height that is left."""
    size, x = float(SMALL), float(MARGIN)
    measure, middle = _measure(size, "normal"), y - size * 0.6

    def write(text: str, color: str) -> None:
        nonlocal x
        _write(page, x, middle - size * 0.36, text, size, color)  # half the height of a capital
        x += measure(text) + size

    write(_printable(coloring.name), theme.muted)
    if coloring.ends is not None:
        low, high = (_printable(end) for end in coloring.ends)
        write(low, theme.ink)
        bar = np.array([[mpl.colors.to_rgb(c) for c in coloring.palette[:-1]]])  # the last: none
        extent = (x, x + 15 * SWATCH, middle - SWATCH / 2, middle + SWATCH / 2)
        page.imshow(bar, extent=extent, aspect="auto", interpolation="nearest", zorder=4)
        x = extent[1] + size
        write(high, theme.ink)
    for label, color in coloring.key:
        text = _printable(label)
        if x + SWATCH + measure(text) > WIDTH - MARGIN and x > MARGIN:
            x, middle = float(MARGIN), middle - size * LINE * 1.1
        page.plot(x + SWATCH / 2, middle, "o", markersize=SWATCH, color=color, markeredgewidth=0)
        x += SWATCH * 1.6
        write(text, theme.ink)
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
        _balance(_wrap(name, NAME_WIDTH, 2, _measure(size, "bold")), _measure(size, "bold"))
        for name, size in zip(names, sizes, strict=True)
    ]
    extents = [
        (max(map(_measure(size, "bold"), text), default=0), len(text) * size * LINE)
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
        _write(
            page, x, y, "\n".join(lines[cluster]), sizes[cluster], color,
            weight="bold", ha="center", va="center", halo=theme.background,
        )  # fmt: skip
    return sum(bool(count) for count in counts) - len(spots)


def _write(
    page: Axes, x: float, y: float, text: str, size: float, color: str, *,
    weight: str = "normal", ha: str = "left", va: str = "baseline", halo: str = "",
) -> None:  # fmt: skip
    """Put text on the page; a dollar sign in it is a dollar sign."""
    written = page.text(
        x, y, text, color=color, ha=ha, va=va, fontproperties=_font(size, weight),
        linespacing=LINE - 0.1, parse_math=False, zorder=4,
    )  # fmt: skip
    if halo:
        glow = withStroke(linewidth=size * 0.4, foreground=halo, alpha=0.8)
        written.set_path_effects([glow, Normal()])


def _font(size: float, weight: str) -> FontProperties:
    return FontProperties(family=_families(), size=size, weight=weight)


@cache
def _families() -> list[str]:
    """Return those of the fonts that are installed; matplotlib complains of any other."""
    installed = set(font_manager.get_font_names())
    return [family for family in _FONTS if family in installed]


def _measure(size: float, weight: str) -> Measure:
    """Return a function that gives the width of a line of text in points."""
    agg: Any = RendererAgg  # matplotlib leaves it untyped
    renderer, font = agg(1, 1, DPI), _font(size, weight)

    def measure(text: str) -> float:
        with warnings.catch_warnings():  # of glyphs that no font has: drawing will warn of them
            warnings.filterwarnings("ignore", "Glyph")
            width, _, _ = renderer.get_text_width_height_descent(text, font, ismath=False)
        return float(width) * 72 / DPI

    return measure


def _wrap(text: str, width: float, lines: int, measure: Measure) -> list[str]:
    """Break text into at most ``lines`` lines no wider than ``width``; an … marks what is cut."""
    wrapped: list[str] = []
    words = text.split()
    while words and len(wrapped) < lines:
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        wrapped.append(line)
    cut = [line for line in wrapped if measure(line) > width]  # one word, wider than the line
    if words or cut:
        wrapped = [_shorten(line, width, measure) for line in wrapped]
    if words and not wrapped[-1].endswith("…"):
        wrapped[-1] = _shorten(wrapped[-1] + "…", width, measure)
    return wrapped


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


def _shorten(line: str, width: float, measure: Measure) -> str:
    """Cut a line that is wider than ``width``, between words if it can, and end it in …."""
    if measure(line) <= width:
        return line
    kept = line[: int(len(line) * width / measure(line)) + 1].rstrip("…")
    while kept and measure(kept + "…") > width:
        kept = kept[:-1]
    return kept.rsplit(" ", 1)[0].rstrip(" ,;") + "…"


def _printable(text: str) -> str:
    """Return text without what no font can draw and no file can hold (control characters)."""
    return "".join(c if c.isprintable() else " " for c in str(text))
