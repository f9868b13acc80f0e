"""JSON text split into its rows without parsing it: one row a line, byte for byte where it stood.

Only structural bytes are looked at, with numpy over blocks, so that rows are counted independently of the parser that
reads them later. Whether a row is good JSON is not decided here.

What ends a row, outside strings and brackets: a comma, a line's end, or the `]` of the document's array. A JSON string
holds no raw line break, so the state of strings begins anew on every line: a missing quote spoils one line. Brackets
that close too much are ignored. Where brackets are missing, a `{` that begins a line in the column in which rows
begin, at a place where JSON allows no object, begins a row (`structure.Nesting`). Valid JSON is never healed, because
it has no such place. Damage takes the rest with it in a document without line breaks, or when an array is left open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from spotify_platform.errors import DataFailedCheck
from spotify_platform.landing.structure import (
    COMMA,
    INK,
    NEWLINE,
    OPEN_ARRAY,
    OPEN_OBJECT,
    RETURN,
    SPACE,
    WHITE,
    WIDEST_INDENT,
    Nesting,
    Positions,
    Strings,
)

BLOCK_BYTES = 1 << 19  # the arrays of one block still fit the cache: twice as much was no faster
MOST_ROWS = 50_000_000  # 0.8 GB of offsets and lengths; real files hold 16,000

_TEAR = 1  # a control character, which no JSON parser takes in a string: a space would mend what is broken
_BOM = b"\xef\xbb\xbf"
_OTHER_FORMATS = (
    (b"\x1f\x8b", "it is gzip: unpack it first"),
    (b"PK", "it is a zip: name it .zip"),
    (b"<", "it is a web page or XML, not JSON: download the file again"),
)


class NotJson(DataFailedCheck):
    """The document is not JSON text at all, or too large to be framed; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Frames:
    """Where the rows of a document are, in its own bytes and in the framed text alike.

    Attributes:
        offsets: first byte of each row's text, without white space, ascending.
        lengths: bytes of each row's text, without white space at its ends.
        closed: False when the document is cut off (a bracket or quote is missing at its end), or empty.
        longest: bytes of the longest line of the framed text, white space included.
    """

    offsets: Positions
    lengths: Positions
    closed: bool
    longest: int

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.offsets)


def frame(chunks: Iterable[bytes], sink: BinaryIO, *, most_rows: int = MOST_ROWS, block_bytes: int = BLOCK_BYTES) -> Frames:
    r"""Write each row of a JSON document on a line of its own; every byte keeps its offset.

    The document is an array of rows, one object, or objects on lines of their own; UTF-8, with or without BOM.
    Brackets and commas between rows become line ends, line breaks within rows become spaces (within a string, where
    JSON allows none, a control character), nothing else changes. A
    line that is not blank is a row. The last line is ended where the document does not do so.

    Args:
        chunks: the document's bytes, in pieces of any size.
        sink: takes the framed text.
        most_rows: a document of more rows is refused, because memory grows with their number.
        block_bytes: work is done in blocks of this size; at least 128.

    Raises:
        NotJson: what the bytes are instead, and what to do. Part of the text may have been written by then.

    Example:
        >>> import io
        >>> text = io.BytesIO()
        >>> frames = frame([b'[{"a":', b'1},\n {"a":\n2}]'], text)
        >>> text.getvalue()
        b'\n{"a":1}\n\n {"a": 2}\n'
        >>> frames.offsets.tolist(), frames.lengths.tolist(), frames.closed
        ([1, 11], [7, 8], True)
    """
    framing = _Framing(most_rows)
    for block in _blocks(chunks, block_bytes):
        framing.work(block)
        sink.write(block)
    frames = framing.frames()
    if framing.rows.is_open:
        sink.write(b"\n")
    return frames


def _blocks(chunks: Iterable[bytes], size: int) -> Iterator[bytearray]:
    """The same bytes in blocks of one size. A block does not end between a line break and the text it indents."""
    block = bytearray()
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            taken = rest[: size - len(block)]
            block += taken
            rest = rest[len(taken) :]
            if len(block) == size:
                cut = _last_break(block)
                held = block[cut:]
                del block[cut:]
                yield block
                block = held
    if block:
        yield block


def _last_break(block: bytearray) -> int:
    """Where to cut a block: before its last line break when only an indent follows, else at its end."""
    near = max(0, len(block) - WIDEST_INDENT)
    cut = max(block.rfind(b"\n", near), block.rfind(b"\r", near))
    return cut if cut > 0 and block[cut:].isspace() else len(block)


class _Framing:
    """One document under way; the parts below each carry their own state from block to block."""

    def __init__(self, most_rows: int) -> None:
        self.rows = _Rows(most_rows)
        self._strings = Strings()
        self._nesting = Nesting()
        self._first = 0
        self._at = 0

    def work(self, block: bytearray) -> None:
        """Turn a block into framed text, in place."""
        if not self._first:
            self._begin(block)
        data = np.frombuffer(block, np.uint8)
        at, kinds = self._strings.outside(block, data)
        depth, ends = self._nesting.depths(block, data, at, kinds)
        boundaries = at[ends]
        self.rows.add(block, boundaries, self._at)
        data[at[((kinds == NEWLINE) | (kinds == RETURN)) & (depth > 0)]] = SPACE
        data[self._strings.torn] = _TEAR
        data[boundaries] = NEWLINE
        self._at += len(block)

    def _begin(self, block: bytearray) -> None:
        """Look for the document's first byte; an opening bracket becomes a comma, since it ends a row like one."""
        if not self._at:
            _refuse_other_encodings(block[:4])
            if block.startswith(_BOM):
                block[: len(_BOM)] = b"\n" * len(_BOM)
        first = len(block) - len(block.lstrip(WHITE))
        if first == len(block):
            return
        self._first = block[first]
        if self._first == OPEN_ARRAY:
            block[first] = COMMA
        elif self._first != OPEN_OBJECT:
            raise NotJson(_other_format(bytes(block[first : first + 4])))

    def frames(self) -> Frames:
        """The result, once all blocks have been worked."""
        closed = bool(self._first) and self._nesting.depth == 0 and not self._strings.is_open
        if self._first == OPEN_ARRAY:
            closed = closed and self._nesting.is_closed
        return self.rows.frames(self._at, closed=closed)


def _refuse_other_encodings(head: bytearray) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        raise NotJson("it is UTF-16, UTF-32 or binary, not UTF-8 text: save it as UTF-8")


def _other_format(head: bytes) -> str:
    reasons = (reason for magic, reason in _OTHER_FORMATS if head.startswith(magic))
    return next(reasons, "it is not a JSON document of records: it begins neither with [ nor with {")


class _Rows:
    """The rows found so far: text between two boundaries that is not all white."""

    def __init__(self, most_rows: int) -> None:
        self._most = most_rows
        self._offsets: list[Positions] = []
        self._lengths: list[Positions] = []
        self._count = 0
        self._line = 0
        self._longest = 0
        self._open: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a row has begun that no boundary has ended yet."""
        return self._open is not None

    def add(self, block: bytearray, boundaries: Positions, at: int) -> None:
        """Take the rows that end in a block that lies `at` bytes into the document."""
        words, word_ends = self._words(block, boundaries, at)
        # Words between two boundaries are one row's. After the last boundary a row is open.
        cuts = np.searchsorted(words, boundaries)
        first = np.concatenate(([0], cuts))
        beyond = np.concatenate((cuts, [len(words)]))
        self._open = (int(words[first[-1]]) + at, int(word_ends[-1]) + at) if beyond[-1] > first[-1] else None
        rows = np.flatnonzero(beyond[:-1] > first[:-1])
        self._take(words[first[rows]] + at, word_ends[beyond[rows] - 1] + at)
        if len(boundaries):
            lines = np.diff(boundaries, prepend=self._line - at - 1) - 1
            self._longest = max(self._longest, int(lines.max()))
            self._line = int(boundaries[-1]) + at + 1

    def _words(self, block: bytearray, boundaries: Positions, at: int) -> tuple[Positions, Positions]:
        """Starts and ends of runs without white space or boundaries; the row still open counts as one of them."""
        ink = np.frombuffer(block.translate(INK), np.bool_)
        ink[boundaries] = False
        edges = np.flatnonzero(np.diff(ink, prepend=False, append=False))
        if self._open:
            edges = np.concatenate((np.array(self._open) - at, edges))
        return edges[0::2], edges[1::2]

    def _take(self, offsets: Positions, ends: Positions) -> None:
        self._offsets.append(offsets)
        self._lengths.append(ends - offsets)
        self._count += len(offsets)
        if self._count > self._most:
            raise NotJson(f"it holds more than {self._most:,} records: split it into smaller files")

    def frames(self, size: int, *, closed: bool) -> Frames:
        """The result for a document of `size` bytes; text after the last boundary is a row too."""
        if self._open:
            start, end = self._open
            self._take(np.array([start]), np.array([end]))
        nothing = np.zeros(0, np.int64)
        return Frames(
            np.concatenate((nothing, *self._offsets)),
            np.concatenate((nothing, *self._lengths)),
            closed,
            max(self._longest, size - self._line),
        )
