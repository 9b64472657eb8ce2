"""Whatever text people have, read as a stream of Arrow tables. The parsing is libraries' work.

`source` opens and says which column is the text (`text`); `file` gives bytes, whatever they are
packed in, and `encoding` turns them into UTF-8. Rows come from one of three: `delimited` (CSV and
the like), `tables` (Parquet, Arrow, frames) and `records`, which are Python dicts that `objects`
(JSON), `workbook` (Excel) and `documents` (folders) make.
"""

from semascope.reading.source import Source as Source
from semascope.reading.source import open_source as open_source
