"""Lines: what a small chart of shares over time consists of, as paths of SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semascope.report.change import Change, Curve, FloatArray

WIDTH, HEIGHT = 240, 56  # of a chart, in its own units
MARGIN = 4  # of them, so that no dot is cut off
AIR = 1.1  # the chart's upper end, of the largest share


@dataclass(frozen=True)
class Line:
    """A curve's share in each stretch of time, and the band of its intervals."""

    curve: Curve
    line: str  # a path; it has a gap where there are no rows
    band: str  # likewise, closed
    first: int  # the stretches at either end that have rows
    last: int


def top(change: Change) -> float:
    """Return the share at the upper end of all charts: one scale for all that is compared."""
    shares = [curve.shares for curve in (*change.rising, *change.falling)]
    return min(AIR * float(np.nanmax(shares)), 1.0) if shares else 1.0


def lines(curves: Sequence[Curve], top: float) -> list[Line]:
    """Return the lines of some curves; ``top`` is the share at the charts' upper end."""
    return [_line(curve, top) for curve in curves]


def _line(curve: Curve, top: float) -> Line:
    known = np.flatnonzero(np.isfinite(curve.shares))
    x = np.linspace(MARGIN, WIDTH - MARGIN, len(curve.shares))
    runs = list(_runs(known))
    return Line(
        curve=curve,
        line=" ".join(_path(x[run], _y(curve.shares[run], top)) for run in runs),
        band=" ".join(
            _path(
                np.concatenate([x[run], x[run][::-1]]),
                np.concatenate([_y(curve.high[run], top), _y(curve.low[run], top)[::-1]]),
            )
            + "Z"
            for run in runs
        ),
        first=int(known[0]),
        last=int(known[-1]),
    )


def _runs(known: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Yield the stretches without a gap."""
    yield from np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)


def _y(shares: FloatArray, top: float) -> FloatArray:
    """Return heights in the chart, where y grows downwards; what is beyond it lies on its end."""
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * np.clip(shares / top, 0, 1)


def _path(x: FloatArray, y: FloatArray) -> str:
    """Return a path through points; of a single one a dot, as its ends are round."""
    points = [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]
    return f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h0"
