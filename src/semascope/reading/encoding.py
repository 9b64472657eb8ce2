"""Text of any encoding, as a stream of UTF-8.

A file is taken for UTF-8 if most of its characters beyond ASCII are, wherever they stand: a file
often has its first accent in row 50,000. Otherwise charset-normalizer judges the lines that have
such characters. What does not fit the encoding becomes "�", and its line is noted.
"""

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

from semascope.errors import FileError
from semascope.reading.file import File
from semascope.reading.rows import Faults

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

UTF_8 = "utf-8"
MARKS = {  # UTF-32's first: it begins as UTF-16's does
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: UTF_8,
}
USUAL = "cp1252"  # Windows in the West: taken where another is no likelier
COMMON = [USUAL, "cp932", "gb18030", "big5", "euc_kr", "euc_jp", "koi8_r"]
COMMON += [f"cp125{number}" for number in (0, 1, 3, 4, 5, 6)]
ENOUGH = 10_000  # lines by which one side leads, and the rest is not asked
SAMPLE = 16_384  # bytes of lines beyond ASCII that the guess is made from
CHUNK = 1_048_576  # bytes decoded at a time
REPLACEMENT = "\ufffd"


def detect(file: File) -> str:
    """Return the name of the encoding, having read the file as far as it takes.

    Raises
    ------
    FileError
        If it is neither UTF-8 nor anything that charset-normalizer finds likely.
    """
    with file.open() as stream:
        head = stream.peek(CHUNK)[:1024]
        for mark, encoding in MARKS.items():
            if head.startswith(mark):
                return encoding
        if head.count(0) > len(head) // 3:  # every other byte of unmarked UTF-16
            return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        votes = 0
        sample = bytearray()
        for line in stream:
            if line.isascii():
                continue
            votes += 1 if _is_utf_8(line) else -1
            if len(sample) < SAMPLE:
                sample += line[:SAMPLE]
            if abs(votes) == ENOUGH:
                break
    return UTF_8 if votes >= 0 else _guess(bytes(sample), file.name)


def open_text(file: File, encoding: str, faults: Faults) -> io.BufferedReader:
    """Open a file for reading, as UTF-8 without a byte order mark."""
    return io.BufferedReader(_Utf8(file.open(), encoding, faults), CHUNK)


def read_text(file: File, faults: Faults) -> str:
    """Return the whole text of a file of any encoding."""
    with open_text(file, detect(file), faults) as stream:
        return stream.read().decode()


class _Utf8(io.RawIOBase):
    """Bytes of some encoding, recoded."""

    def __init__(self, stream: BinaryIO, encoding: str, faults: Faults):
        self.stream, self.encoding, self.faults = stream, encoding, faults
        # utf-8-sig reads UTF-8 with a byte order mark or without.
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == UTF_8 else encoding)
        self.decoder = decoder()
        self.line = 1
        self.waiting = memoryview(b"")
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while not self.waiting and not self.ended:
            chunk = self.stream.read(CHUNK)
            self.ended = not chunk
            self.waiting = memoryview(self._decode(chunk).encode())
        size = min(len(view), len(self.waiting))
        view[:size] = self.waiting[:size]
        self.waiting = self.waiting[size:]
        return size

    def close(self) -> None:
        self.stream.close()
        super().close()

    def _decode(self, chunk: bytes) -> str:
        before = self.decoder.getstate()
        try:
            text = self.decoder.decode(chunk, final=self.ended)
        except UnicodeDecodeError:
            self.decoder.setstate(before)
            self.decoder.errors = "replace"
            text = self.decoder.decode(chunk, final=self.ended)
            self.decoder.errors = "strict"
            for number, line in enumerate(text.split("\n"), self.line):
                if REPLACEMENT in line:
                    reason = f"not in {self.encoding}, as the rest of the file is"
                    self.faults.damaged.add(number, reason)
        self.line += text.count("\n")
        return text


def _is_utf_8(line: bytes) -> bool:
    """Tell whether most characters beyond ASCII are UTF-8."""
    text = line.decode(errors="replace")
    wrong = text.count(REPLACEMENT)
    return not wrong or 2 * wrong <= sum(not character.isascii() for character in text)


def _guess(sample: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(sample, cp_isolation=COMMON))
    likely = {
        encoding
        for match in matches
        if (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)
        for encoding in match.could_be_from_charset
    }
    if not matches:
        raise FileError(
            f"{name} is not in UTF-8 nor any encoding that can be told; save it as UTF-8"
        )
    return USUAL if USUAL in likely else str(matches[0].encoding)
