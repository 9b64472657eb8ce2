"""Pictures that only the course needs: an embedding folded into a field, arrows of true length."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Arc, FancyArrowPatch
from numpy.typing import ArrayLike

from semascope.cartography import PALETTE, Box
from semascope.errors import InvalidValue
from semascope.plot.paper import (
    COLORS,
    MARGIN,
    SMALL,
    SUBTITLE,
    WIDTH,
    Picture,
    Sheet,
    color_scale,
)

FOLDED = (16, 24)  # rows and columns of 384 numbers
SQUARE = 24.0  # points, the side of one number's square
REACH = 300.0  # points, the length of the longest arrow


def fold(embedding: ArrayLike, name: str, *, title: str = "") -> Picture:
    """Draw an embedding of 384 numbers as a field of 16 rows and 24 columns.

    Parameters
    ----------
    embedding : array_like of shape (384,)
    name : str
        What it embeds.
    title : str, default ""
        By default what the field is.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there are not 384 finite numbers.
    """
    numbers = np.asarray(embedding, np.float64)
    rows, columns = FOLDED
    if numbers.shape != (rows * columns,) or not np.isfinite(numbers).all():
        raise InvalidValue(f"{rows * columns} finite numbers are folded, got {numbers.shape}")
    scale = float(np.abs(numbers).max())
    title = title or f"“{name}”: 384 numbers in {rows} rows of {columns}"
    caption = (
        "Dark is low, bright is high, grey is zero. The folding has no meaning: it saves room."
    )
    sheet = Sheet.around(rows * SQUARE + 3 * SMALL, title, "", caption)
    top = sheet.heading(title)
    sheet.caption(caption)
    left = (WIDTH - columns * SQUARE) / 2
    axes = sheet.axes(Box(left, top - rows * SQUARE, WIDTH - left, top))
    field = numbers.reshape(FOLDED)
    axes.imshow(field, cmap=COLORS, vmin=-scale, vmax=scale, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    color_scale(sheet, top - rows * SQUARE - SMALL, scale, left=left)
    at = int(np.abs(numbers).argmax())
    sheet.picture.set_label(
        f"“{name}” as a field of {rows} rows and {columns} columns from dark to bright, without "
        f"a pattern. The number farthest from zero is number {at}, {numbers[at]:.2f}."
    )
    return sheet.picture


def arrows(vectors: ArrayLike, names: Sequence[str], *, title: str = "") -> Picture:
    """Draw vectors of two numbers as arrows of their true length, and the angle to the first.

    Parameters
    ----------
    vectors : array_like of shape (N, 2)
        Two or more, with numbers that are not negative; not zero.
    names : sequence of N str
    title : str, default ""
        By default the lengths.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If they are no such vectors, or the names are not as many.
    """
    points = np.asarray(vectors, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(names) or len(points) < 2:
        raise InvalidValue(f"two or more vectors (N, 2) and N names are drawn, got {points.shape}")
    lengths = np.linalg.norm(points, axis=1)
    if (points < 0).any() or not lengths.all():
        raise InvalidValue("arrows here have numbers that are not negative, and a length")
    facts = [f"{name} has length {length:.3g}" for name, length in zip(names, lengths, strict=True)]
    degrees = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    apart = [
        f"{abs(degrees[i] - degrees[0]):.0f}° between {names[0]} and {names[i]}"
        for i in range(1, len(names))
    ]
    unit = REACH / points.max()
    title = title or "; ".join(facts)
    caption = "Lengths are true. The arc is the angle: it stays the same however long an arrow is."
    sheet = Sheet.around(points[:, 1].max() * unit + 7 * SMALL, title, "", caption)
    sheet.heading(title)
    start = np.array([MARGIN + 60, sheet.caption(caption) + 2 * SMALL])
    ink = sheet.theme.rest
    sheet.page.plot([start[0], start[0] + REACH * 1.1], [start[1], start[1]], color=ink, lw=0.8)
    sheet.page.plot(
        [start[0], start[0]], [start[1], start[1] + points[:, 1].max() * unit], color=ink, lw=0.8
    )
    for number, (point, name) in enumerate(zip(points, names, strict=True)):
        color = sheet.theme.text_color(PALETTE[number])
        tip = start + point * unit
        sheet.page.add_patch(
            FancyArrowPatch(
                tuple(start), tuple(tip), arrowstyle="-|>", mutation_scale=14, color=color,
                linewidth=2, shrinkA=0, shrinkB=0,
            )
        )  # fmt: skip
        text = f"{name}, length {lengths[number]:.3g}"
        sheet.write(tip[0], tip[1] + 6, text, SUBTITLE, color, weight="bold", ha="center")
    for number in range(1, len(points)):
        low, high = sorted((degrees[0], degrees[number]))
        side = 2 * (0.25 + 0.08 * number) * lengths.min() * unit
        arc = Arc(tuple(start), side, side, theta1=low, theta2=high, color=sheet.theme.ink)
        sheet.page.add_patch(arc)
        middle = np.radians((low + high) / 2)
        at = start + (side / 2 + 14) * np.array([np.cos(middle), np.sin(middle)])
        text = f"{high - low:.0f}°"
        sheet.write(
            at[0], at[1], text, SMALL, sheet.theme.ink, ha="center", va="center", halo="#ffffff"
        )
    sheet.picture.set_label(f"Arrows from one point: {'; '.join(facts + apart)}.")
    return sheet.picture
