"""What counts as texts: checked here once, trusted everywhere behind."""

from collections.abc import Sequence

from semascope.errors import InvalidText


def as_texts(texts: Sequence[str]) -> list[str]:
    """Return ``texts`` as a list of strings.

    Parameters
    ----------
    texts : sequence of str
        A list, a tuple, a NumPy array, an Arrow array, a pandas or polars series.

    Raises
    ------
    InvalidText
        If it is no sequence, or an item is not a string or not valid Unicode.
    """
    for convert in ("to_pylist", "to_list", "tolist"):  # Arrow, data frames, NumPy
        if hasattr(texts, convert):
            items = getattr(texts, convert)()
            break
    else:
        items = texts
    if not isinstance(items, Sequence) or isinstance(items, bytes | bytearray | str):
        raise InvalidText(
            f"texts must be a string or a sequence of strings, not {type(texts).__name__}; "
            "make a list of it first"
        )
    for position, text in enumerate(items):
        if not isinstance(text, str):
            raise InvalidText(
                f"item {position} of the texts is {text!r} ({type(text).__name__}), not a string; "
                "leave it out or turn it into one"
            )
        if not text.isascii():
            _check_unicode(position, text)
    return list(items)


def _check_unicode(position: int, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidText(
            f"item {position} of the texts is not valid Unicode: character {error.start} is a lone "
            f"surrogate, {text[error.start]!r}; read its file with errors='replace'"
        ) from None
