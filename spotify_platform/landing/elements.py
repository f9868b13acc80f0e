"""Records within a document that wraps them in a list, counted from its bytes, independently of the parser.

An API answer is one row of its document and holds its records under one key (`items`, `tracks` …). Brackets, commas and
that key are all that is looked at. Whether the row is good JSON is not decided here: the count of a broken one means nothing.
"""

import mmap
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from spotify_platform.landing.structure import COMMA, STEP, Bytes, Positions, Strings, running_depth

BLOCK_BYTES = 1 << 19
Text: TypeAlias = bytes | mmap.mmap

_GAP = re.compile(rb"[ \t\n\r\v\f]*")


def key_pattern(key: str) -> re.Pattern[bytes]:
    r"""Finds a key and the gap before its value, in any spelling JSON allows (`\u0069` is an `i`)."""
    letters = "".join(rf"(?:{re.escape(letter)}|\\u(?i:{ord(letter):04x}))" for letter in key)
    return re.compile(rf'(?<!\\)"{letters}"[ \t\n\r]*:[ \t\n\r]*'.encode())


def count_elements(text: Text, start: int, end: int, keys: Sequence[re.Pattern[bytes]], *, block_bytes: int = BLOCK_BYTES) -> int:
    """Records in the row at `start` to `end`: elements of the array under the first key that holds one; 1 where none does.

    Of equal keys the first counts, whatever it holds.

    Args:
        text: framed text.
        start: first byte of the row.
        end: byte after its last.
        keys: from `key_pattern`, in the order in which they are tried.
        block_bytes: work is done in blocks of this size.

    Example:
        >>> row = b'{"items": [{"a": [1, 2]}, {"items": []}], "limit": 50}'
        >>> count_elements(row, 0, len(row), [key_pattern("tracks"), key_pattern("items")])
        2
    """
    if text[start : start + 1] != b"{":
        return 1
    for key in keys:
        if key.search(text, start, end) is None:
            continue
        value = _own_value(text, start, end, key, block_bytes)
        if value is not None and text[value : value + 1] == b"[":
            return _elements(text, value, end, block_bytes)
    return 1


def _own_value(text: Text, start: int, end: int, key: re.Pattern[bytes], block_bytes: int) -> int | None:
    """Where the value of the row's own first such key begins; keys of objects within it are others' keys."""
    keys = np.array([match.span() for match in key.finditer(text, start, end)], np.int64)
    begin = start
    for at, _, depth in _structure(text, start, end, block_bytes):
        here = keys[(keys[:, 0] >= begin) & (keys[:, 0] < begin + block_bytes)]
        own = here[depth[np.searchsorted(at, here[:, 0])] == 1]
        if len(own):
            return int(own[0, 1])
        begin += block_bytes
    return None


def _elements(text: Text, array: int, end: int, block_bytes: int) -> int:
    """Elements of the array that begins at `array`; a comma after the last is none more. 1 when it is not closed."""
    commas, last = 0, array
    for at, kinds, depth in _structure(text, array, end, block_bytes):
        closes = np.flatnonzero(depth[1:] == 0)
        inner = int(closes[0]) if len(closes) else len(at)
        between = at[:inner][(kinds[:inner] == COMMA) & (depth[1 : inner + 1] == 1)]
        commas += len(between)
        last = int(between[-1]) if len(between) else last
        if len(closes):
            gap = _GAP.match(text, last + 1)
            return commas + (gap is not None and gap.end() < int(at[inner]))
    return 1


def _structure(text: Text, start: int, end: int, block_bytes: int) -> Iterator[tuple[Positions, Bytes, Positions]]:
    """Structural bytes outside strings, block by block: their places, their values, the depth before the first and after each."""
    strings, depth = Strings(), 0
    for begin in range(start, end, block_bytes):
        block = bytearray(text[begin : min(end, begin + block_bytes)])
        at, kinds = strings.outside(block, np.frombuffer(block, np.uint8))
        depths = np.concatenate((np.array([depth]), running_depth(STEP[kinds], depth)))
        depth = int(depths[-1])
        yield at + begin, kinds, depths
