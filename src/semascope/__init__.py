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
    from semascope.reasons.explanation import explain as explain
    from semascope.reasons.omission import leave_one_out as leave_one_out
    from semascope.reasons.probe import probe as probe
    from semascope.reasons.senses import in_context as in_context
    from semascope.similarity import cosine_similarity as cosine_similarity
    from semascope.space.space import Space as Space

# Where each public name lives. They are imported when they are first used, so that a program
# that embeds two words does not wait for the database and the plots.
_HOMES = {
    "Collection": "semascope.collection.collection",
    "Encoder": "semascope.encoder.encoder",
    "SemascopeError": "semascope.errors",
    "Space": "semascope.space.space",
    "cosine_similarity": "semascope.similarity",
    "explain": "semascope.reasons.explanation",
    "in_context": "semascope.reasons.senses",
    "index": "semascope.collection.indexing",
    "leave_one_out": "semascope.reasons.omission",
    "load": "semascope.encoder",
    "open": "semascope.collection",
    "probe": "semascope.reasons.probe",
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
