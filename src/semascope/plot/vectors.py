"""Embeddings as they are: their numbers as bars, and as a strip of an image."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from semascope.cartography import PALETTE, Box
from semascope.errors import InvalidValue
from semascope.plot.paper import (
    COLORS,
    MARGIN,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    color_scale,
    printable,
)

FloatArray = NDArray[np.float32]

ABOVE, BELOW = PALETTE[0], PALETTE[1]  # of bars; which way they point says it too
BARS = 84.0  # points, the height of one embedding's bars
STRIP = 30.0  # points, the height of one embedding's strip
MOST = 12  # embeddings of one picture


def bars(embeddings: FloatArray, labels: Sequence[str] | str, *, title: str = "") -> Picture:
    """Draw embeddings as bars: one bar a number, one scale for all.

    Parameters
    ----------
    embeddings : ndarray of shape (D,) or (N, D), float32
        One embedding, or up to 12.
    labels : str or sequence of N str
        What each embeds.
    title : str, default ""
        By default how many numbers there are, and between which they lie.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there is not one label for each embedding, a number is not finite, or there are too
        many.
    """
    rows, names = _checked(embeddings, labels)
    N, D = rows.shape
    scale, title = _scale(rows), title or _range(rows)
    caption = f"Each bar is one of the {D:,} numbers. All rows have one scale: ±{scale:.2g}."
    sheet = Sheet.around(N * (BARS + 2 * SMALL), title, "", caption)
    top = sheet.heading(title)
    sheet.caption(caption)
    for row, name in zip(rows, names, strict=True):
        sheet.write(MARGIN, top - SMALL, name, SMALL, sheet.theme.ink, weight="bold")
        top -= 2 * SMALL
        axes = sheet.axes(Box(MARGIN, top - BARS, WIDTH - MARGIN, top - 4))
        colors = np.where(row >= 0, ABOVE, BELOW)
        axes.bar(np.arange(D), row, width=0.8 if D > 100 else 0.6, color=colors, linewidth=0)
        axes.axhline(0, color=sheet.theme.muted, linewidth=0.5)
        axes.set(xlim=(-1, D), ylim=(-scale, scale), xticks=[], yticks=[])
        top -= BARS
    sheet.picture.set_label(_in_words("bars", rows, names))
    return sheet.picture


def strip(embeddings: FloatArray, labels: Sequence[str] | str, *, title: str = "") -> Picture:
    """Draw embeddings as strips of an image: one field a number, from dark, low, to bright, high.

    Parameters, result and errors are those of `bars`. The scale of colors is one for all and
    centered on zero; its brightness rises with the number, so that it can be read without color.
    """
    rows, names = _checked(embeddings, labels)
    N, D = rows.shape
    scale, title = _scale(rows), title or _range(rows)
    caption = f"Each field is one of the {D:,} numbers, in their order. Zero is grey."
    sheet = Sheet.around(N * (STRIP + 3 * SMALL) + 3 * SMALL, title, "", caption)
    top = sheet.heading(title)
    sheet.caption(caption)
    for row, name in zip(rows, names, strict=True):
        sheet.write(MARGIN, top - SMALL, name, SMALL, sheet.theme.ink, weight="bold")
        top -= 2 * SMALL
        axes = sheet.axes(Box(MARGIN, top - STRIP, WIDTH - MARGIN, top - 4))
        _image(axes, row[None, :], scale)
        top -= STRIP + SMALL
    color_scale(sheet, top, scale)
    sheet.picture.set_label(_in_words("a strip of fields from dark to bright", rows, names))
    return sheet.picture


def _image(axes: Axes, values: FloatArray, scale: float) -> None:
    axes.imshow(
        values, cmap=COLORS, vmin=-scale, vmax=scale, aspect="auto", interpolation="nearest"
    )
    axes.set(xticks=[], yticks=[])


def _checked(
    embeddings: FloatArray, labels: Sequence[str] | str
) -> tuple[FloatArray, Sequence[str]]:
    rows = np.atleast_2d(np.asarray(embeddings, np.float32))
    names = [printable(name) for name in ([labels] if isinstance(labels, str) else labels)]
    if rows.ndim != 2 or len(names) != len(rows):
        raise InvalidValue(f"there must be one label for each of {len(rows)} embeddings")
    if not rows.size or len(rows) > MOST:
        raise InvalidValue(f"draw 1 to {MOST} embeddings at once, got {len(rows)}")
    if not np.isfinite(rows).all():
        raise InvalidValue("embeddings must be finite")
    return rows, names


def _scale(rows: FloatArray) -> float:
    return max(float(np.abs(rows).max()), 1e-12)


def _range(rows: FloatArray) -> str:
    each = "" if len(rows) == 1 else " each"
    return f"{rows.shape[1]:,} numbers{each}, between {rows.min():.2f} and {rows.max():.2f}"


def _in_words(how: str, rows: FloatArray, names: Sequence[str]) -> str:
    return f"{', '.join(names)}: {_range(rows)}, drawn as {how}."
