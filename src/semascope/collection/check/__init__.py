"""check: whether a collection is what was committed, to the last bit, and what mends it.

`inspection` compares, `salvage` reads what is left of a damaged file, `intact` tells which rows
are, `rescue` puts them back, and `repair` commits it.
"""

from pathlib import Path

from semascope.collection import guard
from semascope.collection.check.inspection import Damage, Report, inspect
from semascope.collection.check.repair import mend
from semascope.progress import Progress, silent

__all__ = ["Damage", "Report", "check"]


def check(path: str | Path, *, repair: bool = False, on_progress: Progress = silent) -> Report:
    """Compare every file of a collection with what was written, and mend what is damaged.

    Parameters
    ----------
    path : str or Path
        The collection.
    repair : bool
        Whether to mend it. Damaged files are copied into ``_aside`` first. Rows whose contents
        are intact stay, embedded anew where need be; what can be read of the others goes into a
        file in ``_aside``, and they leave the collection.
    on_progress : callable(done, total)
        Counts bytes compared.

    Returns
    -------
    Report
        Without ``repair`` nothing has been written.

    Raises
    ------
    CollectionNotFound
        If there is none.
    CollectionError
        If nothing has been committed yet, a newer semascope wrote it, or it cannot be written.
    CollectionBusy
        If it is to be repaired while another process writes to it.
    CorruptCollection
        If it is damaged beyond repair.
    """
    path = Path(path)
    found = inspect(path, on_progress)
    if not repair or not found.damaged:
        return found.report()
    with guard.locked(path) as died:
        return mend(inspect(path, on_progress), died=died)  # a writer may have been at work
