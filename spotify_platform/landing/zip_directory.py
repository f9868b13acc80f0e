"""The directory of a zip as its bytes say it: where each member lies, how large it is. No member is unpacked here.

Written out because Python's zipfile believes too much: it reads a directory of any length before the members can be
counted, takes bytes before or after the zip as part of it, and does not compare the directory with the members' own
headers. Format: PKWARE APPNOTE 6.3.10, sections 4.3 (records), 4.4 (fields) and 4.5.3 (zip64).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

STORED, DEFLATED = 0, 8

_LOCAL_SIGNATURE = b"PK\x03\x04"
_ENTRY_SIGNATURE = b"PK\x01\x02"
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END64_SIGNATURE = b"PK\x06\x06"

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_LONGEST_COMMENT = 0xFFFF
_LONGEST_NAME = 1024
_IN_ZIP64 = 0xFFFFFFFF
_ANY_DISK = 0xFFFF  # what zip64 writers may put for a disk's number
_ZIP64_FIELD = 1
_SIZES_FOLLOW = 0x8
_UTF8 = 0x800


class DamagedZip(Exception):
    """The bytes are no zip, or not a whole one; the message is half a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory.

    Attributes:
        name: as text; `raw_name` as stored.
        flags: general purpose bits.
        method: how it is compressed; 0 stored, 8 deflated.
        crc: CRC-32 of the content.
        packed: bytes in the zip.
        size: bytes of the content.
        offset: of the member's own header.
        mode: Unix file mode, 0 where the zip has none.
    """

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory lies and how many entries it claims to have."""

    offset: int
    size: int
    count: int


def find_directory(file: BinaryIO) -> Directory:
    """Find the directory from the end of the file.

    Raises:
        DamagedZip: there is none, or it is not where it says, or the zip is one of several parts.
    """
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = _read(file, start, size - start)
    at = _end_record(tail)
    _, disk, first_disk, here, count, length, offset, _ = _END.unpack_from(tail, at)
    end = start + at
    if end >= _LOCATOR.size and _read(file, end - _LOCATOR.size, 4) == _LOCATOR_SIGNATURE:
        end, wide = _end64_record(file, end - _LOCATOR.size)
        if any(
            narrow not in {0xFFFF, _IN_ZIP64, value} for narrow, value in zip((here, count, length, offset), wide, strict=True)
        ):
            raise DamagedZip("its two end records contradict each other")
        here, count, length, offset = wide
    if not {disk, first_disk} <= {0, _ANY_DISK} or here != count:
        raise DamagedZip("it is one part of several")
    if offset + length != end:
        raise DamagedZip("its directory is not where it says; bytes are missing, or something else was put before it")
    return Directory(offset, length, count)


def _end_record(tail: bytes) -> int:
    at = tail.rfind(_END_SIGNATURE)
    while at >= 0:
        if at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail):
            return at
        at = tail.rfind(_END_SIGNATURE, 0, at)
    raise DamagedZip("it is no zip, or it is cut off, or something was added at its end")


def _end64_record(file: BinaryIO, locator: int) -> tuple[int, tuple[int, int, int, int]]:
    _, disk, at, disks = _LOCATOR.unpack(_read(file, locator, _LOCATOR.size))
    if disk or disks > 1:
        raise DamagedZip("it is one part of several")
    if at + _END64.size > locator:
        raise DamagedZip("its zip64 record is not where it says")
    signature, length, _, _, disk, first_disk, here, count, size, offset = _END64.unpack(_read(file, at, _END64.size))
    if signature != _END64_SIGNATURE or at + 12 + length != locator or disk or first_disk:
        raise DamagedZip("its zip64 record is not where it says")
    return at, (here, count, size, offset)


def entries(file: BinaryIO, directory: Directory) -> Iterator[Entry]:
    """The directory's entries in its order, read one by one.

    Raises:
        DamagedZip: the directory does not hold as many entries as it claims, or one of them is malformed.
    """
    at, end = directory.offset, directory.offset + directory.size
    for _ in range(directory.count):
        if at + _ENTRY.size > end:
            raise DamagedZip("its directory lists fewer members than it claims")
        head = _ENTRY.unpack(_read(file, at, _ENTRY.size))
        rest = sum(head[10:13])
        if head[0] != _ENTRY_SIGNATURE or at + _ENTRY.size + rest > end:
            raise DamagedZip("its directory is broken")
        yield _entry(head, _read(file, at + _ENTRY.size, rest), directory.offset)
        at += _ENTRY.size + rest
    if at != end:
        raise DamagedZip("its directory lists more members than it claims")


def _entry(head: tuple[int, ...], rest: bytes, before: int) -> Entry:
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, _, disk, _, attributes, offset = head
    if name_length > _LONGEST_NAME:
        raise DamagedZip(f"a member's name is longer than {_LONGEST_NAME:,} bytes")
    if disk not in {0, _ANY_DISK}:
        raise DamagedZip("it is one part of several")
    raw_name = rest[:name_length]
    wide = _zip64_values(rest[name_length : name_length + extra_length])
    size, packed, offset = (_widened(value, wide) for value in (size, packed, offset))
    if offset + _LOCAL.size > before:
        raise DamagedZip("a member is not before the directory")
    return Entry(_text(raw_name, flags), raw_name, flags, method, crc, packed, size, offset, attributes >> 16)


def _text(raw_name: bytes, flags: int) -> str:
    """UTF-8 also where the flag is missing, as macOS leaves it; else the format's old code page."""
    try:
        return raw_name.decode()
    except UnicodeDecodeError:
        if flags & _UTF8:
            raise DamagedZip("a member's name is not UTF-8 although it says so") from None
        return raw_name.decode("cp437")


def _zip64_values(extra: bytes) -> Iterator[int]:
    """The 64-bit values of the extra field, in the order in which the fields that need them take them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_FIELD:
            values = extra[at + 4 : at + 4 + length]
            yield from (value for (value,) in struct.iter_unpack("<Q", values[: len(values) // 8 * 8]))
            return
        at += 4 + length


def _widened(value: int, wide: Iterator[int]) -> int:
    if value != _IN_ZIP64:
        return value
    actual = next(wide, None)
    if actual is None:
        raise DamagedZip("a member's zip64 sizes are missing")
    return actual


def content_offset(file: BinaryIO, entry: Entry) -> int:
    """Where the member's packed bytes begin, after its own header was compared with the directory.

    Raises:
        DamagedZip: the member's header is not there, or says something else than the directory.
    """
    head = _read(file, entry.offset, _LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(_LOCAL_SIGNATURE):
        raise DamagedZip(f"the directory points to nothing for {entry.name!r}")
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(head)
    rest = _read(file, entry.offset + _LOCAL.size, name_length + extra_length)
    wide = _zip64_values(rest[name_length:])
    size, packed = (_widened(value, wide) for value in (size, packed))
    found = (rest[:name_length], method, flags & 1)
    same = found == (entry.raw_name, entry.method, entry.flags & 1)
    for here, there in ((crc, entry.crc), (packed, entry.packed), (size, entry.size)):
        # A writer that could not go back leaves zeros here and puts the sizes behind the content.
        same = same and (here == there or (here == 0 and bool(flags & _SIZES_FOLLOW)))
    if not same:
        raise DamagedZip(f"the directory and the member's own header differ for {entry.name!r}")
    return entry.offset + _LOCAL.size + len(rest)


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
