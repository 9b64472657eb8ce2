"""Coloring: what the dots of a map tell beside their place: a cluster, a category or an amount.

Pure functions over arrays. A coloring is a palette and a position in it for each dot, so that a
picture and a page can draw it alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from semascope.cartography import PALETTE, Theme

FloatArray = NDArray[np.float64]

SHADES = 128  # of an amount; the eye tells fewer apart
OUTSIDE = 1.0  # percent at either end that get the color of the end: one odd value spoils no scale
LONGEST = 24  # characters of a value's name in the key

# Cividis (Nuñez, Anderton & Renslow 2018, Optimizing colormaps with consideration for color vision
# deficiency, PLOS ONE 13(7)) at even steps, straight between them.
CIVIDIS = (
    "#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073",
    "#7d7c78", "#8b8778", "#9a9376", "#aaa073", "#bbad6d", "#ccba64", "#ddc858", "#efd748",
    "#fee838",
)  # fmt: skip
SEEN = {False: (0.0, 0.9), True: (0.3, 1.0)}  # of it: yellow is lost on white, navy on black


@dataclass(frozen=True)
class Coloring:
    """A color for each of N dots, and what the colors mean.

    Attributes
    ----------
    name : str
        What is shown: a column, or what was measured.
    palette : sequence of str
        Colors as ``#rrggbb``.
    index : ndarray of shape (N,), int
        Position of each dot's color in the palette.
    key : sequence of (str, str)
        What a color stands for and the color, the commonest first; empty for amounts.
    ends : (str, str) or None
        The lowest and the highest amount; the palette runs from one to the other.
    """

    name: str
    palette: Sequence[str]
    index: NDArray[np.intp]
    key: Sequence[tuple[str, str]] = ()
    ends: tuple[str, str] | None = None


def by_column(name: str, column: pa.ChunkedArray, theme: Theme) -> Coloring:
    """Color dots by a column: amounts for numbers and dates, categories for anything else."""
    values = amounts(column)
    if values is None:
        return by_category(name, categories(column), theme)
    low, high = _ends(values)
    labels = [_label(end, column.type) for end in (low, high)]
    if np.nanmin(values, initial=np.inf) < low:
        labels[0] = f"≤ {labels[0]}"
    if np.nanmax(values, initial=-np.inf) > high:
        labels[1] = f"≥ {labels[1]}"
    return by_amount(name, values, (low, high), (labels[0], labels[1]), theme)


def by_category(name: str, values: Sequence[str], theme: Theme) -> Coloring:
    """Give the commonest values the palette's colors, and all others grey.

    Parameters
    ----------
    name : str
        Of the column.
    values : sequence of N str
        Empty where there is none.
    theme : Theme
        Says what grey is.
    """
    distinct, codes, counts = np.unique(
        np.array(values, dtype=object), return_inverse=True, return_counts=True
    )
    counts = np.where(distinct == "", 0, counts)  # no value is no category
    largest_first = np.argsort(-counts, kind="stable")
    shown = [int(code) for code in largest_first if counts[code]][: len(PALETTE)]
    position = np.full(len(distinct), len(PALETTE), dtype=np.intp)
    position[shown] = np.arange(len(shown))
    key = [
        (f"{_shorten(distinct[code])} ({counts[code]:,})", PALETTE[at])
        for at, code in enumerate(shown)
    ]
    rest = len(values) - int(counts[shown].sum())
    if rest:
        others = int((counts > 0).sum()) - len(shown)
        key.append((f"{others:,} others ({rest:,})" if others else f"none ({rest:,})", theme.rest))
    return Coloring(name, (*PALETTE, theme.rest), position[codes], key)


def by_amount(
    name: str,
    values: FloatArray,
    span: tuple[float, float],
    ends: tuple[str, str],
    theme: Theme,
) -> Coloring:
    """Give each amount a shade of cividis, and those that are not finite grey.

    Parameters
    ----------
    name : str
        What is measured.
    values : ndarray of shape (N,), float64
        What lies outside the span is shown as its end.
    span : (float, float)
        The amounts of the first and the last color.
    ends : (str, str)
        The same in words.
    theme : Theme
        The darkest shades are left out on a dark ground, the lightest on a light one.
    """
    low, high = span
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    known = np.isfinite(share)
    shade = np.clip(np.where(known, share, 0) * SHADES, 0, SHADES - 1).astype(np.intp)
    key = [] if known.all() else [(f"none ({(~known).sum():,})", theme.rest)]
    palette = (*shades(theme), theme.rest)
    return Coloring(name, palette, np.where(known, shade, SHADES), key, ends)


def shades(theme: Theme) -> list[str]:
    """Return the part of cividis that can be seen on the ground of a theme, low to high."""
    steps = np.array([[int(step[at : at + 2], 16) for at in (1, 3, 5)] for step in CIVIDIS])
    at = np.linspace(*SEEN[theme.is_dark], SHADES) * (len(CIVIDIS) - 1)
    channels = [np.interp(at, np.arange(len(CIVIDIS)), steps[:, channel]) for channel in range(3)]
    return [
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.rint(channels).T.astype(int)
    ]


def amounts(column: pa.ChunkedArray) -> FloatArray | None:
    """Return a column of numbers or dates as numbers, NaN for none; None for any other column."""
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return None
    values: FloatArray = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy()
    return values


def categories(column: pa.ChunkedArray) -> list[str]:
    """Return a column as text, one line a value; empty for none."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return ["" if value is None else " ".join(str(value).split()) for value in column.to_pylist()]


def _ends(values: FloatArray) -> tuple[float, float]:
    """Return where the scale begins and ends."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.percentile(known, (OUTSIDE, 100 - OUTSIDE), method="nearest")
    return float(low), float(high)


def _label(value: float, kind: pa.DataType) -> str:
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
    return f"{value:.6g}"


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
