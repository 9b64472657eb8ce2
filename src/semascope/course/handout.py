"""The hour on one page, to be printed: its ideas, the cosine by hand, commands, rules of thumb."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Arc, Circle, FancyArrowPatch

from semascope.cartography import PALETTE
from semascope.plot.paper import LINE, MARGIN, WIDTH, Picture, Sheet, measure, wrap

HEIGHT = WIDTH * 2**0.5  # as A4
HEAD, TEXT, MONO = 15.0, 12.0, 11.5  # points; on A4 a sixth less
CAPITAL = 0.75  # height of a capital, in font sizes
AIR = 20.0  # above and below a line between parts
EDGE = MARGIN + 16  # of the page, left and right
MIDDLE = WIDTH / 2
UNIT = 19.0  # points, one step of the worked example's arrows

IDEAS = (
    ("A text becomes an arrow.", "384 numbers, of length 1. No single number means anything."),
    ("Near is a small angle.", "The cosine measures it: about the same thing, not in agreement."),
    ("Search is a ranking by cosine.", "So it always answers, also when there is nothing to find."),
    ("A map is a shadow.", "384 directions on a flat sheet: ask the space who is really near."),
)
SCALE = "1 same way · 0 right angle · −1 opposite"
EXAMPLE = (
    "a = (3, 4) and b = (8, 6)",
    "a·b = 3·8 + 4·6 = 48",
    "|a| = √(9 + 16) = 5,   |b| = √(64 + 36) = 10",
    "cosine = 48 / (5 · 10) = 0.96",
)
COMMANDS = (
    ("semascope similar uncle aunt", "how near, and is that much?"),
    ("semascope index talks.csv", "your texts, to be searched"),
    ('semascope search talks.lance "late again"', "by meaning and by word"),
    ("semascope clusters talks.lance", "groups, with their names"),
    ("semascope map talks.lance --to map.png", "the picture, and its honesty"),
)
RULES = (
    ("Zero is not the floor.", "Random words have a cosine of 0.23, random sentences of 0.07. Ask "
     "how many random pairs a number beats, not whether it is above 0.5."),
    ("Opposites are near.", "“Kids can take this drug without risk” is nearer to “… is dangerous "
     "for children” (0.803) than to “… is safe for children” (0.766)."),
    ("Divide by both lengths.", "uncle − man + woman has the length 1.505. Its dot product with "
     "aunt is 0.985, its cosine 0.654: less than plain uncle’s, 0.734."),
    ("“Not” is hardly heard.", "“a flower” and “not a flower” find the same 10 emoji; “vegetarian "
     "food” finds bacon first, with 0.605."),
    ("A flat map omits most.", "The best flat shadow of the emoji has 11% of their spread. "
     "Look up the true neighbors before you believe two dots."),
)  # fmt: skip
ON = (
    ("semascope course", "chapters 3 to 11: analogies, directions, the floor, inside the model"),
    ("chapter 10", "your own data: a table in, a search and a map out"),
    ("glossary.md, errors.md", "words, and what to do when something stops"),
)


def draw() -> Picture:
    """Draw the handout; its label, ``get_label()``, is all of it in words."""
    sheet = Sheet(HEIGHT)
    theme = sheet.theme
    blue = theme.text_color(PALETTE[0])
    y = HEIGHT - MARGIN - 14
    _put(sheet, EDGE, y, "What the numbers of a text tell", 25, theme.ink, weight="bold")
    y -= 35
    _put(sheet, EDGE, y, "semascope: the first hour on one page", TEXT + 1, theme.muted)
    y = _rule(sheet, y - 28)

    y = _head(sheet, EDGE, y, "Four ideas")
    for number, (name, text) in enumerate(IDEAS):
        left = EDGE + (number % 2) * (MIDDLE - EDGE + 6)
        top = y - (number // 2) * 60
        sheet.page.add_patch(Circle((left + 11, top - 11), 11, color=blue, linewidth=0))
        _put(sheet,
            left + 11, top - 11.5, str(number + 1), TEXT, "#ffffff", weight="bold", ha="center",
            va="center",
        )  # fmt: skip
        _entry(sheet, left + 32, top, name, text, MIDDLE - EDGE - 46)
    y = _rule(sheet, y - 2 * 60)

    y = _cosine(sheet, y)
    y = _rule(sheet, y)

    y = _head(sheet, EDGE, y, "Five commands")
    for command, text in COMMANDS:
        y = _command(sheet, y, command, text)
    y = _rule(sheet, y - 6)

    y = _head(sheet, EDGE, y, "Five rules of thumb")
    for name, text in RULES:
        _put(sheet, EDGE, y, name, TEXT, theme.ink, weight="bold")
        y = _lines(sheet, EDGE + 190, y, text, WIDTH - 2 * EDGE - 190) - 9
    y = _rule(sheet, y - 6)

    y = _head(sheet, EDGE, y, "Where to go on")
    for name, text in ON:
        y = _command(sheet, y, name, text, at=190)
    sheet.picture.set_label(words())
    return sheet.picture


def words() -> str:
    """Return what the handout says, for those who do not see it."""

    def said(title: str, entries: Sequence[tuple[str, str]]) -> str:
        return f"{title}. " + " ".join(f"{name} {text}" for name, text in entries)

    example = " ".join(EXAMPLE)
    parts = [
        "What the numbers of a text tell. semascope: the first hour on one page.",
        said("Four ideas", IDEAS),
        f"The cosine, by hand. cosine(a, b) = a·b / (|a| |b|): {SCALE}. {example} "
        "Drawn as arrows: a, length 5; b, length 10; 16° between them.",
        said("Five commands", [(name, f"({text}).") for name, text in COMMANDS]),
        said("Five rules of thumb", RULES),
        said("Where to go on", [(name, f"({text}).") for name, text in ON]),
    ]
    return " ".join(parts)


def _cosine(sheet: Sheet, y: float) -> float:
    """Write the formula with a worked example, and draw its arrows."""
    theme = sheet.theme
    top = _head(sheet, EDGE, y, "The cosine, by hand")
    _put(sheet, EDGE, top - 4, "cosine(a, b)  =", HEAD, theme.ink)
    left = EDGE + 118
    _put(sheet, left + 36, top + 4, "a · b", HEAD, theme.ink, ha="center")
    sheet.page.plot([left, left + 72], [top - 16, top - 16], color=theme.ink, lw=1)
    _put(sheet, left + 36, top - 20, "|a| · |b|", HEAD, theme.ink, ha="center")
    _put(sheet, left + 92, top - 4, SCALE, TEXT, theme.muted)
    line = top - 54
    for number, text in enumerate(EXAMPLE):
        weight = "bold" if number == len(EXAMPLE) - 1 else "normal"
        _put(sheet, EDGE, line, text, TEXT, theme.ink, weight=weight)
        line -= TEXT * LINE + 3
    start = np.array([WIDTH - EDGE - 10.5 * UNIT, line + 10])
    arrows = (((3, 4), "a, length 5", 0, "right"), ((8, 6), "b, length 10", 1, "center"))
    for point, name, color, side_of_tip in arrows:
        ink = theme.text_color(PALETTE[color])
        tip = start + np.array(point) * UNIT
        arrow = FancyArrowPatch(
            tuple(start), tuple(tip), arrowstyle="-|>", mutation_scale=14, color=ink, linewidth=2,
            shrinkA=0, shrinkB=0,
        )  # fmt: skip
        sheet.page.add_patch(arrow)
        _put(sheet, tip[0], tip[1] + 16, name, TEXT, ink, weight="bold", ha=side_of_tip)
    low, high = np.degrees([np.arctan2(6, 8), np.arctan2(4, 3)])
    side = 8.4 * UNIT
    sheet.page.add_patch(Arc(tuple(start), side, side, theta1=low, theta2=high, color=theme.ink))
    middle = np.radians((low + high) / 2)
    at = start + (side / 2 + 24) * np.array([np.cos(middle), np.sin(middle)])
    _put(sheet, at[0], at[1], f"{high - low:.0f}°", TEXT, theme.ink, ha="center", va="center")
    return line - 10


def _put(
    sheet: Sheet, x: float, y: float, text: str, size: float, color: str, *, weight: str = "normal",
    ha: str = "left", va: str = "",
) -> None:  # fmt: skip
    """Write text whose capitals begin at a height, by its baseline: so lines of it are level."""
    at = y if va else y - CAPITAL * size
    sheet.write(x, at, text, size, color, weight=weight, ha=ha, va=va or "baseline")


def _head(sheet: Sheet, x: float, y: float, text: str) -> float:
    color = sheet.theme.text_color(PALETTE[0])
    _put(sheet, x, y, text, HEAD, color, weight="bold")
    return y - HEAD * LINE - 8


def _entry(sheet: Sheet, x: float, y: float, name: str, text: str, width: float) -> None:
    _put(sheet, x, y, name, TEXT, sheet.theme.ink, weight="bold")
    _lines(sheet, x, y - TEXT * LINE - 1, text, width)


def _command(sheet: Sheet, y: float, command: str, text: str, at: float = 330) -> float:
    _put(sheet, EDGE, y, command, MONO, sheet.theme.ink, weight="bold")
    _put(sheet, EDGE + at, y, text, TEXT, sheet.theme.ink)
    return y - TEXT * LINE - 5


def _lines(sheet: Sheet, x: float, y: float, text: str, width: float) -> float:
    for line in wrap(text, width, 4, measure(TEXT, "normal")):
        _put(sheet, x, y, line, TEXT, sheet.theme.ink)
        y -= TEXT * LINE
    return y


def _rule(sheet: Sheet, y: float) -> float:
    """Draw a thin line; return where to go on below it."""
    sheet.page.plot([EDGE, WIDTH - EDGE], [y, y], color=sheet.theme.rest, lw=0.8)
    return y - AIR
