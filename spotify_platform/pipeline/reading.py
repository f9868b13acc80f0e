"""Objects of one batch, framed into one file: a record a line, with a note for each line of whose it is.

The reader counts records here, before any of them is parsed; later counts are held against this one.
"""

import hashlib
import mmap
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
from obstore.store import ObjectStore

from spotify_platform.contracts.model import CsvHeader, Source
from spotify_platform.errors import NotATable
from spotify_platform.lakehouse.engine import Embedded
from spotify_platform.landing.archives import ArchiveLimits, ArchiveRefused
from spotify_platform.landing.arrivals import look
from spotify_platform.landing.elements import count_elements, key_pattern
from spotify_platform.landing.framing import Frames, NotJson, frame
from spotify_platform.landing.inspection import hashed, opened
from spotify_platform.landing.keys import base_name, split
from spotify_platform.landing.tables import Form, count_rows, form_of, header_of

GONE = "gone before load"
CHANGED = "it changed while it was read"
REPEATED = "the same bytes are loaded from another object"
CUT_OFF = "cut off: the closing bracket is missing"
TOO_LONG = (
    "its list of records is too long to be read at once ({:,} bytes, at most {:,}): save the records as a list, or one a line"
)
# To parse a document takes a hundred times its size. Answers of the API hold half a megabyte, twenty albums whole.
LONGEST_ANSWER = 2_000_000
_DIGEST = 64  # hexadecimal digits of a SHA-256

Contents: TypeAlias = AbstractSet[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Planned:
    """An object as the ledger planned it."""

    key: str
    etag: str
    bytes: int
    sha256: str
    user_id: str


@dataclass(frozen=True, slots=True)
class ObjectRead:
    """What became of an object: loaded with `documents` lines, or repeat, or refused with its reason."""

    planned: Planned
    status: str
    reason: str | None = None
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Framed:
    """Lines of all loaded objects.

    `lines`: line, object (index into `objects`), document, offset and length in the object, position in the file; int64.
    A row of a table has no offset.
    """

    path: Path
    objects: tuple[ObjectRead, ...]
    lines: pa.Table
    longest: int


@dataclass(slots=True)
class _Lines:
    objects: list[np.ndarray] = field(default_factory=list)
    offsets: list[np.ndarray] = field(default_factory=list)
    positions: list[np.ndarray] = field(default_factory=list)
    lengths: list[np.ndarray] = field(default_factory=list)
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads objects: where they are, what kind of records they hold, and an engine for those that are tables."""

    store: ObjectStore
    source: Source
    engine: Embedded

    @property
    def longest(self) -> int | None:
        """Bytes that a document may have, where somebody may have put any number of records into one."""
        return LONGEST_ANSWER if self.source.record_type else None

    def framed(self, chunks: Iterator[bytes], name: str, sink: BinaryIO) -> tuple[Frames, Form]:
        """Records of a document of this name, framed into a file."""
        first = next(chunks, b"")
        form, whole = form_of(first, name), chain([first], chunks)
        if form is Form.JSON:
            return frame(whole, sink), form
        with NamedTemporaryFile(dir=Path(sink.name).parent) as copy:
            copy.writelines(whole)
            copy.flush()
            return frame(self._lines(Path(copy.name), header_of(first) if form is Form.CSV else None), sink), form

    def _lines(self, path: Path, header: CsvHeader | None) -> Iterator[bytes]:
        """Rows of a table as lines, as many as were counted without parsing them."""
        expected, given = count_rows(path, header), 0
        yield b"["  # the first line may be a text, for a row that does not fit
        for lines in self.engine.lines(path, header, self.source):
            given += lines.count(b"\n")
            yield lines
        if given != expected:
            raise NotATable(f"it has {expected:,} rows by one count and {given:,} by another: a quote may be missing")


def read_objects(reader: Reader, planned: Sequence[Planned], loaded: Contents, path: Path) -> Framed:
    """Frame every object that is still as it was planned.

    `loaded` are the contents (user, sha256) that earlier batches hold. Only what really loads makes a repeat of its copy:
    an object that was planned and is gone does not.
    """
    read: list[ObjectRead] = []
    held = set(loaded)
    lines = _Lines()
    with path.open("wb") as sink:
        for number, item in enumerate(planned):
            if (item.user_id, item.sha256) in held:
                read.append(ObjectRead(item, "repeat", REPEATED))
                continue
            read.append(_read_one(reader, item, number, sink, lines))
            if read[-1].status == "loaded":
                held.add((item.user_id, item.sha256))
    return Framed(path, tuple(read), _line_table(lines), lines.longest)


def _read_one(reader: Reader, item: Planned, number: int, sink: BinaryIO, lines: _Lines) -> ObjectRead:
    start = sink.tell()
    found = look(reader.store, split(item.key)[0])
    if found is None or found.etag != item.etag:
        return ObjectRead(item, "refused", GONE)
    digest = hashlib.sha256()
    try:
        with opened(reader.store, item.key, ArchiveLimits()) as file:
            frames, form = reader.framed(hashed(file, digest), base_name(item.key), sink)
    except FileNotFoundError:
        return _undone(sink, start, ObjectRead(item, "refused", GONE))
    except (NotJson, NotATable, ArchiveRefused) as error:
        return _undone(sink, start, ObjectRead(item, "refused", str(error)))
    if digest.hexdigest() != item.sha256:
        return _undone(sink, start, ObjectRead(item, "refused", CHANGED))
    if reader.longest and frames.count and (length := int(frames.lengths.max())) > reader.longest:
        return _undone(sink, start, ObjectRead(item, "refused", TOO_LONG.format(length, reader.longest)))
    sink.write(b"\n")
    lines.objects.append(np.full(frames.count, number, dtype=np.int64))
    # A row of a table has no place in the object that a byte could name.
    lines.offsets.append(frames.offsets if form is Form.JSON else np.full(frames.count, -1, dtype=np.int64))
    lines.positions.append(frames.offsets + start)
    lines.lengths.append(frames.lengths)
    lines.longest = max(lines.longest, frames.longest)
    reason = CUT_OFF if form is Form.JSON and not frames.closed else None
    return ObjectRead(item, "loaded", reason, frames.count)


def _undone(sink: BinaryIO, start: int, outcome: ObjectRead) -> ObjectRead:
    sink.seek(start)
    sink.truncate()
    return outcome


def _line_table(lines: _Lines) -> pa.Table:
    def joined(arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)

    objects = joined(lines.objects)
    offsets = joined(lines.offsets)
    documents = joined([np.arange(a.size, dtype=np.int64) for a in lines.objects])
    columns = {
        "line": np.arange(objects.size, dtype=np.int64),
        "object": objects,
        "document": documents,
        "offset": pa.array(offsets, mask=offsets < 0),
        "length": joined(lines.lengths),
        "position": joined(lines.positions),
    }
    return pa.table(columns)


def segments(framed: Framed, most_bytes: int | None) -> Iterator[tuple[Path, pa.Table]]:
    """The framed file in files of so many bytes at most (and one line at least), each gone when the next is made.

    Each comes with its lines, numbered from 0 in `at`. Without a limit it is the framed file itself.
    """
    ends = (framed.lines["position"].to_numpy() + framed.lines["length"].to_numpy()).tolist()
    if most_bytes is None or not ends or ends[-1] <= most_bytes:
        yield framed.path, _numbered(framed.lines)
        return
    path, first = framed.path.with_suffix(".segment"), 0
    starts = framed.lines["position"].to_numpy()
    with framed.path.open("rb") as file:
        while first < len(ends):
            after = max(first + 1, bisect_right(ends, int(starts[first]) + most_bytes))
            file.seek(starts[first])
            path.write_bytes(file.read(ends[after - 1] - int(starts[first])) + b"\n")
            yield path, _numbered(framed.lines.slice(first, after - first))
            first = after
    path.unlink()


def _numbered(lines: pa.Table) -> pa.Table:
    return lines.append_column("at", pa.array(np.arange(lines.num_rows, dtype=np.int64)))


def text_digests(framed: Framed, lines: np.ndarray) -> pa.Table:
    """SHA-256 of the text of some lines, line breaks inside a record written as spaces. For quarantined rows only.

    Built in one buffer: a million bad rows are no million Python objects.
    """
    positions, lengths = framed.lines["position"].to_numpy(), framed.lines["length"].to_numpy()
    text = bytearray()
    with framed.path.open("rb") as file:
        for line in lines:
            file.seek(positions[line])
            text += hashlib.sha256(file.read(lengths[line])).hexdigest().encode()
    ends = np.arange(lines.size + 1, dtype=np.int64) * _DIGEST
    digests = pa.Array.from_buffers(pa.large_string(), lines.size, [None, pa.py_buffer(ends), pa.py_buffer(text)])
    return pa.table({"line": lines, "_text_sha256": digests})


def rows_within(framed: Framed, rows_at: Sequence[str], unreadable: AbstractSet[int]) -> dict[int, int]:
    """Records in each object that has lines, by its number, counted from the framed bytes and not by the parser.

    Args:
        framed: the lines.
        rows_at: keys of lists of records inside a line, where there may be one; without them a line is a record.
        unreadable: lines that are no JSON object: each is one record, and quarantined as such.
    """
    of_line = np.ones(framed.lines.num_rows, dtype=np.int64)
    if rows_at and len(of_line):
        keys = [key_pattern(key) for key in rows_at]
        starts, lengths = framed.lines["position"].to_numpy(), framed.lines["length"].to_numpy()
        with framed.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            for line, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
                if line not in unreadable:
                    of_line[line] = count_elements(text, start, start + length, keys)
    sums = np.bincount(framed.lines["object"].to_numpy(), weights=of_line, minlength=len(framed.objects))
    return {number: int(sums[number]) for number in np.unique(framed.lines["object"].to_numpy()).tolist()}


def refuse(outcome: ObjectRead, reason: str) -> ObjectRead:
    """The same object, refused."""
    return replace(outcome, status="refused", reason=reason, documents=0)
