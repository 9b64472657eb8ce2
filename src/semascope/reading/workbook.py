"""Excel: the first sheet of a workbook, whose first row names the columns."""

from collections.abc import Iterator, Sequence

from semascope.errors import FileError
from semascope.reading.file import File
from semascope.reading.records import Record, Records
from semascope.reading.rows import Faults


def open_workbook(file: File) -> Records:
    """Open an ``.xlsx`` file; the sheet is held in memory as a whole.

    Raises
    ------
    FileError
        If it is no workbook, or two columns have one name.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with file.unpacked().open() as stream, CalamineWorkbook.from_filelike(stream) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise FileError(f"{file.name} cannot be read: {error}") from error
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(_cells(row))]
    if not filled:
        raise FileError(f"{file.name} is empty; expected names of columns in its first sheet")
    (_, header), *filled = filled
    names = [
        f"column_{number}" if name is None else str(name)
        for number, name in enumerate(_cells(header), 1)
    ]
    if len(set(names)) < len(names):
        raise FileError(f"{file.name} has two columns of one name: {', '.join(names)}")

    def read(faults: Faults) -> Iterator[Record]:  # noqa: ARG001 - cells cannot be wrong
        return ((number, dict(zip(names, _cells(row), strict=True))) for number, row in filled)

    return Records(read)


def _cells(row: Sequence[object]) -> list[object]:
    """Return what is in the cells; to Excel every number is a fraction, and nothing is ""."""
    return [
        None if cell == "" else int(cell) if isinstance(cell, float) and cell.is_integer() else cell
        for cell in row
    ]
