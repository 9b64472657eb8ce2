"""Cell: a value of a column, as a reader should see it."""

import numpy as np

LONGEST = 500  # characters: a page is for looking, not for archiving

_MISSING = {"None", "nan", "NaT", "<NA>"}  # how NumPy and pandas write "no value"


def shown(value: object, longest: int = LONGEST) -> str:
    """Return a value as a reader should see it; nothing for a missing one."""
    if isinstance(value, np.number):
        value = value.item()
    if isinstance(value, str):
        text = value
    elif str(value) in _MISSING:
        text = ""
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))  # years and counts become floats where one of them is missing
    else:
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
