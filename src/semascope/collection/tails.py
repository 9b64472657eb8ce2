"""The end of a data file, which says where in it the columns lie: without it nothing can be read.

Lance writes, in this order: the pages of the columns; the schema, as a global buffer; where each
column's pages are; two tables of offsets; a footer of 40 bytes. From the schema on it is a few
kilobytes in a hundred megabytes, and worth a copy.

References
----------
https://lance.org/format/file/
"""

import struct
from pathlib import Path

FOOTER = struct.Struct("<QQQIIHH4s")  # offsets of columns and both tables, two counts, version
MAGIC = b"LANC"
ENTRY = struct.Struct("<QQ")  # position and size of a global buffer


def read_tail(file: Path) -> bytes:
    """Return the end of a data file; nothing if it is not laid out as we know it."""
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        if size < FOOTER.size:
            return b""
        stream.seek(size - FOOTER.size)
        columns, _, table, buffers, _, _, _, magic = FOOTER.unpack(stream.read())
        if magic != MAGIC or not columns <= table <= size - buffers * ENTRY.size:
            return b""
        stream.seek(table)
        entries = [ENTRY.unpack(stream.read(ENTRY.size)) for _ in range(buffers)]
        start = min([columns, *(position for position, _ in entries)])
        stream.seek(start)
        return stream.read()


def with_tail(content: bytes, tail: bytes, size: int) -> bytes:
    """Return a file of ``size`` bytes that ends in ``tail``, NULs where it was cut off before."""
    return content[: size - len(tail)].ljust(size - len(tail), b"\0") + tail
