"""Zips that ordinary tools do not write: one small writer in which every field can lie, and what is built with it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

HISTORY = "Streaming_History_Audio_2021_0.json"
ROW = b'{"ts":"2021-01-01T10:00:00Z","ms_played":1000}'
CONTENT = b"[" + ROW + b"]"


@dataclass(frozen=True)
class Part:
    """A member as written. `local` and `central` replace fields of one header only; `data` are the packed bytes."""

    name: str | bytes = HISTORY
    content: bytes = CONTENT
    method: int = 8
    flags: int = 0
    mode: int = 0o100644
    extra: bytes = b""
    data: bytes | None = None
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)

    def packed(self) -> bytes:
        """The bytes between this member's header and the next."""
        if self.data is not None:
            return self.data
        return deflated(self.content) if self.method == 8 else self.content

    def fields(self, own: dict[str, Any]) -> dict[str, Any]:
        """Header fields, true ones first."""
        name = self.name.encode() if isinstance(self.name, str) else self.name
        true: dict[str, Any] = {
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.content),
            "packed": len(self.packed()),
            "size": len(self.content),
            "name": name,
            "extra": self.extra,
        }
        return true | own


def deflated(content: bytes, level: int = 6) -> bytes:
    """A raw deflate stream."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def zipped(parts: Iterable[Part], *, end: dict[str, int] | None = None, before_end: bytes = b"") -> bytes:
    """A zip of these parts. `end` replaces fields of the end record: disk, here, count, size, offset."""
    body, directory, count = b"", b"", 0
    for part in parts:
        directory += central_header(part, len(body))
        body += local_header(part) + part.packed()
        count += 1
    last = {"disk": 0, "here": count, "count": count, "size": len(directory), "offset": len(body)} | (end or {})
    record = struct.pack("<4s4H2LH", b"PK\5\6", last["disk"], 0, last["here"], last["count"], last["size"], last["offset"], 0)
    return body + directory + before_end + record


def local_header(part: Part) -> bytes:
    """The header before a member's bytes."""
    f = part.fields(part.local)
    sizes = (f["crc"], f["packed"], f["size"], len(f["name"]), len(f["extra"]))
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, f["flags"], f["method"], 0, 33, *sizes)
    return b"".join((header, f["name"], f["extra"]))


def central_header(part: Part, offset: int) -> bytes:
    """The member's line in the directory."""
    f = part.fields(part.central)
    sizes = (f["crc"], f["packed"], f["size"], len(f["name"]), len(f["extra"]))
    place = (0, 0, 0, part.mode << 16, f.get("offset", offset))
    header = struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x314, 20, f["flags"], f["method"], 0, 33, *sizes, *place)
    return b"".join((header, f["name"], f["extra"]))


def one(**changes: Any) -> bytes:
    """A zip with one history file in which something is otherwise."""
    return zipped([replace(Part(), **changes)])


def zip64_extra(*values: int) -> bytes:
    """The extra field that holds 64-bit sizes."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def overlapping() -> bytes:
    """Each member's deflate stream quotes the headers of those behind it (Fifield, A better zip bomb, 2019)."""
    kernel = deflated(bytes(20_000))
    part = Part(name="9.json", content=bytes(20_000), data=kernel)
    body, parts = local_header(part) + kernel, [part]
    for number in range(8, 0, -1):
        quoted = local_header(parts[0])
        content = quoted + parts[0].content
        # A stored, not final block of deflate is five bytes and then the quoted header as it stands.
        block = struct.pack("<B2H", 0, len(quoted), 0xFFFF ^ len(quoted)) + quoted
        part = Part(name=f"{number}.json", content=content, data=block + parts[0].packed())
        body = local_header(part) + block[:5] + body
        parts.insert(0, part)
    directory, offset = b"", 0
    for part in parts:
        directory += central_header(part, offset)
        offset += len(local_header(part)) + 5
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(directory), len(body), 0)


def shared_header() -> bytes:
    """Three lines of the directory for the same bytes."""
    whole = zipped([Part()])
    at = whole.index(b"PK\1\2")
    directory = whole[at:-22] * 3
    return whole[:at] + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3, 3, len(directory), at, 0)


def zeros(size: int) -> bytes:
    """Deflated zero bytes, made without holding them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    chunk = bytes(1 << 20)
    return b"".join(packer.compress(chunk) for _ in range(size >> 20)) + packer.flush()


def bomb() -> bytes:
    """300 MB in 1.3 MB."""
    size = 300 << 20
    return one(content=b"", data=zeros(size), local={"size": size}, central={"size": size})


def hidden_bomb() -> bytes:
    """50 MB in a member that says it has a thousand bytes."""
    return one(content=bytes(1000), data=zeros(50 << 20))


def wide_end(**lies: int) -> bytes:
    """A zip64 end record beside the ordinary one; `lies` replace its fields: length, count, offset, locator."""
    plain = zipped([Part()])
    at = plain.index(b"PK\1\2")
    size = len(plain) - 22 - at
    true = {"length": 44, "count": 1, "offset": at, "locator": at + size} | lies
    counts = (true["count"], true["count"])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", true["length"], 45, 45, 0, 0, *counts, size, true["offset"])
    return plain[:-22] + record + struct.pack("<4sLQL", b"PK\6\7", 0, true["locator"], 1) + plain[-22:]


def by_python(members: dict[str, bytes], *, streamed: bool = False) -> bytes:
    """A zip as Python's own library writes it; `streamed` puts the sizes behind the content."""
    file = _OneWay() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _OneWay(io.BytesIO):
    """A file that cannot go back."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("a pipe has no place")
