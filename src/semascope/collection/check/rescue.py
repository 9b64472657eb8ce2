"""What becomes of a table some of whose data files are damaged.

Rows whose contents are intact are embedded anew and take the place of the damaged fragment, in
their order; the others are set aside as text, in a file that anybody can read.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import lance
import numpy as np
import pyarrow as pa
from lance.fragment import FragmentMetadata, LanceFragment, write_fragments
from numpy.typing import NDArray

from semascope.collection.check.intact import Row, judge
from semascope.collection.check.salvage import Salvaged, join, salvage
from semascope.collection.embed import embed
from semascope.collection.head import COPIES, TAIL, Head
from semascope.collection.matching import hash_rows
from semascope.collection.snapshot import ADDED, EMBEDDING, HASH, ROW, START, UNREAD
from semascope.collection.tails import with_tail
from semascope.encoder import load
from semascope.encoder.encoder import Encoder
from semascope.passages import Splitter
from semascope.progress import Progress, silent


class Rescue:
    """Tells the intact rows of damaged fragments from the others.

    Parameters
    ----------
    path : Path
        A collection whose manifest is intact.
    head : Head
        Its committed state.
    damaged : set of str
        Names of the files that are damaged, as in `Head.files`.

    Attributes
    ----------
    rows : list of Row
        All rows with a passage in a damaged data file, and those beside them.
    """

    def __init__(self, path: Path, head: Head, damaged: set[str]):
        self.path, self.head, self.damaged = path, head, damaged
        self.table = lance.dataset(path, version=head.version)
        self.text: str = head.about["text"]
        self._added = [name for name in ADDED if name in self.table.schema.names]
        self._names = [name for name in self.table.schema.names if name not in (EMBEDDING, UNREAD)]
        self._fragments: list[LanceFragment] = self.table.get_fragments()
        hit = [self._is_hit(fragment) for fragment in self._fragments]
        # The passages of a row may lie in two fragments, one after the other.
        near = [any(hit[max(i - 1, 0) : i + 2]) for i in range(len(hit))]
        self._near = [i for i, beside in enumerate(near) if beside]
        self._hit = {i for i, damaged in enumerate(hit) if damaged}
        found = [self._passages(i) for i in self._near]
        ends = np.cumsum([len(part) for part in found])
        self._ranges = {
            i: slice(end - len(part), end)
            for i, part, end in zip(self._near, found, ends, strict=True)
        }
        self._found = join(found) if found else Salvaged.of(self.table.schema.empty_table())
        self.rows = self._judge() if found else []

    @property
    def lost(self) -> list[Row]:
        """The rows that are not intact."""
        return [row for row in self.rows if row.contents is None]

    def rows_in(self, name: str) -> list[Row]:
        """Return the rows with a passage in a damaged data file."""
        ranges = [
            self._ranges[i]
            for i in self._hit
            if name in {f"data/{file.path}" for file in self._fragments[i].data_files()}
        ]
        return [
            row
            for row in self.rows
            if any(
                here.start <= row.passages[-1] and row.passages[0] < here.stop for here in ranges
            )
        ]

    def describe(self) -> Iterator[dict[str, Any]]:
        """Yield what can still be read of the lost rows, passage by passage."""
        users = [name for name in self._names if name not in ADDED]
        for row in self.lost:
            for passage in row.passages.tolist():
                readable = self._found.readable
                values = self._found.values.select(users).slice(passage, 1).to_pylist()[0]
                yield {
                    "row": row.number,
                    "why": row.why,
                    "cannot be read": [name for name in users if not readable[name][passage]],
                    "columns": {name: values[name] for name in users if readable[name][passage]},
                }

    def replace(self, on_progress: Progress = silent) -> None:
        """Put what is intact in the place of what is damaged, and leave out the lost rows."""
        kept: list[FragmentMetadata] = []
        for i, fragment in enumerate(self._fragments):
            if i in self._hit:
                passages = self._made_anew(i, on_progress)
            elif i in self._near and self._is_lost[self._ranges[i]].any():
                passages = fragment.to_table().filter(pa.array(~self._is_lost[self._ranges[i]]))
            elif fragment.deletion_file():
                passages = fragment.to_table()
            else:
                kept.append(fragment.metadata)
                continue
            if passages.num_rows:
                kept += write_fragments(passages, self.path, schema=self.table.schema)
        overwrite = lance.LanceOperation.Overwrite(self.table.schema, kept)
        newest = lance.dataset(self.path).version
        lance.LanceDataset.commit(self.path, overwrite, read_version=newest)

    @property
    def leaves_nothing(self) -> bool:
        """Whether no row at all is intact."""
        return all(i in self._near for i in range(len(self._fragments))) and (
            int(self._is_lost.sum()) == len(self._is_lost)
        )

    @cached_property
    def _encoder(self) -> Encoder:
        model = self.head.about["model"]
        encoder: Encoder = load(model["name"], precision=model["precision"])
        return encoder

    @cached_property
    def _is_lost(self) -> NDArray[np.bool_]:
        mask = np.zeros(len(self._found), bool)
        for row in self.lost:
            mask[row.passages] = True
        return mask

    def _is_hit(self, fragment: LanceFragment) -> bool:
        files = {f"data/{file.path}" for file in fragment.data_files()}
        return bool((files | {fragment.deletion_file()}) & self.damaged)

    def _judge(self) -> list[Row]:
        is_hit, unsure = np.zeros((2, len(self._found)), bool)
        for i in self._hit:
            is_hit[self._ranges[i]] = True
            unsure[self._ranges[i]] = self._fragments[i].deletion_file() in self.damaged
        intact = [fragment for i, fragment in enumerate(self._fragments) if i not in self._hit]
        used = [np.array(fragment.to_table(columns=[ROW])[ROW]) for fragment in intact]
        unused = 1 + max((int(numbers.max(initial=-1)) for numbers in used), default=-1)
        return [
            replace(row, contents=None, why="whether it was deleted cannot be read")
            if unsure[row.passages].any()
            else row
            for row in judge(self._found, is_hit, self.text, unused)
        ]

    def _passages(self, i: int) -> Salvaged:
        """Return the passages of a fragment that were not deleted, as far as they can be read."""
        fragment = self._fragments[i]
        if i not in self._hit:
            return Salvaged.of(fragment.to_table(columns=self._names))
        schema = pa.schema([self.table.schema.field(name) for name in self._names])
        (file,) = fragment.data_files()
        with tempfile.TemporaryDirectory() as temporary:
            mended = Path(temporary, "data.lance")
            mended.write_bytes(self._with_its_tail(f"data/{file.path}"))
            salvaged = salvage(mended, schema, fragment.physical_rows)
        if fragment.deletion_file() in self.damaged:
            return salvaged
        addresses = fragment.scanner(columns=[], with_row_address=True).to_table()["_rowaddr"]
        return salvaged.take((addresses.to_numpy() & 0xFFFFFFFF).astype(np.int64))

    def _with_its_tail(self, name: str) -> bytes:
        file, tail = self.path / name, self.path / COPIES / f"{Path(name).name}{TAIL}"
        content = file.read_bytes() if file.exists() else b""
        if not tail.exists():
            return content
        return with_tail(content, tail.read_bytes(), self.head.files[name][0])

    def _made_anew(self, i: int, on_progress: Progress) -> pa.Table:
        """Return the intact passages of a damaged fragment, embedded anew."""
        here = self._ranges[i]
        tables = [self.table.schema.empty_table().drop_columns([*self._added, self.text])]
        pieces: list[str] = []
        added: dict[str, list[Any]] = {HASH: [], ROW: [], START: []}
        for row in self.rows:
            if row.contents is None:
                continue
            (digest,) = hash_rows(row.contents)
            starts = np.cumsum([0, *map(len, row.pieces)])
            within = (here.start <= row.passages) & (row.passages < here.stop)
            for place in np.flatnonzero(within).tolist():
                tables.append(row.contents.drop_columns([self.text]))
                pieces.append(row.pieces[place])
                for name, value in ((HASH, digest), (ROW, row.number), (START, starts[place])):
                    added[name].append(value)
        columns = dict(zip(tables[0].column_names, pa.concat_tables(tables).columns, strict=True))
        columns |= {self.text: pieces, **added}
        if UNREAD in self._added:
            prompt = "document" if "document" in self._encoder.prompts else None
            columns[UNREAD] = Splitter(self._encoder, prompt=prompt).unread(pieces)
        embeddings = embed(self._encoder, pieces, added[ROW], on_progress=on_progress)
        columns[EMBEDDING] = pa.FixedSizeListArray.from_arrays(
            pa.array(embeddings.ravel()), self._encoder.dim
        )
        schema = self.table.schema
        arrays = [_as(columns[field.name], field.type) for field in schema]
        return pa.table(arrays, schema=schema)


def _as(values: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    is_arrow = isinstance(values, pa.Array | pa.ChunkedArray)
    return values.cast(kind) if is_arrow else pa.array(values, kind)
