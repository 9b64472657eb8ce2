"""Embeddings in the plane: the angle between them, their widest directions, axes with a meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Arc, FancyArrowPatch
from numpy.typing import NDArray

from semascope.cartography import PALETTE, Box, place_names
from semascope.errors import InvalidValue
from semascope.plot.paper import (
    LINE,
    MARGIN,
    SMALL,
    SUBTITLE,
    WIDTH,
    Picture,
    Sheet,
    measure,
    printable,
    shorten,
)
from semascope.variance import Variance, principal_components

if TYPE_CHECKING:
    from semascope.space.direction import Direction

FloatArray = NDArray[np.floating]

HEIGHT = 560.0  # points
DOT = 7.0  # points, the diameter of a text's dot
NAME = 150.0  # points, the widest name
MOST_ARROWS = 5
MOST_SAID = 20  # texts whose places are told in words
BARS = 10  # directions whose variance is drawn


def arrows(embeddings: FloatArray, labels: Sequence[str], *, title: str = "") -> Picture:
    """Draw the angle between the first embedding and the others: what a cosine is.

    Each other arrow stands at its true angle to the first, on alternate sides; there is no room
    in a plane for the true angles between the others.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D)
        2 to 5, of any length; they are drawn with the length 1.
    labels : sequence of N str
        What they embed.
    title : str, default ""
        By default the first angle and its cosine.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If they are not 2 to 5 finite vectors that are not zero, with as many labels.
    """
    vectors, names = np.asarray(embeddings, np.float64), [printable(label) for label in labels]
    if vectors.ndim != 2 or len(names) != len(vectors) or not 2 <= len(names) <= MOST_ARROWS:
        raise InvalidValue(f"draw 2 to {MOST_ARROWS} embeddings at once, a label for each")
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise InvalidValue("an angle needs finite vectors that are not zero")
    unit = vectors / lengths[:, None]
    cosines = np.clip(unit[1:] @ unit[0], -1, 1)
    angles = np.degrees(np.arccos(cosines))
    facts = [
        f"{names[0]} and {name}: {angle:.0f}° apart, cosine {cosine:.2f}"
        for name, angle, cosine in zip(names[1:], angles, cosines, strict=True)
    ]
    sheet = Sheet(HEIGHT)
    top = sheet.heading(title or facts[0])
    bottom = sheet.caption(
        f"Each angle to “{names[0]}” is the true one, measured in {vectors.shape[1]:,} dimensions; "
        "the angles between the others are not. The cosine is the length of the shadow that one "
        "arrow throws on the other."
    )
    radius = min((top - bottom) / 2 - 2 * SUBTITLE, (WIDTH - 2 * MARGIN) / 2 - NAME)
    center = (WIDTH / 2, (top + bottom) / 2)
    sheet.page.add_patch(Arc(center, 2 * radius, 2 * radius, color=sheet.theme.rest, linewidth=0.8))
    _arrow(sheet, center, radius, 0, names[0], sheet.theme.ink)
    for number, (name, angle, cosine) in enumerate(zip(names[1:], angles, cosines, strict=True)):
        side = 1 if number % 2 == 0 else -1
        color = sheet.theme.text_color(PALETTE[number])
        _arrow(sheet, center, radius, side * angle, f"{name}  {cosine:.2f}", color)
        _shadow(sheet, center, radius, side * angle, color)
        reach = radius * (0.3 + 0.12 * number)
        ends = (0, angle) if side > 0 else (-angle, 0)
        sheet.page.add_patch(
            Arc(center, 2 * reach, 2 * reach, theta1=ends[0], theta2=ends[1], color=color)
        )
        middle = np.radians(side * angle / 2)
        x, y = center[0] + (reach + 14) * np.cos(middle), center[1] + (reach + 14) * np.sin(middle)
        sheet.write(x, y, f"{angle:.0f}°", SMALL, color, ha="center", va="center", halo="#ffffff")
    sheet.picture.set_label("; ".join(facts) + ".")
    return sheet.picture


def pca(embeddings: FloatArray, labels: Sequence[str] = (), *, title: str = "") -> Picture:
    """Draw embeddings along the two directions in which they differ most, and how much that is.

    Beside the picture stands what share of the variance each direction holds, and, as a control,
    what it holds of random vectors of the same shape: any cloud has a widest direction.

    Parameters
    ----------
    embeddings : ndarray of shape (N, D)
        3 or more.
    labels : sequence of N str, optional
        Names beside the dots; those that would cover another are left out, and counted.
    title : str, default ""
        By default the share of the variance that the two directions hold.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there are less than three, one is not finite, or the labels are not as many.
    """
    found = principal_components(embeddings)
    names = [printable(label) for label in labels]
    if names and len(names) != len(found.coordinates):
        raise InvalidValue(f"there are {len(found.coordinates)} embeddings and {len(names)} labels")
    held, of_noise = found.explained[:2].sum(), found.noise[:2].sum()
    finding = (
        f"Two directions hold {held:.0%} of the variance; of noise they would hold {of_noise:.0%}"
    )
    sheet = Sheet(HEIGHT)
    top = sheet.heading(title or finding)
    bottom = sheet.caption(
        "Left: along the two directions in which they differ most. Whatever differs in another "
        "direction is not seen: dots that lie together need not mean the same."
    )
    _draw_shares(
        sheet, Box(WIDTH - MARGIN - 180, bottom + 2 * SMALL, WIDTH - MARGIN, top - 30), found
    )
    area = Box(MARGIN, bottom, WIDTH - MARGIN - 220, top)
    left_out = _draw_texts(sheet, area, found.coordinates[:, :2], names)
    shown = f"; {left_out} without a name, for lack of room" if left_out else ""
    sheet.picture.set_label(f"{len(found.coordinates)} embeddings: {finding}{shown}.")
    return sheet.picture


def axis(
    texts: Sequence[str], x: Direction, y: Direction | None = None, *, title: str = ""
) -> Picture:
    """Draw texts along one axis with a meaning, or in the plane of two.

    Parameters
    ----------
    texts : sequence of str
    x, y : Direction
        As `Space.axis` and `Space.direction` return them.
    title : str, default ""
        By default the two texts that are farthest along x.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there are no texts.
    """
    names = [printable(text) for text in texts]
    if not names:
        raise InvalidValue("there are no texts to draw")
    across = np.asarray(x.scores(list(texts)), np.float64)
    low, high = names[int(across.argmin())], names[int(across.argmax())]
    finding = f"From “{x.low}” to “{x.high}”: from {low} to {high}"
    sheet = Sheet(HEIGHT if y else 200 + 16.0 * len(names))
    top = sheet.heading(title or finding)
    bottom = sheet.caption(
        "Places are cosines with the direction from one end to the other. An axis can be drawn "
        "between any two texts: that it can be drawn does not say that the model has it."
    )
    area = Box(MARGIN, bottom + 2 * SMALL, WIDTH - MARGIN, top - SMALL)
    if y is None:
        _draw_line(sheet, area, across, names, x)
    else:
        up = np.asarray(y.scores(list(texts)), np.float64)
        _draw_plane(sheet, area, across, up, names, x, y)
    places = _places(names, across, None if y is None else up)
    sheet.picture.set_label(
        f"{len(names)} texts along an axis. {finding.removesuffix('.')}. {places}"
    )
    return sheet.picture


def _places(names: Sequence[str], across: FloatArray, up: FloatArray | None) -> str:
    """Return where the texts stand in words, those that are farthest along first."""
    order = np.argsort(-across, kind="stable")
    shown = [
        f"{names[i]} {across[i]:z.2f}" + ("" if up is None else f" and {up[i]:z.2f}")
        for i in order[:MOST_SAID]
    ]
    rest = len(names) - len(shown)
    return "; ".join(shown) + (f"; and {rest} more." if rest else ".")


def _arrow(
    sheet: Sheet, center: tuple[float, float], radius: float, angle: float, name: str, color: str
) -> None:
    tip = radius * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    sheet.page.add_patch(
        FancyArrowPatch(
            center, (center[0] + tip[0], center[1] + tip[1]), arrowstyle="-|>",
            mutation_scale=14, color=color, linewidth=2, shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
    x, y = center + tip * (1 + 12 / radius)
    upright = abs(tip[0]) < radius * 0.2
    ha = "center" if upright else "left" if tip[0] > 0 else "right"
    va = "center" if not upright else "bottom" if tip[1] > 0 else "top"
    text = shorten(name, NAME, measure(SUBTITLE, "bold"))
    sheet.write(x, y, text, SUBTITLE, color, weight="bold", ha=ha, va=va)


def _shadow(
    sheet: Sheet, center: tuple[float, float], radius: float, angle: float, color: str
) -> None:
    """Draw how the tip of an arrow falls on the line of the first."""
    x, y = center + radius * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    sheet.page.plot([x, x], [y, center[1]], ":", color=color, linewidth=1)


def _draw_shares(sheet: Sheet, box: Box, found: Variance) -> None:
    """Draw what share of the variance each direction holds, beside that of noise."""
    n = min(BARS, len(found.explained))
    axes, at = sheet.axes(box), np.arange(1, n + 1)
    axes.bar(at, found.explained[:n], width=0.7, color=PALETTE[0], label="these embeddings")
    axes.plot(
        at, found.noise[:n], "o-", color=sheet.theme.ink, markersize=4, linewidth=1, label="noise"
    )
    axes.set(xticks=[1, n], xlim=(0.3, n + 0.7))
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.legend(frameon=False, fontsize=SMALL, labelcolor=sheet.theme.ink, loc="upper right")
    sheet.write(
        box.left,
        box.top + 8,
        "share of the variance, by direction",
        SMALL,
        sheet.theme.ink,
        weight="bold",
    )


def _draw_texts(
    sheet: Sheet, area: Box, places: FloatArray, names: Sequence[str], *, fit: bool = True
) -> int:
    """Draw a dot for each text, and its name where there is room; return how many had none."""
    inner = Box(area.left + 30, area.bottom + 20, area.right - 30, area.top - 20)
    at = np.asarray(inner.fit(np.asarray(places, np.float32)) if fit else places, np.float32)
    size = DOT if len(at) <= 200 else max(1.5, DOT * (200 / len(at)) ** 0.5)
    sheet.page.plot(
        at[:, 0], at[:, 1], "o", color=PALETTE[0], markersize=size, alpha=0.8, markeredgewidth=0
    )
    if not names:
        return 0
    width = measure(SMALL, "normal")
    shown = [shorten(name, NAME, width) for name in names]
    extents = np.array([(width(name), SMALL * LINE) for name in shown], np.float32)
    above = at + np.array([0, SMALL], np.float32)  # so that a name stands over its dot, not on it
    boxes = place_names(above, extents, area, at)
    for i, box in boxes.items():
        (x, y), end = box.center, box.nearest(*at[i])
        if np.hypot(*(at[i] - end)) > SMALL:
            sheet.page.plot(*zip(at[i], end, strict=True), color=sheet.theme.muted, linewidth=0.6)
        sheet.write(
            x, y, shown[i], SMALL, sheet.theme.ink, ha="center", va="center", halo="#ffffff"
        )
    return len(names) - len(boxes)


def _draw_line(
    sheet: Sheet, area: Box, scores: FloatArray, names: Sequence[str], x: Direction
) -> None:
    """Draw the texts as rows, in the order of their scores, a dot on the axis for each."""
    order, left = np.argsort(-scores, kind="stable"), area.left + NAME + 10
    axes = sheet.axes(Box(left, area.bottom, area.right, area.top - 2 * SMALL))
    reach = max(float(np.abs(scores).max()) * 1.1, 1e-12)
    rows = np.arange(len(names))[::-1]
    axes.hlines(rows, 0, scores[order], color=sheet.theme.rest, linewidth=1)
    axes.plot(scores[order], rows, "o", color=PALETTE[0], markersize=DOT)
    axes.axvline(0, color=sheet.theme.muted, linewidth=0.6)
    axes.set(xlim=(-reach, reach), ylim=(-0.5, len(names) - 0.5), yticks=[])
    width = measure(SMALL, "normal")
    step = (area.top - 2 * SMALL - area.bottom) / len(names)
    for row, i in enumerate(order):
        y = area.top - 2 * SMALL - (row + 0.5) * step
        sheet.write(
            left - 8,
            y,
            shorten(names[i], NAME, width),
            SMALL,
            sheet.theme.ink,
            ha="right",
            va="center",
        )
    sheet.write(
        left, area.top - SMALL, f"← {printable(x.low)}", SUBTITLE, sheet.theme.ink, weight="bold"
    )
    sheet.write(
        area.right,
        area.top - SMALL,
        f"{printable(x.high)} →",
        SUBTITLE,
        sheet.theme.ink,
        weight="bold",
        ha="right",
    )


def _draw_plane(
    sheet: Sheet,
    area: Box,
    across: FloatArray,
    up: FloatArray,
    names: Sequence[str],
    x: Direction,
    y: Direction,
) -> None:
    """Draw the texts in the plane of two axes that cross at zero."""
    half = np.array([area.right - area.left - 2 * NAME, area.top - area.bottom - 4 * SMALL]) / 2
    reach = max(float(np.abs(across).max()), float(np.abs(up).max()), 1e-12)
    places = np.array(area.center) + np.column_stack([across, up]) / reach * half.min()
    (cx, cy), ink = area.center, sheet.theme.ink
    sheet.page.plot([area.left, area.right], [cy, cy], color=sheet.theme.rest, linewidth=0.8)
    sheet.page.plot([cx, cx], [area.bottom, area.top], color=sheet.theme.rest, linewidth=0.8)
    for text, px, py, ha, va in (
        (f"← {x.low}", area.left, cy + 4, "left", "bottom"),
        (f"{x.high} →", area.right, cy + 4, "right", "bottom"),
        (f"↓ {y.low}", cx + 4, area.bottom, "left", "bottom"),
        (f"↑ {y.high}", cx + 4, area.top, "left", "top"),
    ):
        sheet.write(px, py, printable(text), SUBTITLE, ink, weight="bold", ha=ha, va=va)
    _draw_texts(sheet, area, places, names, fit=False)
