"""Columns: how what is listed on a page is parted in two that stand side by side."""

from collections.abc import Sequence
from typing import TypeVar

from semascope.report.clusters import Cluster

Item = TypeVar("Item")

OPEN = 8  # lines that the passages of the open cluster, the first, take up about


def halves(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Return the items in two columns of about the same height, to be read one after the other.

    On a narrow screen the second stands below the first, so the order is kept.
    """
    lines = [_lines(item) for item in items]
    if lines and isinstance(items[0], Cluster):
        lines[0] += OPEN
    splits = range(len(items) + 1)
    at = min(splits, key=lambda at: abs(2 * sum(lines[:at]) - sum(lines)))
    return [column for column in (items[:at], items[at:]) if column]


def _lines(item: object) -> int:
    return 2 + len(item.children) if isinstance(item, Cluster) else 1
