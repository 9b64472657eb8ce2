"""Pictures: embeddings, what is between them, and where they lie; on paper or in a notebook.

Every function returns a `Picture`, which draws itself in a notebook; `save` writes it to a file.
Its label, ``get_label()``, says in words what is to be seen (alt text).
"""

from semascope.plot.map import scatter
from semascope.plot.matrices import attention, explanation, senses, similarity
from semascope.plot.paper import Picture, render, save
from semascope.plot.planes import arrows, axis, pca
from semascope.plot.vectors import bars, strip

__all__ = [
    "Picture",
    "arrows",
    "attention",
    "axis",
    "bars",
    "explanation",
    "pca",
    "render",
    "save",
    "scatter",
    "senses",
    "similarity",
    "strip",
]
