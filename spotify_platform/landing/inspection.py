"""What an object is, found out before it is loaded: its bytes are hashed, a zip's members listed, the rows' keys read."""

import hashlib
import io
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO, Literal, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from spotify_platform.errors import NotATable
from spotify_platform.landing.archives import ArchiveLimits, ArchiveRefused, open_archive
from spotify_platform.landing.arrivals import Arrival
from spotify_platform.landing.keys import base_name, is_zip_name, member_key, split
from spotify_platform.landing.recognition import Recognisable, recognise, why_not
from spotify_platform.landing.tables import Form, form_of, head_of_csv, head_of_parquet

CHUNK = 1 << 20
LOOK_AT = 1 << 18


@dataclass(frozen=True, slots=True)
class Inspected:
    """One object, or one member of a zip. `kind` names the `Recognisable` when `verdict` is load."""

    key: str
    etag: str
    size: int
    sha256: str | None
    verdict: Literal["load", "refuse", "not_recognised", "unpack"]
    kind: str | None = None
    reason: str | None = None


@contextmanager
def opened(store: ObjectStore, key: str, limits: ArchiveLimits) -> Iterator[BinaryIO]:
    """Stream of an object's bytes, or of a zip member's.

    Raises:
        FileNotFoundError: the object is gone.
        ArchiveRefused: the zip is not to be trusted, or does not hold the member.
    """
    container, name = split(key)
    with ExitStack() as stack:
        file = stack.enter_context(io.BufferedReader(cast("io.RawIOBase", _Seekable(store, container)), CHUNK))
        if name is None:
            yield cast("BinaryIO", file)
            return
        archive = open_archive(cast("BinaryIO", file), limits=limits)
        member = next((m for m in archive.members if m.name == name), None)
        if member is None:
            raise ArchiveRefused(f"the zip no longer holds {name}")
        yield stack.enter_context(archive.open(member))


class _Seekable(io.RawIOBase):
    """obstore's reader as Python's raw file; zip reading needs to seek."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        super().__init__()
        self._file = obstore.open_reader(store, key, buffer_size=CHUNK)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)


def inspect(store: ObjectStore, arrival: Arrival, kinds: Sequence[Recognisable], limits: ArchiveLimits) -> list[Inspected]:
    """What an arrival is; for a zip, its members and then the zip itself. Empty when it vanished meanwhile."""
    whole = Inspected(arrival.key, arrival.etag, arrival.size, None, "refuse")
    if split(arrival.key)[1] is not None:
        return [replace(whole, reason="its name holds .zip!, which is how members of zips are named: rename it")]
    try:
        if is_zip_name(arrival.key):
            return _inspect_zip(store, arrival, kinds, limits)
        with opened(store, arrival.key, limits) as file:
            return [_inspect_stream(file, arrival.key, arrival.etag, arrival.size, kinds)]
    except FileNotFoundError:
        return []
    except (OSError, MemoryError, BaseError):
        raise  # of this machine, or of what it reaches: the object is none the worse for it
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not block what landed beside it, and it is written down
        # The type alone: a message may quote the text it came from.
        return [replace(whole, verdict="refuse", reason=f"it could not be looked through ({type(error).__name__})")]


def _inspect_zip(store: ObjectStore, arrival: Arrival, kinds: Sequence[Recognisable], limits: ArchiveLimits) -> list[Inspected]:
    whole = Inspected(arrival.key, arrival.etag, arrival.size, None, "unpack")
    found = []
    try:
        with opened(store, arrival.key, limits) as file:
            archive = open_archive(file, limits=limits)
            for member in archive.members:
                with archive.open(member) as stream:
                    key = member_key(arrival.key, member.name)
                    found.append(_inspect_stream(stream, key, arrival.etag, member.size, kinds))
    except ArchiveRefused as refused:
        return [replace(whole, verdict="refuse", reason=str(refused))]
    return [*found, whole] if found else [replace(whole, verdict="not_recognised", reason="the zip holds no file")]


def _inspect_stream(file: BinaryIO, key: str, etag: str, size: int, kinds: Sequence[Recognisable]) -> Inspected:
    digest = hashlib.sha256()
    head = file.read(LOOK_AT)
    digest.update(head)
    rest = hashed(file, digest)
    kind, reason = None, None
    try:
        document = _as_json(head, rest, form_of(head, base_name(key)))
        kind = recognise(document, base_name(key), kinds)
        reason = None if kind else why_not(document, kinds)
    except NotATable as not_one:
        reason = str(not_one)
    deque(rest, maxlen=0)  # the digest is of all of it
    return Inspected(key, etag, size, digest.hexdigest(), "load" if kind else "not_recognised", kind, reason)


def hashed(file: BinaryIO, digest: "hashlib._Hash") -> Iterator[bytes]:
    """The rest of a file, and its digest on the way."""
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        yield chunk


def _as_json(head: bytes, rest: Iterator[bytes], form: Form) -> bytes:
    """The begin of a document as JSON; of a table the first row."""
    if form is Form.PARQUET:
        with TemporaryFile() as copy:  # its columns are told at its end
            copy.writelines(chain([head], rest))
            return head_of_parquet(copy)
    return head_of_csv(head) if form is Form.CSV else head
