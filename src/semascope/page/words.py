"""How numbers are written on a page."""


def count(n: float, thing: str = "") -> str:
    """Return "1 row" or "2,000 rows", or the number alone."""
    number = f"{round(n):,}"
    if not thing:
        return number
    return f"{number} {thing}" if n == 1 else f"{number} {thing}s"


def percent(share: float) -> str:
    """Return a share as a percentage that is 0% of nothing only, and 100% of all only."""
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.99 < share < 1:
        return f"{int(share * 1000) / 10:g}%"
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"
