"""What is computed from a collection and kept beside it, to be made again whenever it is missing.

Each result is one Arrow file in ``_derived``, good for one version of the collection and of
semascope. Losing one loses nothing but time. Its SHA-256 lies beside it, as sha256sum writes it,
and is compared whenever it is read: what has changed on the disk is made again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from semascope.atomic import write_atomically
from semascope.errors import FileError

FOLDER = "_derived"  # in the collection's own
SEAL = ".sha256"
OF_MAP = ("explorer", "explorer-stable")  # results that hold places of the map

Arrays = Mapping[str, np.ndarray[Any, Any]]


def remember(
    folder: Path,
    name: str,
    make: Callable[[], tuple[Arrays, Any]],
    *,
    of_version: int,
    anew: bool = False,
) -> tuple[Arrays, Any]:
    """Return what ``make`` returned for this version of the collection, now or at an earlier time.

    Parameters
    ----------
    folder : Path
        The collection's ``_derived``.
    name : str
        Of the result; names what it depends on beside the version.
    make : callable() -> (arrays, notes)
        Arrays of N rows each by name, one- or two-dimensional, and anything that JSON can hold.
    of_version : int
        Version of the collection.
    anew : bool
        Whether to make it whatever is there.
    """
    known = None if anew else recall(folder, name, of_version=of_version)
    if known is not None:
        return known
    path = folder / f"{name}.arrow"
    arrays, notes = make()
    try:
        folder.mkdir(exist_ok=True)
        content = _serialize(arrays, {"stamp": _stamp(of_version), "notes": notes})
        _seal(path).unlink(missing_ok=True)  # killed here, there is none, rather than a wrong one
        write_atomically(path, content)
        write_atomically(_seal(path), _sealed(path, content))
    except (FileError, OSError):
        pass  # a folder that may only be read: it is computed each time
    return arrays, notes


def recall(folder: Path, name: str, *, of_version: int) -> tuple[Arrays, Any] | None:
    """Return what was remembered for this version of the collection; None if nothing was."""
    stored = _read(folder / f"{name}.arrow")
    if stored is None or stored[1]["stamp"] != _stamp(of_version):
        return None
    return stored[0], stored[1]["notes"]


def latest(folder: Path, name: str) -> tuple[Arrays, Any] | None:
    """Return what this semascope remembered last, for whichever version of the collection."""
    stored = _read(folder / f"{name}.arrow")
    if stored is None or stored[1]["stamp"]["semascope"] != version("semascope"):
        return None
    return stored[0], stored[1]["notes"]


def damaged(folder: Path) -> list[str]:
    """Return the names of the results in ``folder`` that are not what was written."""
    return sorted(seal.stem for seal in folder.glob(f"*{SEAL}") if not _is_intact(seal))


def unfinished(folder: Path) -> list[str]:
    """Return the names of files in ``folder`` that a killed process left, of no use to anybody."""
    files = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    return sorted(name for name in files if not name.endswith(SEAL) and name + SEAL not in files)


def forget(path: Path) -> None:
    """Delete a result, so that it is made again."""
    path.unlink(missing_ok=True)
    _seal(path).unlink(missing_ok=True)


def _stamp(of_version: int) -> dict[str, Any]:
    """Return what a result is good for."""
    return {"collection": of_version, "semascope": version("semascope")}


def _is_intact(seal: Path) -> bool:
    path = seal.with_name(seal.stem)
    try:
        return seal.read_bytes() == _sealed(path, path.read_bytes())
    except OSError:
        return False


def _seal(path: Path) -> Path:
    return path.with_name(path.name + SEAL)


def _sealed(path: Path, content: bytes | pa.Buffer) -> bytes:
    return f"{hashlib.sha256(content).hexdigest()}  {path.name}\n".encode()


def _serialize(arrays: Arrays, about: Mapping[str, Any]) -> bytes:
    columns = {name: _to_arrow(array) for name, array in arrays.items()}
    table = pa.table(columns).replace_schema_metadata({"semascope": json.dumps(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _read(path: Path) -> tuple[Arrays, dict[str, Any]] | None:
    try:
        with pa.memory_map(str(path)) as source:
            content = source.read_buffer()
        if _seal(path).read_bytes() != _sealed(path, content):
            return None
        table = pa.ipc.open_file(content).read_all()
        about = json.loads(table.schema.metadata[b"semascope"])
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None  # missing, or of another kind
    return {name: _to_numpy(table[name]) for name in table.column_names}, about


def _to_arrow(array: np.ndarray[Any, Any]) -> pa.Array:
    if array.ndim == 1:
        return pa.array(array)
    return pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), array.shape[1])


def _to_numpy(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    array = column.combine_chunks()
    if not pa.types.is_fixed_size_list(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False))
    return np.asarray(array.flatten().to_numpy()).reshape(len(array), array.type.list_size)
