"""What every picture is drawn on: a sheet laid out in points, fonts, lines of text, files.

Everything is laid out in points (1/72 inch) on a sheet of fixed size, so that what was measured is
what is drawn. Figures are made without pyplot: no global state, no display.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
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

from semascope.atomic import write_atomically
from semascope.cartography import LIGHT, Box, Theme
from semascope.errors import InvalidValue

WIDTH = 720  # points: 10 inches
MARGIN = 24  # points
TITLE, SUBTITLE, SMALL = 17.0, 11.0, 9.0  # points; nothing is smaller than SMALL
LINE = 1.25  # height of a line of text, in font sizes
DPI = 200
# Told apart with every kind of colour vision, and as brightness alone: Nuñez et al. (2018).
COLORS = "cividis"
SUFFIXES = (".png", ".svg", ".pdf")

# matplotlib's own font is the first and always there; the others lend what it lacks.
_FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Hiragino Sans",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans Arabic",
    "Noto Sans Devanagari", "Noto Sans Symbols2", "Segoe UI Symbol", "Arial Unicode MS",
)  # fmt: skip

Measure = Callable[[str], float]


class Picture(Figure):
    """A figure that shows itself in a notebook; its label, ``get_label()``, says it in words."""

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        alt, (width, height) = str(self.get_label()), self.get_size_inches() * 72
        shown = {"width": round(width), "height": round(height), "alt": alt}
        return {"image/png": render(self, ".png"), "text/plain": alt}, {"image/png": shown}


class Sheet:
    """A picture in the making: a heading, what is drawn under it, a caption at the foot."""

    def __init__(self, height: float, theme: Theme = LIGHT):
        self.height, self.theme = height, theme
        self.picture = Picture(figsize=(WIDTH / 72, height / 72), dpi=DPI)
        self.picture.set_facecolor(theme.background)
        FigureCanvasAgg(self.picture)
        self.page = self.picture.add_axes((0, 0, 1, 1))  # its unit is a point
        self.page.set(xlim=(0, WIDTH), ylim=(0, height))
        self.page.set_axis_off()

    @classmethod
    def around(cls, content: float, title: str, subtitle: str, caption: str) -> Sheet:
        """Return a sheet as high as what it holds; ``content`` is the height of what is drawn."""
        heading = sum(
            len(_lines(text, size, weight, 2)) * size * LINE + 2
            for text, size, weight in ((title, TITLE, "bold"), (subtitle, SUBTITLE, "normal"))
        )
        foot = len(_lines(caption, SMALL, "normal", 3)) * SMALL * LINE + SMALL
        return cls(2 * MARGIN + heading + content + foot)

    def heading(self, title: str, subtitle: str = "") -> float:
        """Write title and subtitle at the top left; return the height they leave."""
        y = self.height - MARGIN
        for text, size, weight, color in (
            (title, TITLE, "bold", self.theme.ink),
            (subtitle, SUBTITLE, "normal", self.theme.muted),
        ):
            for line in _lines(text, size, weight, 2):
                self.write(MARGIN, y, line, size, color, weight=weight, va="top")
                y -= size * LINE
            y -= 2  # a little air between the two
        return y

    def caption(self, text: str) -> float:
        """Write how to read it at the foot; return the height from which there is room."""
        lines = _lines(text, SMALL, "normal", 3)
        for number, line in enumerate(reversed(lines)):
            self.write(MARGIN, MARGIN + number * SMALL * LINE, line, SMALL, self.theme.muted)
        return MARGIN + len(lines) * SMALL * LINE + SMALL

    def axes(self, box: Box) -> Axes:
        """Return axes that fill a box of the page, without a frame, in the small size."""
        width, height = box.right - box.left, box.top - box.bottom
        axes = self.picture.add_axes(
            (box.left / WIDTH, box.bottom / self.height, width / WIDTH, height / self.height)
        )
        axes.set_facecolor(self.theme.background)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=self.theme.muted)
        return axes

    def write(
        self, x: float, y: float, text: str, size: float, color: str, *, weight: str = "normal",
        ha: str = "left", va: str = "baseline", halo: str = "",
    ) -> None:  # fmt: skip
        """Put text on the page; a dollar sign in it is a dollar sign."""
        write(self.page, x, y, text, size, color, weight=weight, ha=ha, va=va, halo=halo)


def write(
    axes: Axes, x: float, y: float, text: str, size: float, color: str, *, weight: str = "normal",
    ha: str = "left", va: str = "baseline", halo: str = "", rotation: float = 0,
) -> None:  # fmt: skip
    """Put text at a place of some axes; a dollar sign in it is a dollar sign."""
    written = axes.text(
        x, y, text, color=color, ha=ha, va=va, fontproperties=font(size, weight),
        linespacing=LINE - 0.1, parse_math=False, zorder=4, rotation=rotation,
        rotation_mode="anchor",
    )  # fmt: skip
    if halo:
        glow = withStroke(linewidth=size * 0.4, foreground=halo, alpha=0.8)
        written.set_path_effects([glow, Normal()])


def _lines(text: str, size: float, weight: str, most: int) -> list[str]:
    """Return text in lines as wide as the sheet."""
    return wrap(printable(text), WIDTH - 2 * MARGIN, most, measure(size, weight))


def color_scale(
    sheet: Sheet, y: float, high: float, low: float | None = None, *, left: float = MARGIN
) -> None:
    """Draw what the colors mean under a height: from ``low``, by default -``high``, to ``high``."""
    low = -high if low is None else low
    bar, width = np.linspace(0, 1, 64)[None, :], measure(SMALL, "normal")
    begin, end = f"{low:.2g}", f"{high:.2g}"
    sheet.write(left, y - SMALL, begin, SMALL, sheet.theme.muted)
    x = left + width(begin) + 6
    axes = sheet.axes(Box(x, y - SMALL, x + 120, y))
    axes.imshow(bar, cmap=COLORS, aspect="auto")
    axes.set(xticks=[], yticks=[])
    sheet.write(x + 126, y - SMALL, end, SMALL, sheet.theme.muted)


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


def font(size: float, weight: str) -> FontProperties:
    """Return the letters of this size in points, "normal" or "bold"."""
    return FontProperties(family=_families(), size=size, weight=weight)


@cache
def _families() -> list[str]:
    """Return those of the fonts that are installed; matplotlib complains of any other."""
    installed = set(font_manager.get_font_names())
    return [family for family in _FONTS if family in installed]


def measure(size: float, weight: str) -> Measure:
    """Return a function that gives the width of a line of text in points."""
    agg: Any = RendererAgg  # matplotlib leaves it untyped
    renderer, letters = agg(1, 1, DPI), font(size, weight)

    def measure(text: str) -> float:
        with warnings.catch_warnings():  # of glyphs that no font has: drawing will warn of them
            warnings.filterwarnings("ignore", "Glyph")
            width, _, _ = renderer.get_text_width_height_descent(text, letters, ismath=False)
        return float(width) * 72 / DPI

    return measure


def wrap(text: str, width: float, lines: int, measure: Measure) -> list[str]:
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
        wrapped = [shorten(line, width, measure) for line in wrapped]
    if words and not wrapped[-1].endswith("…"):
        wrapped[-1] = shorten(wrapped[-1] + "…", width, measure)
    return wrapped


def shorten(line: str, width: float, measure: Measure) -> str:
    """Cut a line that is wider than ``width``, between words if it can, and end it in …."""
    if measure(line) <= width:
        return line
    kept = line[: int(len(line) * width / measure(line)) + 1].rstrip("…")
    while kept and measure(kept + "…") > width:
        kept = kept[:-1]
    return kept.rsplit(" ", 1)[0].rstrip(" ,;") + "…"


def printable(text: str) -> str:
    """Return text without what no font can draw and no file can hold (control characters)."""
    return "".join(c if c.isprintable() else " " for c in str(text))
