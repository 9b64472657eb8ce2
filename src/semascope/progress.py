"""How long work tells its caller how far it has come; the library itself prints nothing."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called as ``on_progress(done, total)``, in units that the function names."""


def silent(done: int, total: int) -> None:
    """Ignore progress: the default everywhere."""
