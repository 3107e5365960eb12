"""A truncated .mcap file, presented as the complete file with the same whole records.

Format: MCAP 0 (mcap.dev/spec): after 8 magic bytes records of an operation code (1 byte), a length
(8, little endian) and content; at the end a footer record (offsets of the summary, 0 for none, and
a checksum, 0 for none) and the magic bytes again.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pose_action_ros.errors import SourceError

MAGIC = b"\x89MCAP0\r\n"
_FOOTER, _CHUNK, _DATA_END = 0x02, 0x06, 0x0F
_RECORD = struct.Struct("<BQ")
_CHUNK_HEAD = struct.Struct("<QQQII")  # times, size, checksum, length of the compression's name
_ENDING = _RECORD.pack(_FOOTER, 20) + bytes(20) + MAGIC
"""A footer without a summary: readers then read all records."""

Span = tuple[int, int]
"""Begin and end in the file [bytes]."""


class TruncatedMcap:
    """The path of a truncated file; has the part of pathlib.Path that rosbags uses.

    Attributes:
        kept: bytes that are whole records.
        size: of the file.

    Args:
        path: of the file.

    Raises:
        SourceError: it does not begin like an .mcap file.
    """

    suffix = ".mcap"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self._spans = _whole_records(path, self.size)
        self.kept = sum(end - begin for begin, end in self._spans)

    def __str__(self) -> str:
        return str(self._path)

    def exists(self) -> bool:
        """True."""
        return True

    def is_dir(self) -> bool:
        """False."""
        return False

    def open(self, _mode: str = "rb") -> BinaryIO:
        """Open the whole records, followed by an end."""
        return io.BufferedReader(_Completed(self._path, self._spans))


def _whole_records(path: Path, size: int) -> list[Span]:
    """Spans of whole records: from the beginning, and inside a truncated chunk."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise SourceError(f"{path} does not begin like an .mcap file")
        end = _end_of_records(file, len(MAGIC), size)
        inside = _in_chunk(file, end)
        spans = [(0, end)]
        # Records of a chunk are valid outside of one, too.
        return [*spans, (inside, _end_of_records(file, inside, size))] if inside else spans


def _end_of_records(file: BinaryIO, begin: int, size: int) -> int:
    """End of the whole data records from `begin` on."""
    end = file.seek(begin)
    while len(head := file.read(_RECORD.size)) == _RECORD.size:
        code, length = _RECORD.unpack(head)
        after = end + _RECORD.size + length
        if after > size or code in (0, _FOOTER, _DATA_END):
            break
        end = file.seek(after)
    return end


def _in_chunk(file: BinaryIO, begin: int) -> int:
    """Begin of the records in a chunk; 0 if there is none, or it is compressed."""
    file.seek(begin)
    head = file.read(_RECORD.size + _CHUNK_HEAD.size)
    if len(head) < _RECORD.size + _CHUNK_HEAD.size or head[0] != _CHUNK:
        return 0
    *_, compression = _CHUNK_HEAD.unpack(head[_RECORD.size :])
    return 0 if compression else begin + len(head) + 8  # and the length of the records


class _Completed(io.RawIOBase):
    """Parts of a file, followed by a footer."""

    def __init__(self, path: Path, spans: Sequence[Span]) -> None:
        self._file = path.open("rb", buffering=0)
        self._spans, self._at = spans, 0
        self._kept = sum(end - begin for begin, end in spans)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._kept + len(_ENDING)}
        self._at = begin[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._data(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _data(self, most: int) -> bytes:
        """Read the next bytes, at least one before the end."""
        offset = self._at
        for begin, end in self._spans:
            if offset < end - begin:
                self._file.seek(begin + offset)
                return self._file.read(min(most, end - begin - offset))
            offset -= end - begin
        return _ENDING[offset : offset + most]

    def close(self) -> None:
        self._file.close()
        super().close()
