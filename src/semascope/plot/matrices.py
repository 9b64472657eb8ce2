"""Tables of numbers as fields of color: similarities, attention, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from semascope.cartography import Box
from semascope.errors import InvalidValue
from semascope.plot.paper import (
    COLORS,
    LINE,
    MARGIN,
    SMALL,
    WIDTH,
    Measure,
    Picture,
    Sheet,
    color_scale,
    measure,
    printable,
    shorten,
    write,
)

if TYPE_CHECKING:
    from semascope.reasons.explanation import Explanation, Pair
    from semascope.reasons.senses import Senses

FloatArray = NDArray[np.floating]

NAME = 150.0  # points, the widest name beside a table
FIELD = 44.0  # points, the side of the largest field
WRITTEN = 24.0  # points, the side of the smallest field in which its number is written
NAMED = 10.0  # points, the side of the smallest field that has its name
MOST_WORDS = 40  # of each text in the picture of an explanation


def similarity(
    matrix: FloatArray, labels: Sequence[str], *, ordered: bool = True, title: str = ""
) -> Picture:
    """Draw how similar each is to each.

    Parameters
    ----------
    matrix : ndarray of shape (N, N)
        Symmetric, as ``embeddings @ embeddings.T`` or `Space.similarity`.
    labels : sequence of N str
        What the rows are.
    ordered : bool, default True
        Whether rows are put beside those that they are like, instead of in their own order:
        average linkage, its leaves in the best order (Bar-Joseph et al. 2001, as SciPy has it).
    title : str, default ""
        By default the most similar pair.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If it is not square, symmetric and finite, or the labels are not as many.
    """
    matrix, names = np.asarray(matrix, np.float64), [printable(label) for label in labels]
    N = len(names)
    if matrix.shape != (N, N) or not N:
        raise InvalidValue(f"{N} labels need a matrix of shape ({N}, {N}), got {matrix.shape}")
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, atol=1e-4):
        raise InvalidValue("similarities must be finite, and the same both ways")
    order = _order(matrix) if ordered and N > 2 else np.arange(N)
    matrix, names = matrix[np.ix_(order, order)], [names[i] for i in order]
    finding = _most_alike(matrix, names)
    picture = _table(
        matrix,
        names,
        names,
        title=title or finding,
        caption="Cosine similarity: 1 is the same direction, 0 a right angle."
        + (" The order puts like beside like." if ordered and N > 2 else ""),
        low=min(0.0, float(matrix.min())),
        high=1.0,
    )
    picture.set_label(f"Similarities of {', '.join(names)}. {finding}.")
    return picture


def attention(
    weights: FloatArray,
    tokens: Sequence[str],
    *,
    layer: int | None = None,
    head: int | None = None,
    title: str = "",
) -> Picture:
    """Draw how much each token takes from each: all heads of all layers, or one of them.

    Parameters
    ----------
    weights : ndarray of shape (L, H, T, T)
        As `Encoder.attention` returns them.
    tokens : sequence of T str
        As `Encoder.tokens` returns them.
    layer, head : int, optional
        Which one, each from 0; both or none.
    title : str, default ""
        By default what is seen: of one head what one token takes most from another.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If the shapes do not fit together, there is no such layer or head, or one is given
        without the other.
    """
    weights, tokens = np.asarray(weights, np.float64), [printable(token) for token in tokens]
    T = len(tokens)
    if weights.ndim != 4 or weights.shape[2:] != (T, T):
        raise InvalidValue(f"{T} tokens need weights (L, H, {T}, {T}), got {weights.shape}")
    if (layer is None) != (head is None):
        raise InvalidValue("give a layer and a head, or neither to see them all")
    if layer is None or head is None:
        return _all_heads(weights, tokens, title)
    L, H = weights.shape[:2]
    if not (0 <= layer < L and 0 <= head < H):
        raise InvalidValue(f"there are layers 0 to {L - 1} with heads 0 to {H - 1} each")
    shares = weights[layer, head]
    taker, giver = divmod(int((shares - 2 * np.eye(T)).argmax()), T)
    finding = f"“{tokens[taker]}” takes {shares[taker, giver]:.0%} from “{tokens[giver]}”"
    picture = _table(
        shares,
        tokens,
        tokens,
        title=title or finding,
        subtitle=f"layer {layer}, head {head}, counted from 0",
        caption="A row shows what one token takes from each of the tokens; it adds up to 1.",
        low=0.0,
        high=float(shares.max()),
    )
    picture.set_label(f"Attention in layer {layer}, head {head}: {finding}.")
    return picture


def explanation(found: Explanation, *, title: str = "") -> Picture:
    """Draw what each pair of words adds to the similarity of two texts.

    Parameters
    ----------
    found : Explanation
        As `semascope.explain` returns it.
    title : str, default ""
        By default the similarity, and the pair of words that adds most.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).
    """
    values = np.asarray(found.by_word, np.float64)  # (Wa, Wb)
    a, b = found.words_a, found.words_b
    most = found.strongest(5)
    finding = f"Similarity {found.cosine:.2f}; the pair that adds most: {_pair(most[0])}"
    i, j = _weightiest(found.of_a), _weightiest(found.of_b)  # the rows and columns to be drawn
    left_out = len(a) - len(i) + len(b) - len(j)
    some = f" {left_out} words that add least are left out." if left_out else ""
    scale = max(float(np.abs(values).max()), 1e-12)
    picture = _table(
        values[np.ix_(i, j)],
        [f"{printable(a[w].text)}  {found.of_a[w]:.3f}" for w in i],
        [f"{printable(b[w].text)}  {found.of_b[w]:.3f}" for w in j],
        title=title or finding,
        caption="All fields add up to the similarity. The number behind a word is the sum of its "
        f"row or column. Grey is zero; darker fields speak against the similarity.{some}",
        low=-scale,
        high=scale,
        digits=3,
    )
    picture.set_label(f"{finding}. After it: {'; '.join(map(_pair, most[1:]))}.")
    return picture


def senses(found: Senses, *, title: str = "") -> Picture:
    """Draw how alike the vectors of one word are in several sentences, layer by layer.

    Parameters
    ----------
    found : Senses
        As `semascope.in_context` returns it.
    title : str, default ""
        By default how far the word's vectors are apart after the last layer, and before the first.

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).
    """
    before, after = found.spread[0], found.spread[-1]
    finding = (
        f"“{printable(found.word)}”: {before:.2f} apart before the first layer, "
        f"{after:.2f} after the last"
    )
    title, S = title or finding, len(found.sentences)
    caption = (
        "Rows and columns are the sentences; a field is the cosine of the word's vectors in two of "
        "them. How far apart they are is the mean of 1 less the cosine."
    )
    gap, columns = 10.0, 4
    side = (WIDTH - 2 * MARGIN - (columns - 1) * gap) / columns
    rows = -(-len(found.similarity) // columns)
    content = S * SMALL * LINE + SMALL + rows * (side + 2 * SMALL + gap)
    sheet = Sheet.around(content, title, "", caption)
    top = sheet.heading(title)
    sheet.caption(caption)
    for number, sentence in enumerate(found.sentences, start=1):
        line = shorten(f"{number}  {printable(sentence)}", WIDTH - 2 * MARGIN, _small())
        sheet.write(MARGIN, top - SMALL, line, SMALL, sheet.theme.ink)
        top -= SMALL * LINE
    top -= SMALL
    low = min(0.0, float(found.similarity.min()))
    for layer, similar in enumerate(found.similarity):
        x = MARGIN + layer % columns * (side + gap)
        y = top - layer // columns * (side + 2 * SMALL + gap)
        name = "before the first layer" if layer == 0 else f"after layer {layer}"
        sheet.write(x, y - SMALL, name, SMALL, sheet.theme.ink, weight="bold")
        axes = sheet.axes(Box(x, y - 2 * SMALL - side, x + side, y - 2 * SMALL))
        _fields(axes, similar, low, 1.0)
        if side / S >= WRITTEN:
            _write_numbers(axes, similar, low, 1.0, 2)
    sentences = "; ".join(map(printable, found.sentences))
    sheet.picture.set_label(f"{finding}, over the sentences: {sentences}")
    return sheet.picture


def _small() -> Measure:
    return measure(SMALL, "normal")


def _all_heads(weights: FloatArray, tokens: Sequence[str], title: str) -> Picture:
    """Draw the heads as rows and columns of small tables without names."""
    L, H = weights.shape[:2]
    gap, left = 4.0, 52.0
    side = (WIDTH - 2 * MARGIN - left) / H - gap
    title = title or f"{L} layers, {H} heads each: what each token takes from each"
    caption = (
        "In each field rows take and columns give, in the order of the text. Brighter is more."
    )
    sheet = Sheet.around(3 * SMALL + L * (side + gap), title, " ".join(tokens), caption)
    top = sheet.heading(title, " ".join(tokens))
    sheet.caption(caption)
    for head in range(H):
        x = MARGIN + left + head * (side + gap) + side / 2
        sheet.write(x, top - SMALL, f"head {head}", SMALL, sheet.theme.muted, ha="center")
    top -= 2 * SMALL
    for layer in range(L):
        y = top - (layer + 1) * (side + gap)
        sheet.write(MARGIN, y + side / 2, f"layer {layer}", SMALL, sheet.theme.muted, va="center")
        for head in range(H):
            x = MARGIN + left + head * (side + gap)
            axes = sheet.axes(Box(x, y, x + side, y + side))
            _fields(axes, weights[layer, head], 0.0, float(weights.max()))
    sheet.picture.set_label(
        f"Attention of {L} layers with {H} heads over the tokens {' '.join(tokens)}."
    )
    return sheet.picture


def _table(
    values: FloatArray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    caption: str,
    low: float,
    high: float,
    subtitle: str = "",
    digits: int = 2,
) -> Picture:
    """Draw a field of color for each of (R, C) values, with the rows' and the columns' names."""
    R, C = values.shape
    width = _small()
    rows = [shorten(name, NAME, width) for name in rows]
    columns = [shorten(name, NAME, width) for name in columns]
    left = MARGIN + max(map(width, rows)) + 6
    side = min(FIELD, (WIDTH - MARGIN - left) / C)
    slanted = max(map(width, columns)) > side - 4
    over = 0.0 if side < NAMED else max(map(width, columns)) if slanted else SMALL
    body = R * side
    unnamed = " There is no room for names." if side < NAMED else ""
    caption += unnamed
    sheet = Sheet.around(over + body + 4 * SMALL, title, subtitle, caption)
    top = sheet.heading(title, subtitle) - over - SMALL
    sheet.caption(caption)
    axes = sheet.axes(Box(left, top - body, left + C * side, top))
    _fields(axes, values, low, high)
    if side >= NAMED:
        for j, name in enumerate(columns):
            x = left + (j + 0.5) * side
            place = {"ha": "left", "va": "center", "rotation": 90} if slanted else {"ha": "center"}
            write(sheet.page, x, top + 5, name, SMALL, sheet.theme.ink, **place)
        for i, name in enumerate(rows):
            y = top - (i + 0.5) * side
            sheet.write(left - 6, y, name, SMALL, sheet.theme.ink, ha="right", va="center")
    if side >= WRITTEN:
        _write_numbers(axes, values, low, high, digits)
    color_scale(sheet, top - body - SMALL, high, low, left=left)
    return sheet.picture


def _weightiest(sums: FloatArray) -> NDArray[np.intp]:
    """Return the words that add most to a similarity or take most from it, in their order."""
    return np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_WORDS])


def _pair(pair: Pair) -> str:
    return f"“{printable(pair.a.text)}” and “{printable(pair.b.text)}”, {pair.contribution:.3f}"


def _fields(axes: Axes, values: FloatArray, low: float, high: float) -> None:
    axes.imshow(values, cmap=COLORS, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    axes.set(xticks=[], yticks=[])


def _write_numbers(axes: Axes, values: FloatArray, low: float, high: float, digits: int) -> None:
    bright = values > (low + high) / 2  # cividis is brighter than grey from its middle on
    for (i, j), value in np.ndenumerate(values):
        text = f"{value:z.{digits}f}"
        color = "#000000" if bright[i, j] else "#ffffff"
        write(axes, j, i, text, SMALL, color, ha="center", va="center")


def _order(matrix: FloatArray) -> NDArray[np.intp]:
    """Return the order of rows that puts like beside like."""
    distance = squareform(np.clip(1 - (matrix + matrix.T) / 2, 0, None), checks=False)
    order: NDArray[np.intp] = leaves_list(
        optimal_leaf_ordering(linkage(distance, "average"), distance)
    ).astype(np.intp)
    return order


def _most_alike(matrix: FloatArray, names: Sequence[str]) -> str:
    if len(names) < 2:
        return names[0]
    apart = matrix - 4 * np.eye(len(names))  # nothing is compared with itself
    i, j = sorted(divmod(int(apart.argmax()), len(names)))
    return f"Most alike: “{names[i]}” and “{names[j]}”, {matrix[i, j]:.2f}"
