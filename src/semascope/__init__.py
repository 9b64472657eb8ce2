"""See what your text means: embed it, search it, map it, take it apart.

>>> import semascope as sema
>>> model = sema.load()
>>> a, b = model.encode(["uncle", "aunt"])
>>> round(sema.cosine_similarity(a, b), 4)
0.7339
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semascope.collection import open as open  # noqa: A004
    from semascope.collection.collection import Collection as Collection
    from semascope.collection.indexing import index as index
    from semascope.encoder import load as load
    from semascope.encoder.encoder import Encoder as Encoder
    from semascope.errors import SemascopeError as SemascopeError
    from semascope.similarity import cosine_similarity as cosine_similarity

# Where each public name lives. They are imported when they are first used, so that a program
# that embeds two words does not wait for the database and the plots.
_HOMES = {
    "Collection": "semascope.collection.collection",
    "Encoder": "semascope.encoder.encoder",
    "SemascopeError": "semascope.errors",
    "cosine_similarity": "semascope.similarity",
    "index": "semascope.collection.indexing",
    "load": "semascope.encoder",
    "open": "semascope.collection",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("semascope")
    if name not in _HOMES:
        raise AttributeError(f"module 'semascope' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
