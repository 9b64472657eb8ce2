"""The data that come with semascope: two centuries of speeches, the emoji, common words.

``speeches`` are the State of the Union addresses from 1790 to 2021 in passages that the model reads
whole; ``emoji`` are the emoji with their labels and tags; ``words`` are the 20,000 commonest words
of English, commonest first. All are Parquet files whose column ``text`` is meant to be embedded.
``LICENSES.md`` beside them says whose they are; ``scripts/build_data.py`` and ``build_words.py`` in
the repository make them.
"""

from importlib.resources import files
from pathlib import Path

from semascope.errors import InvalidValue

NAMES = ("speeches", "emoji", "words")


def path(name: str) -> Path:
    """Return where the data set of this name lies, a Parquet file to read or to index.

    Raises
    ------
    InvalidValue
        If there is no data set of this name; the message lists those there are.

    Examples
    --------
    >>> from semascope.data import path
    >>> path("emoji").name
    'emoji.parquet'
    """
    if name not in NAMES:
        raise InvalidValue(f"there is no data set {name!r}; choose one of {', '.join(NAMES)}")
    return Path(str(files(__name__) / f"{name}.parquet"))
