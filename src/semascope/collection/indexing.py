"""index: a file of text becomes a collection, commit by commit, and may stop after any."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semascope.collection import guard
from semascope.collection.collection import ADDED, EMBEDDING, HASH, ROW, START, Collection, Indexed
from semascope.encoder import DEFAULT_MODEL, load
from semascope.encoder.encoder import Encoder
from semascope.errors import CollectionError, ColumnNotFound, FileError, InvalidValue
from semascope.passages import Splitter, not_english
from semascope.progress import Progress, silent
from semascope.reading import Source, open_source
from semascope.reading.documents import WILDCARDS
from semascope.reading.file import COMPRESSIONS
from semascope.reading.source import STANDARD_INPUT

ROWS_PER_COMMIT = 8192  # what is held in memory, and what an interruption costs at most
UNIT = 1e-5  # how far from length 1 rounding leaves what a model brings to unit length itself

# Columns that semascope adds, and those that Lance shows of every table.
RESERVED = {
    *ADDED,
    "_rowid",
    "_rowaddr",
    "_rowoffset",
    "_row_created_at_version",
    "_row_last_updated_at_version",
}


def index(
    source: object,
    *,
    text: str | Sequence[str] | None = None,
    to: str | Path | None = None,
    model: Encoder | None = None,
    on_progress: Progress = silent,
) -> Collection:
    """Embed rows of text and store them in a collection.

    On a collection that exists, rows that it has already are passed over: an interrupted run is
    finished by running it again, and a file that has grown is brought up to date.

    Parameters
    ----------
    source : str, Path, iterable of dicts or strings, or Arrow data
        A file (CSV, TSV, JSON Lines, JSON, Excel, Parquet, Arrow; also ``.gz`` and ``.zst``), a
        folder or glob of ``.txt``, ``.md`` and ``.html``, "-" for standard input; or rows that a
        program holds, such as a data frame.
    text : str or sequence of str, optional
        The column to embed, or several to be joined; by default "text", or else the one with the
        longest strings. A text that is longer than the model reads becomes several passages.
    to : str or Path, optional
        Where the collection is or shall be; by default ``NAME.lance`` in the current folder for
        a file ``NAME.csv``.
    model : Encoder, optional
        By default all-MiniLM-L6-v2, or what the collection was made with.
    on_progress : callable(done, total)
        Counts rows of the file.

    Returns
    -------
    Collection
        Its attribute ``indexed`` tells what this run did.

    Raises
    ------
    FileError
        If the file cannot be read, has no text, or a column whose name cannot be stored.
    ColumnNotFound
        If it lacks the text column, or a column that the collection has.
    InvalidValue
        If the source is of no such kind, or has no name to call the collection by.
    CollectionBusy
        If another process writes to the collection.
    CollectionError
        If something else is there, or the collection was made with another model.
    """
    path = Path(to) if to is not None else _default_path(source)
    about = guard.read_head(path).about if guard.exists(path) else {}
    file = open_source(source, text=text or about.get("columns"))
    _check_names(file)
    encoder = model or load(about["model"]["name"] if about else DEFAULT_MODEL)
    with guard.writing(path) as head:
        if head.version:
            _check_fit(path, head.about, file, encoder)
        else:
            head = replace(head, about=_describe(file, encoder))
        indexed = _Indexing(path, head, file, encoder, on_progress).run()
    # Queries are embedded in f32, so that an answer does not depend on how one came to it.
    exact = encoder if encoder.precision == "f32" else None
    return Collection(path, encoder=exact, indexed=indexed)


def _default_path(source: object) -> Path:
    """Return ``NAME.lance`` for a folder ``NAME`` or a file ``NAME.csv`` or ``NAME.csv.gz``."""
    if isinstance(source, str | Path) and str(source) != STANDARD_INPUT:
        path = Path(source).resolve()
        if path.suffix in COMPRESSIONS:
            path = path.with_suffix("")
        name = path.name if path.is_dir() else path.stem
        if name and not set(name) & set(WILDCARDS):
            return Path(f"{name}.lance")
    raise InvalidValue("these rows have no name; say where the collection shall be (to, or --to)")


def _check_names(file: Source) -> None:
    for name in file.schema.names:
        if not name:
            raise FileError(f"{file.name} has a column without a name; give it one")
        if name in RESERVED:
            raise FileError(f"{file.name} has a column {name!r}, a name that is taken; rename it")
        if set(name) & set(".`"):
            raise FileError(
                f"{file.name} has a column {name!r}; a name with {'.`'!r} in it cannot be stored: "
                "rename it"
            )


def _describe(file: Source, encoder: Encoder) -> dict[str, Any]:
    folder = Path(encoder.name)  # where the model is a folder, found again from any other
    return {
        "text": file.text,
        "columns": list(file.columns),  # that the text was made of
        "model": {
            "name": str(folder.resolve()) if folder.is_dir() else encoder.name,
            "revision": encoder.revision,
            "precision": encoder.precision,
            "dim": encoder.dim,
        },
    }


def _check_fit(path: Path, about: Mapping[str, Any], file: Source, encoder: Encoder) -> None:
    if file.text != about["text"]:
        raise CollectionError(
            f"{path} embeds the column {about['text']!r}, not {file.text!r}; index into another "
            "collection with --to"
        )
    if encoder.revision != about["model"]["revision"]:
        raise CollectionError(
            f"{path} was made with {about['model']['name']}, not with {encoder.name}; embeddings "
            "of two models cannot be compared: index into another collection with --to"
        )


class _Indexing:
    """One run over one file, while no other process writes."""

    def __init__(
        self,
        path: Path,
        head: guard.Head,
        file: Source,
        encoder: Encoder,
        on_progress: Progress,
    ):
        self.path, self.head, self.file = path, head, file
        self.encoder, self.on_progress = encoder, on_progress
        self.schema: pa.Schema | None = None
        self.stored: Counter[bytes] = Counter()
        if head.version:
            table = guard.open_table(path, head)
            self.schema = table.schema
            stored = table.to_table(columns=[HASH], filter=f"{START} = 0")[HASH]  # once a row
            self.stored.update(stored.to_pylist())
        self.rows = self.stored.total()
        self.prompt = "document" if "document" in encoder.prompts else None
        self.splitter = Splitter(encoder, prompt=self.prompt)
        self.done = self.empty = self.known = self.added = self.passages = self.split = 0
        self.foreign = 0.0

    def run(self) -> Indexed:
        total = self.file.count_rows()
        for rows in self.file.batches(ROWS_PER_COMMIT):
            new = self._only_new(self._with_text(rows))
            if new.num_rows:
                if not self.added:
                    self.foreign = not_english(new[self.file.text])
                passages = self._cut(new)
                self.head = guard.append(self.path, self.head, self._embed(passages, total))
                self.added += new.num_rows
                self.passages += passages.num_rows
            self.done += rows.num_rows
            self.on_progress(self.done, total)
        if not self.head.version:
            raise FileError(f"{self.file.name}: column {self.file.text!r} has no text in any row")
        return Indexed(
            text=self.file.text,
            guessed=self.file.guessed,
            added=self.added,
            passages=self.passages,
            split=self.split,
            known=self.known,
            empty=self.empty,
            skipped=self.file.skipped.count,
            why=tuple(f"row {row}: {reason}" for row, reason in self.file.skipped.first),
            damaged=self.file.damaged.count,
            not_english=self.foreign,
        )

    def _with_text(self, rows: pa.Table) -> pa.Table:
        """Leave out rows whose text is missing or blank, and count them."""
        blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(rows[self.file.text])), 0)
        found = rows.filter(pc.invert(pc.fill_null(blank, True)))
        self.empty += rows.num_rows - found.num_rows
        return found

    def _only_new(self, rows: pa.Table) -> pa.Table:
        """Leave out rows that are stored, each as often as it is stored; add the hash of each."""
        rows = self._as_stored(rows)
        hashes = _hash_rows(rows)
        new = []
        for digest in hashes:
            new.append(not self.stored[digest])
            self.stored[digest] -= not new[-1]
        self.known += rows.num_rows - sum(new)
        return rows.append_column(HASH, pa.array(hashes, pa.binary(16))).filter(
            pa.array(new, pa.bool_())
        )

    def _as_stored(self, rows: pa.Table) -> pa.Table:
        """Bring the columns to the collection's order and types."""
        if self.schema is None:
            return rows
        wanted = pa.schema([field for field in self.schema if field.name not in ADDED])
        missing = set(wanted.names) - set(rows.column_names)
        if missing:
            raise ColumnNotFound(
                f"{self.file.name} has no column {', '.join(sorted(missing))}, but {self.path} does"
            )
        try:
            return rows.select(wanted.names).cast(wanted)
        except pa.ArrowException as error:
            raise FileError(f"{self.file.name} does not fit {self.path}: {error}") from error

    def _cut(self, rows: pa.Table) -> pa.Table:
        """Make a row of each passage; together, those of a row are its text to the letter."""
        texts = rows[self.file.text].to_pylist()
        pieces, from_row, starts = [], [], []
        for row, passages in enumerate(self.splitter.split(texts)):
            bounds = [0, *(passage.start for passage in passages[1:]), len(texts[row])]
            pieces += [texts[row][a:b] for a, b in itertools.pairwise(bounds)]
            starts += bounds[:-1]
            from_row += [row] * len(passages)
            self.split += len(passages) > 1
        numbers = pa.array(np.array(from_row, np.int64) + self.rows)
        self.rows += rows.num_rows
        column = rows.column_names.index(self.file.text)
        kind = rows.schema.field(column).type
        cut = rows.take(pa.array(from_row)).set_column(
            column, self.file.text, pa.array(pieces, kind)
        )
        return cut.append_column(ROW, numbers).append_column(START, pa.array(starts, pa.int32()))

    def _embed(self, rows: pa.Table, total: int) -> pa.Table:
        read = rows[START].to_numpy() == 0  # progress counts rows

        def on_progress(done: int, of: int) -> None:
            self.on_progress(self.done + done * int(read.sum()) // of, total)

        texts = rows[self.file.text]
        embeddings = self.encoder.encode(texts, prompt=self.prompt, on_progress=on_progress)
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            row = int(np.argmin(np.isfinite(lengths) & (lengths > 0)))
            raise CollectionError(
                f"{self.encoder.name} gives no finite embedding for {texts[row].as_py()!r}"
            )
        lengths[abs(lengths - 1) < UNIT] = 1  # what the model gives, bit for bit
        vectors = pa.array((embeddings / lengths).ravel())
        column = pa.FixedSizeListArray.from_arrays(vectors, self.encoder.dim)
        return rows.append_column(EMBEDDING, column)


def _hash_rows(rows: pa.Table) -> list[bytes]:
    """Return a hash of each row's contents, columns in the order of their names."""
    columns = []
    for name in sorted(rows.column_names):
        column = rows[name]
        if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
            column = pa.array([repr(value) for value in column.to_pylist()], pa.string())
        value = column.cast(pa.large_string())
        length = pc.binary_length(value).cast(pa.large_string())  # says where the value ends
        columns += [pc.fill_null(length, "null"), pc.fill_null(value, "")]
    joined = pc.binary_join_element_wise(*columns, pa.scalar(" ", pa.large_string()))
    return [hashlib.blake2b(row.encode(), digest_size=16).digest() for row in joined.to_pylist()]
