"""Pictures of chapters 3 to 5: answers in their order, and how random pairs are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semascope.cartography import PALETTE, Box
from semascope.errors import InvalidValue
from semascope.plot.paper import (
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
from semascope.space import Answer

NAME = 150.0  # points, the widest name beside a row
ROW = 22.0  # points, the height of an answer's row
HILL = 84.0  # points, the height of one spread
STEPS = 120  # bars of a spread
ENDS = (-0.4, 1.0)  # of the scale of spreads; less similar pairs hardly occur


def ranking(answers: Sequence[Answer], *, title: str = "") -> Picture:
    """Draw the answers to an analogy in their order, each at its cosine.

    Parameters
    ----------
    answers : sequence of Answer
        As `Space.analogy` returns them, best first.
    title : str, default ""
        By default which comes first, with the words that went in and without.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there are none.
    """
    if not answers:
        raise InvalidValue("there are no answers to draw")
    first = answers[0]
    others = [answer for answer in answers if not answer.is_input]
    finding = f"First comes “{printable(first.label)}”" + (
        f"; without the words that went in, “{printable(others[0].label)}”"
        if first.is_input and others
        else ""
    )
    cosines = np.array([answer.cosine for answer in answers])
    low, high = float(cosines.min()), float(cosines.max())
    reach = max(high - low, 0.01)
    caption = (
        "Filled dots are answers; rings are words that went in, which most people leave out "
        f"before they look. The line begins at {low - 0.1 * reach:.2f}, not at 0."
    )
    title = title or finding
    sheet = Sheet.around((len(answers) + 1) * ROW, title, "", caption)
    top = sheet.heading(title) - ROW / 2
    sheet.caption(caption)
    left, right = MARGIN + NAME + 40, WIDTH - MARGIN - 60
    width, ink = measure(SUBTITLE, "normal"), sheet.theme.ink
    for row, answer in enumerate(answers):
        y = top - (row + 0.5) * ROW
        x = left + (answer.cosine - low + 0.1 * reach) / (1.1 * reach) * (right - left)
        name = shorten(printable(answer.label), NAME, width)
        sheet.write(MARGIN, y - 4, f"{answer.rank}", SUBTITLE, sheet.theme.muted)
        sheet.write(left - 12, y - 4, name, SUBTITLE, ink, ha="right")
        sheet.page.plot([left, x], [y, y], color=sheet.theme.rest, linewidth=1)
        face = sheet.theme.background if answer.is_input else PALETTE[0]
        sheet.page.plot(
            x, y, "o", markersize=8, markerfacecolor=face, markeredgecolor=PALETTE[0],
            markeredgewidth=1.5, zorder=3,
        )  # fmt: skip
        text = f"{answer.cosine:.3f}" + (" went in" if answer.is_input else "")
        sheet.write(x + 9, y - 3.3, text, SMALL, ink)
    listed = [
        f"{answer.rank} {printable(answer.label)} {answer.cosine:.3f}"
        + (" (went in)" if answer.is_input else "")
        for answer in answers
    ]
    sheet.picture.set_label(f"{finding}. In order of the cosine: {'; '.join(listed)}.")
    return sheet.picture


def spreads(similarities: Mapping[str, ArrayLike], mark: float, *, title: str = "") -> Picture:
    """Draw how the similarities of random pairs are spread, several kinds under one scale.

    Parameters
    ----------
    similarities : mapping of str to array_like of shape (P,)
        Of one or more kinds of pairs: under its name what each pair's similarity is.
    mark : float
        A score, drawn as a line through all of them.
    title : str, default ""
        By default which share of the pairs of each kind beats the mark.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there is no kind, or one without finite numbers.
    """
    kinds = {printable(name): np.asarray(of, np.float64) for name, of in similarities.items()}
    if not kinds or any(not of.size or not np.isfinite(of).all() for of in kinds.values()):
        raise InvalidValue("a spread is drawn of finite similarities, one or more of each kind")
    shares = {name: float((of > mark).mean()) for name, of in kinds.items()}
    beats = "; ".join(f"{name} {share:.1%}" for name, share in shares.items())
    title = title or f"Random pairs that beat {mark:.2f}: {beats}"
    caption = (
        "The higher the hill, the more random pairs have that similarity. The dark line is the "
        "score; right of it lie the pairs that beat it."
    )
    sheet = Sheet.around(len(kinds) * (HILL + 3 * SMALL) + 3 * SMALL, title, "", caption)
    top = sheet.heading(title)
    sheet.caption(caption)
    for name, of in kinds.items():
        facts = (
            f"{name}: {shares[name]:.1%} of the pairs beat {mark:.2f}; the mean is {of.mean():.2f}"
        )
        sheet.write(MARGIN, top - 1.5 * SMALL, facts, SMALL, sheet.theme.ink, weight="bold")
        top -= 2 * SMALL
        _hill(sheet, Box(MARGIN, top - HILL, WIDTH - MARGIN, top), of, mark)
        top -= HILL + SMALL
    low, high = ENDS
    for tick in np.arange(low, high + 0.1, 0.2):
        x = MARGIN + (tick - low) / (high - low) * (WIDTH - 2 * MARGIN)
        ends = {low: "left", high: "right"}
        align = next((ha for end, ha in ends.items() if abs(end - tick) < 1e-9), "center")
        shown = f"{tick:.1f}".replace("-0.0", "0.0").replace("-", "−")
        sheet.write(x, top - SMALL / 2, shown, SMALL, sheet.theme.muted, ha=align)
    listed = [
        f"{name}: {of.size:,} pair{'s' * (of.size != 1)}, mean {of.mean():.2f}, "
        f"spread {of.std():.2f}; {shares[name]:.1%} of them beat {mark:.2f}"
        for name, of in kinds.items()
    ]
    sheet.picture.set_label(f"Hills of similarity. {'. '.join(listed)}.")
    return sheet.picture


def _hill(sheet: Sheet, box: Box, of: NDArray[np.float64], mark: float) -> None:
    """Draw one spread, and the mark through it."""
    axes = sheet.axes(box)
    counts, edges = np.histogram(np.clip(of, *ENDS), bins=STEPS, range=ENDS)
    middles = (edges[1:] + edges[:-1]) / 2
    colors = np.where(middles > mark, PALETTE[1], PALETTE[0])
    axes.bar(middles, counts, width=(ENDS[1] - ENDS[0]) / STEPS, color=colors, linewidth=0)
    axes.axvline(mark, color=sheet.theme.ink, linewidth=1.5)
    axes.axhline(0, color=sheet.theme.muted, linewidth=0.8)
    axes.set(xlim=ENDS, ylim=(0, counts.max() * 1.05), xticks=[], yticks=[])
