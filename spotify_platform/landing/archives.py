"""Zips opened with suspicion: the whole zip is checked before a byte of a member is given out.

Nothing is ever extracted to a disk; names are checked all the same, because they become keys. What the directory says
of a member's size is enforced while it is read, so that limits on declared sizes are limits on real ones.
"""

import io
import re
import stat
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from spotify_platform.errors import DataFailedCheck
from spotify_platform.landing.zip_directory import (
    DEFLATED,
    STORED,
    DamagedZip,
    Entry,
    content_offset,
    entries,
    find_directory,
)
from spotify_platform.landing.zip_stream import MemberStream, Packed, first_bytes

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_BUFFER_BYTES = 1 << 18

_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$)")
_ARCHIVE_NAME = re.compile(r"\.(zip|zipx|7z|rar|gz|tgz|bz2|tbz2?|xz|txz|zst|lz4?|lzma|tar|cab|jar|iso)$", re.IGNORECASE)
_ARCHIVE_CONTENT = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
)
_LONGEST_SIGNATURE = max(map(len, _ARCHIVE_CONTENT))
_AGAIN = "download it again"
_REPACK = "unpack it and zip its JSON files anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What a zip may be. Exports compress ten- to sixty-fold, a zip bomb a thousandfold and more.

    Attributes:
        members: most members, folders included.
        total_bytes: most bytes of all members together, unpacked.
        member_bytes: most bytes of one member, unpacked.
        ratio: most unpacked bytes for one packed, of a member and of the whole.
        ratio_from_bytes: smaller members, and smaller zips, may have any ratio.
    """

    members: int = 5_000
    total_bytes: int = 16 << 30
    member_bytes: int = 4 << 30
    ratio: int = 200
    ratio_from_bytes: int = 1 << 20


class ArchiveRefused(DataFailedCheck):
    """The zip is not to be trusted, or broken; the message is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip: its name there, its size unpacked and its CRC-32."""

    name: str
    size: int
    crc: int


class Archive:
    """A zip that passed every check; made by `open_archive`. It reads from the file it was given.

    Attributes:
        members: files in the order of the directory, without folders and litter.
        left_out: names of the litter (`__MACOSX/`, `.DS_Store`).
    """

    def __init__(self, file: BinaryIO, contents: dict[Member, Packed]) -> None:
        self._file = file
        self._contents = contents
        self.members = tuple(member for member in contents if not _JUNK.search(member.name))
        self.left_out = tuple(member.name for member in contents if _JUNK.search(member.name))

    def open(self, member: Member) -> BinaryIO:
        """Stream of a member's content. Several may be open at once.

        Raises:
            ArchiveRefused: while reading, when the content is not as long as declared, its CRC is wrong or its
                compression is broken. A reader that got `member.size` bytes got the right ones.
        """
        stream = MemberStream(self._file, self._contents[member], broken=_broken(member))
        return cast("BinaryIO", io.BufferedReader(stream, _BUFFER_BYTES))


def open_archive(file: BinaryIO, *, limits: ArchiveLimits) -> Archive:
    """Check a zip: its form, its sizes, the names and kinds of its members, that none lies within another.

    Args:
        file: seekable; stays open for as long as members are read.
        limits: what the zip may be.

    Raises:
        ArchiveRefused: why the zip is not opened and what to do.
        OSError: the file could not be read.
    """
    try:
        directory = find_directory(file)
        if directory.count > limits.members:
            raise ArchiveRefused(f"the zip has {directory.count:,} members, more than {limits.members:,}: {_REPACK}")
        listed = list(entries(file, directory))
        for entry in listed:
            _check_kind(entry)
            _check_name(entry.name)
        _check_sizes(listed, limits)
        _check_names_differ(listed)
        contents = _contents(file, listed, directory.offset)
    except DamagedZip as damage:
        raise ArchiveRefused(f"the zip cannot be opened: {damage}; {_AGAIN}") from damage
    archive = Archive(file, contents)
    for member in contents:
        _check_not_nested(member, contents[member], file)
    return archive


def _check_kind(entry: Entry) -> None:
    if entry.flags & _ENCRYPTED or entry.method == 99:
        raise ArchiveRefused(f"{entry.name!r} is encrypted: zip the files without a password")
    if entry.method not in (STORED, DEFLATED):
        raise ArchiveRefused(f"{entry.name!r} is compressed by method {entry.method}: zip it with ordinary deflate")
    if stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveRefused(f"{entry.name!r} is a link or a device, not a file: {_REPACK}")
    if entry.size and (_is_folder(entry) or (entry.method == STORED and entry.size != entry.packed)):
        raise ArchiveRefused(f"{entry.name!r} has a size that cannot be: {_AGAIN}")


def _is_folder(entry: Entry) -> bool:
    return entry.name.endswith("/")


def _check_name(name: str) -> None:
    parts = name.removesuffix("/").split("/")
    wrong = (
        "" in parts
        or ".." in parts
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or any(unicodedata.category(character) == "Cc" for character in name)
    )
    if wrong:
        raise ArchiveRefused(f"the zip has a member of the unsafe name {name[:80]!r}: {_REPACK}")
    if _ARCHIVE_NAME.search(name):
        raise _nested(name)


def _check_sizes(listed: Sequence[Entry], limits: ArchiveLimits) -> None:
    for entry in listed:
        if entry.size > limits.member_bytes:
            raise ArchiveRefused(f"{entry.name!r} has {entry.size:,} bytes, more than {limits.member_bytes:,}: split it")
        _check_ratio(repr(entry.name), entry.size, entry.packed, limits)
    total = sum(entry.size for entry in listed)
    if total > limits.total_bytes:
        raise ArchiveRefused(f"the zip unpacks to {total:,} bytes, more than {limits.total_bytes:,}: split it")
    _check_ratio("the zip", total, sum(entry.packed for entry in listed), limits)


def _check_ratio(what: str, size: int, packed: int, limits: ArchiveLimits) -> None:
    if size >= limits.ratio_from_bytes and size > limits.ratio * packed:
        raise ArchiveRefused(f"{what} unpacks to more than {limits.ratio} times its size, as zip bombs do: {_REPACK}")


def _check_names_differ(listed: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for entry in listed:
        if _is_folder(entry):
            continue
        path = "/".join(part for part in entry.name.split("/") if part != ".")
        same = unicodedata.normalize("NFC", path).casefold()
        if same in seen:
            raise ArchiveRefused(f"the zip has {entry.name!r} more than once: {_REPACK}")
        seen.add(same)


def _contents(file: BinaryIO, listed: Sequence[Entry], end: int) -> dict[Member, Packed]:
    """Where the content of each file is, in the order of the directory; no byte may belong to two members."""
    begins = {entry.offset: content_offset(file, entry) for entry in listed}
    taken = 0
    for entry in sorted(listed, key=lambda entry: entry.offset):
        if entry.offset < taken:
            raise ArchiveRefused(f"{entry.name!r} overlaps another member, as in zip bombs: {_REPACK}")
        taken = begins[entry.offset] + entry.packed
    if taken > end:
        raise DamagedZip("a member reaches into the directory")
    return {
        Member(entry.name, entry.size, entry.crc): Packed.of(entry, begins[entry.offset])
        for entry in listed
        if not _is_folder(entry)
    }


def _check_not_nested(member: Member, content: Packed, file: BinaryIO) -> None:
    try:
        head = first_bytes(file, content, _LONGEST_SIGNATURE)
    except zlib.error as broken:
        raise _broken(member) from broken
    if head.startswith(_ARCHIVE_CONTENT):
        raise _nested(member.name)


def _nested(name: str) -> ArchiveRefused:
    return ArchiveRefused(f"{name!r} is an archive within the zip: unpack the zip and import what is in it")


def _broken(member: Member) -> ArchiveRefused:
    return ArchiveRefused(f"the content of {member.name!r} is broken: {_AGAIN}")
