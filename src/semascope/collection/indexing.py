"""index: a file of text becomes a collection, commit by commit, and may stop after any."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from semascope.collection import guard, indexes, table, usual
from semascope.collection.collection import Collection
from semascope.collection.head import Head, exists, read_head
from semascope.collection.run import ROWS_PER_COMMIT, Run
from semascope.collection.snapshot import ADDED, Snapshot
from semascope.collection.usable import Usable
from semascope.encoder import DEFAULT_MODEL, PrecisionName, load
from semascope.encoder.encoder import Encoder
from semascope.encoder.words import WordVectors
from semascope.errors import CollectionError, ColumnNotFound, FileError, InvalidValue
from semascope.progress import Progress, silent
from semascope.reading import Source, open_source
from semascope.reading.documents import WILDCARDS
from semascope.reading.file import COMPRESSIONS
from semascope.reading.source import STANDARD_INPUT

SHOWN = 3  # rows that an error names

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
    key: str | None = None,
    sync: bool = False,
    passages: bool | None = None,
    strict: bool = False,
    model: Encoder | None = None,
    precision: PrecisionName | None = None,
    on_progress: Progress = silent,
) -> Collection:
    """Embed rows of text and store them in a collection.

    On a collection that exists, rows that it has already are passed over: an interrupted run is
    finished by running it again, and a file that has changed is brought up to date. Only texts
    that are not stored are encoded.

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
    key : str, optional
        The column that names a row: what comes under a stored key takes the place of what was
        there. Without one, a row is known by its contents. A collection keeps its key.
    sync : bool
        Whether rows of the collection that the source has not are taken away; not done where a
        row of the source could not be read.
    passages : bool, optional
        Whether long texts are cut into passages, which is the default; a collection keeps what
        it was made with. If not, a column ``_unread`` holds the share of each text's tokens that
        the model did not read.
    strict : bool
        Whether to store nothing at all if a row would be left out.
    model : Encoder, optional
        By default all-MiniLM-L6-v2, or what the collection was made with.
    precision : "auto", "f32", "bf16" or "int8", optional
        What the default model computes in, as in `load`: by default "auto", which is exact. In
        "int8" a collection is made faster, of other embeddings of the same quality; it stays in
        int8, and so do its queries.
    on_progress : callable(done, total)
        Counts rows of the file.

    Returns
    -------
    Collection
        Its attribute ``indexed`` tells what this run did.

    Raises
    ------
    FileError
        If the file cannot be read, has no text, or a column whose name cannot be stored; with
        ``strict``, if a row cannot be stored.
    ColumnNotFound
        If it lacks the text column, the key, or a column that the collection has.
    InvalidValue
        If the source is of no such kind, or has no name to call the collection by; if the model
        is one of words, or has a precision already, and another one is given.
    CollectionBusy
        If another process writes to the collection.
    CollectionError
        If something else is there, or the collection was made with another model, key or text, or
        is of exact embeddings and would get fast ones, or the other way round.
    """
    path = Path(to) if to is not None else _default_path(source)
    about = read_head(path).about if exists(path) else {}
    file = open_source(source, text=text or about.get("columns"))
    _check_names(file)
    key = key or about.get("key")
    _check_key(file, key)
    if isinstance(model, WordVectors):
        raise InvalidValue(f"{model!r} embeds no texts; give a model as sema.load() returns it")
    if model and precision not in (None, model.precision):
        raise InvalidValue(f"{model!r} is not {precision}; load it so, or give only one of the two")
    encoder = model or _load(about, precision)
    if strict:
        _check_rows(file, key)
    with guard.writing(path) as head:
        wanted = _describe(file, encoder, key, passages is not False)
        if head.version:
            _check_fit(path, head.about, wanted, passages)
        else:
            head = replace(head, about=wanted)
        run = Run(path, head, file, encoder, on_progress)
        run.store()
        if sync:
            run.remove_missing()
        finish(path, run.head)
    # Queries are embedded in f32, or int8, so that an answer does not depend on how one came to it.
    asks = encoder if encoder.precision in ("f32", "int8") else None
    return Collection(path, encoder=asks, indexed=run.report())


def delete(path: Path, where: str) -> int:
    """Take rows out of a collection, and return how many; see `Collection.delete`."""
    with guard.writing(path) as head:
        snapshot = Snapshot(path)
        rows = np.unique(snapshot.row_of[snapshot.passing(where)]).tolist()
        if len(rows) == len(np.unique(snapshot.row_of)):
            raise InvalidValue(f"{where!r} holds for all rows; to remove them all, delete {path}")
        if rows:
            head = guard.commit(path, head, lambda: table.delete(path, rows))
            finish(path, head)
    return len(rows)


def finish(path: Path, head: Head) -> None:
    """Put in order what many commits leave, and make ready what a search needs."""
    text = head.about["text"]
    if not table.is_compact(Snapshot(path).table):
        head = guard.commit(path, head, lambda: table.compact(path))
    if not indexes.is_current(Snapshot(path).table, text):
        guard.commit(path, head, lambda: indexes.update(path, text))
    usual.prepare(Snapshot(path))


def _load(about: Mapping[str, Any], precision: PrecisionName | None) -> Encoder:
    """Return the model to embed with; a collection's own precision unless told otherwise."""
    if not about:
        return load(DEFAULT_MODEL, precision=precision or "auto")
    stored: PrecisionName = "int8" if about["model"]["precision"] == "int8" else "auto"
    encoder: Encoder = load(about["model"]["name"], precision=precision or stored)
    return encoder


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


def _check_key(file: Source, key: str | None) -> None:
    if key is None:
        return
    if key not in file.schema.names:
        raise ColumnNotFound(
            f"{file.name} has no column {key!r} for a key; its columns are "
            f"{', '.join(file.schema.names)}"
        )
    if pa.types.is_nested(file.schema.field(key).type):
        raise InvalidValue(f"column {key!r} holds lists or objects; a key is a text or a number")


def _check_rows(file: Source, key: str | None) -> None:
    """Read all rows once, and raise if one of them would be left out."""
    usable = Usable(file, key)
    for _ in usable.batches(ROWS_PER_COMMIT):
        pass
    faults = sorted(usable.empty.first + usable.nameless.first + file.skipped.first)
    if faults:
        count = usable.empty.count + usable.nameless.count + file.skipped.count
        first = "; ".join(f"row {row}: {why}" for row, why in faults[:SHOWN])
        raise FileError(
            f"{file.name} has {count:,} rows that cannot be stored ({first}); mend them, or leave "
            "them out by not being strict"
        )


def _describe(file: Source, encoder: Encoder, key: str | None, passages: bool) -> dict[str, Any]:
    folder = Path(encoder.name)  # where the model is a folder, found again from any other
    return {
        "text": file.text,
        "columns": list(file.columns),  # that the text was made of
        "key": key,
        "passages": passages,
        "model": {
            "name": str(folder.resolve()) if folder.is_dir() else encoder.name,
            "revision": encoder.revision,
            "precision": encoder.precision,
            "dim": encoder.dim,
        },
    }


def _check_fit(
    path: Path, about: Mapping[str, Any], wanted: Mapping[str, Any], passages: bool | None
) -> None:
    if wanted["text"] != about["text"]:
        raise CollectionError(
            f"{path} embeds the column {about['text']!r}, not {wanted['text']!r}; index into "
            "another collection with --to"
        )
    if wanted["model"]["revision"] != about["model"]["revision"]:
        raise CollectionError(
            f"{path} was made with {about['model']['name']}, not with {wanted['model']['name']}; "
            "embeddings of two models cannot be compared: index into another collection with --to"
        )
    if (wanted["model"]["precision"] == "int8") != (about["model"]["precision"] == "int8"):
        raise CollectionError(
            f"{path} was embedded in {about['model']['precision']}, not in "
            f"{wanted['model']['precision']}; fast embeddings (int8) and exact ones (f32, bf16) "
            "are not mixed: leave the precision out, or index into another collection with --to"
        )
    if wanted["key"] != about["key"]:
        known_by = f"the key {about['key']!r}" if about["key"] else "their contents"
        raise CollectionError(
            f"{path} knows its rows by {known_by}, not by {wanted['key']!r}; index into another "
            "collection with --to"
        )
    if passages not in (None, about["passages"]):
        raise CollectionError(
            f"{path} was made {'with' if about['passages'] else 'without'} passages; index into "
            "another collection with --to"
        )
