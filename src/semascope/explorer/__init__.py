"""What the explorer's page shows of a collection, as plain data.

Everything here is asked of a `Collection`; names of fields are those of the page's contract,
``explorer/src/contract.ts``. `semascope.server` hands it out piece by piece.
"""

from semascope.explorer.about import About, Cluster, about
from semascope.explorer.columns import Column, column
from semascope.explorer.condition import Among, Between, Filter, where
from semascope.explorer.line import Selection, python_line
from semascope.explorer.points import points
from semascope.explorer.rows import Row, rows, values
from semascope.explorer.stored import stored

__all__ = [
    "About",
    "Among",
    "Between",
    "Cluster",
    "Column",
    "Filter",
    "Row",
    "Selection",
    "about",
    "column",
    "points",
    "python_line",
    "rows",
    "stored",
    "values",
    "where",
]
