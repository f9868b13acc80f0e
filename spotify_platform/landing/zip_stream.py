"""The bytes of one zip member, unpacked as they are asked for, never more of them than the directory declares."""

import io
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from spotify_platform.landing.zip_directory import DEFLATED, Entry

_INPUT_BYTES = 1 << 16
_RAW = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a member's packed bytes are, and what must come out of them."""

    offset: int
    packed: int
    size: int
    crc: int
    is_deflated: bool

    @classmethod
    def of(cls, entry: Entry, offset: int) -> "Packed":
        """From a line of the directory; some writers call a file of no bytes deflated."""
        is_deflated = entry.method == DEFLATED and entry.packed > 0
        return cls(offset, entry.packed, entry.size, entry.crc, is_deflated)


def first_bytes(file: BinaryIO, content: Packed, most: int) -> bytes:
    """A few bytes from the beginning of the content.

    Raises:
        zlib.error: what is there is not deflated.
    """
    file.seek(content.offset)
    head = file.read(min(content.packed, 512))
    return zlib.decompressobj(_RAW).decompress(head, most) if content.is_deflated else head[:most]


class MemberStream(io.RawIOBase):
    """A member's content; its last bytes are given out only once length and CRC are known to be right.

    Args:
        file: the zip; others may seek in it between two reads.
        content: which bytes of it.
        broken: raised when the content is not what was declared.
    """

    def __init__(self, file: BinaryIO, content: Packed, *, broken: Exception) -> None:
        super().__init__()
        self._file = file
        self._broken = broken
        self._at = content.offset
        self._packed_left = content.packed
        self._unpacker = zlib.decompressobj(_RAW) if content.is_deflated else None
        self._waiting = b""
        self._left = content.size
        self._declared_crc = content.crc
        self._crc = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._unpacked(min(len(view), self._left)) if self._left else b""
        if self._left and not data:
            raise self._broken
        self._crc = zlib.crc32(data, self._crc)
        self._left -= len(data)
        if not self._left:
            self._check_end()
        view[: len(data)] = data
        return len(data)

    def _unpacked(self, most: int) -> bytes:
        """Between 1 and `most` bytes more; none only when the compressed stream is at its end."""
        if self._unpacker is None:
            return self._packed(most)
        while True:
            try:
                data = self._unpacker.decompress(self._waiting, most)
            except zlib.error as error:
                raise self._broken from error
            self._waiting = self._unpacker.unconsumed_tail
            if data or self._unpacker.eof:
                return data
            self._waiting = self._waiting or self._packed(_INPUT_BYTES)

    def _packed(self, most: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(min(most, self._packed_left))
        if not data:
            raise self._broken
        self._at += len(data)
        self._packed_left -= len(data)
        return data

    def _check_end(self) -> None:
        beyond = self._unpacker is not None and (self._unpacked(1) or self._unpacker.unused_data)
        if beyond or self._packed_left or self._crc != self._declared_crc:
            raise self._broken
