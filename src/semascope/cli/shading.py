"""Words shaded by what they add to a cosine, with the numbers below them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import floor, log10
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from semascope.cli import show
from semascope.excerpt import beginning

if TYPE_CHECKING:
    from semascope.encoder.reading import Reading

# Okabe and Ito's blue for what adds, their vermilion for what takes away; white adds nothing.
ADDS, TAKES = (0, 114, 178), (213, 94, 0)
FAINT = 0.1  # of the largest amount: nearer to zero a word is not shaded
DARK = 0.6  # from this much of the full color on letters are white
DIGITS = 3  # behind the point, at least
LONGEST = 24  # columns of a word
GAP = "  "
REST = 240  # characters shown of what was not read


def number(amount: float, most: float) -> str:
    """Return an amount, such as ".182" or "-.012", so fine that ``most`` has two digits."""
    digits = max(DIGITS, 1 - floor(log10(most))) if most else DIGITS
    return f"{amount:z.{digits}f}".replace("0.", ".", 1)


def label(text: str) -> str:
    """Return a word as it can be shown, cut where it is long."""
    word = show.printable(text)
    return word if cell_len(word) <= LONGEST else set_cell_size(word, LONGEST - 1) + "…"


def above_numbers(words: Sequence[str], amounts: Sequence[float], most: float, width: int) -> Text:
    """Return words in lines that fit, each above its amount and shaded by it.

    Parameters
    ----------
    words : sequence of W str
    amounts : sequence of W float
    most : float
        The amount that gets the full color.
    width : int
        Columns that there are.
    """
    lines: list[tuple[Text, Text]] = []
    for word, amount in zip(map(label, words), amounts, strict=True):
        below_word = number(amount, most)
        columns = max(cell_len(word), len(below_word))
        if not lines or lines[-1][0].cell_len + len(GAP) + columns > width:
            lines.append((Text(), Text()))
        above, below = lines[-1]
        if above.cell_len:
            above.append(GAP)
            below.append(GAP)
        above.append(word, shade(amount, most)).append(" " * (columns - cell_len(word)))
        below.append(f"{below_word:<{columns}}")
    for line in chain.from_iterable(lines):
        line.rstrip()
    return Text("\n\n").join(Text("\n").join(pair) for pair in lines)


def flowing(reading: Reading, amounts: Sequence[float], most: float) -> Text:
    """Return a text with its words shaded, and what the model did not read in grey."""
    shown, done = Text(), 0
    for word, amount in zip(reading.words, amounts, strict=True):
        if word.kind == "special":  # it stands at no place of the text
            gap = " " if done else ""
            shown.append(gap).append(label(word.text), shade(amount, most)).append(" ")
            continue
        shown.append(show.printable(reading.text[done : word.start]))
        shown.append(show.printable(word.text), shade(amount, most))
        done = word.end
    if reading.unread is not None:
        rest = beginning(show.printable(reading.text[reading.unread :]), REST)
        shown.append(f"[not read:] {rest}", "bright_black")
    return shown


def shade(amount: float, most: float) -> Style:
    """Return the style of a word that adds ``amount``, where ``most`` gets the full color."""
    part = min(abs(amount) / most, 1.0) if most else 0.0
    if part < FAINT:
        return Style()
    full = ADDS if amount > 0 else TAKES
    red, green, blue = (round(255 + part * (channel - 255)) for channel in full)
    ink = "#ffffff" if part > DARK else "#000000"
    return Style(color=ink, bgcolor=f"#{red:02x}{green:02x}{blue:02x}")
