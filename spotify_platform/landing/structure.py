"""Structure of JSON text, block by block: which bytes stand outside strings, how deep they are, where rows begin anew.

The inner half of `framing`, which explains the rules. Each class carries its state from one block to the next, so the
result does not depend on how the text is cut into blocks. numpy over structural bytes only, no loop over rows.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Positions: TypeAlias = NDArray[np.int64]
Bytes: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]

# JSON knows four of them; readers of lines take vertical tab and form feed as white too and skip such lines.
WHITE = b" \t\n\r\v\f"
INK = bytes(byte not in WHITE for byte in range(256))
WIDEST_INDENT = 64

QUOTE, BACKSLASH, COMMA, COLON, SPACE = b'"\\,: '
OPEN_OBJECT, OPEN_ARRAY, CLOSE_ARRAY = b"{[]"
NEWLINE, RETURN = b"\n\r"
_STRUCTURAL = bytes(byte in b'"{}[],\n\r' for byte in range(256))
STEP = np.array([(byte in b"{[") - (byte in b"}]") for byte in range(256)], np.int64)
_DEEPEST = 64  # brackets remembered from block to block; below them nothing is healed


class Strings:
    """Which structural bytes stand outside strings.

    Attributes:
        is_open: whether a string is open after the last byte seen.
        torn: positions of the line breaks of the last block that stood inside a string, where JSON allows none.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.torn: Positions = np.empty(0, np.int64)
        self._escapes = False

    def outside(self, block: bytearray, data: Bytes) -> tuple[Positions, Bytes]:
        """Positions and values of brackets, commas and line breaks that belong to no string."""
        marks = np.frombuffer(block.translate(_STRUCTURAL), np.bool_)
        escaped = self._escaped(data)
        marks[escaped[data[escaped] == QUOTE]] = False
        at = np.flatnonzero(marks)
        kinds = data[at]
        quotes = kinds == QUOTE
        breaks = np.flatnonzero((kinds == NEWLINE) | (kinds == RETURN))
        # Only parity counts, so sums may overflow. A line break within a string acts as the quote that is missing.
        toggles = quotes.view(np.uint8).copy()
        toggles[breaks] = np.diff(np.cumsum(toggles, dtype=np.uint8)[breaks], prepend=np.uint8(self.is_open)) & 1
        self.torn = at[breaks[toggles[breaks] == 1]]
        inside = (np.cumsum(toggles, dtype=np.uint8) + np.uint8(self.is_open)) & 1
        if len(inside):
            self.is_open = bool(inside[-1])
        outside = (inside == 0) & ~quotes
        return at[outside], kinds[outside]

    def _escaped(self, data: Bytes) -> Positions:
        """Positions that follow an odd run of backslashes; a run at the block's end is carried over."""
        at = np.flatnonzero(data == BACKSLASH)
        if self._escapes:
            at = np.insert(at, 0, -1)
        if not len(at):
            return at
        last_of_run = np.flatnonzero(np.diff(at, append=len(data) + 1) != 1)
        runs = np.diff(last_of_run, prepend=-1)
        escaped: Positions = at[last_of_run[runs % 2 == 1]] + 1
        self._escapes = bool(len(escaped)) and bool(escaped[-1] == len(data))
        return escaped[: len(escaped) - self._escapes]


class Nesting:
    """How deep each structural byte is, the document's own array not counted, and which of them end a row.

    Attributes:
        depth: after the last byte seen.
        is_closed: whether the document's own array has ended.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.is_closed = False
        self._column: int | None = None
        self._stack = np.full(_DEEPEST + 1, OPEN_ARRAY, np.uint8)
        self._last_ink = 0

    def depths(self, block: bytearray, data: Bytes, at: Positions, kinds: Bytes) -> tuple[Positions, Mask]:
        """Depth after each structural byte, and whether it ends a row."""
        steps = STEP[kinds]
        depth = running_depth(steps, self.depth)
        starts = self._misplaced(data, at, kinds, depth)
        if len(starts):
            depth = _restarted(steps, self.depth, starts - 1)
        ends = (depth == 0) & (steps == 0)
        closes = np.flatnonzero((kinds == CLOSE_ARRAY) & (depth == 0))
        closes = closes[self._before(depth, closes) == 0]
        ends[closes] = True
        self._carry(block, kinds, depth, steps)
        self.is_closed = self.is_closed or bool(len(closes))
        return depth, ends

    def _before(self, depth: Positions, which: Positions) -> Positions:
        before: Positions = np.where(which > 0, depth[which - 1], self.depth)
        return before

    def _carry(self, block: bytearray, kinds: Bytes, depth: Positions, steps: Positions) -> None:
        opened = np.flatnonzero((steps > 0) & (depth < _DEEPEST))
        self._stack[depth[opened]] = kinds[opened]  # where an index repeats, the last one stays
        if len(depth):
            self.depth = int(depth[-1])
        if text := block.rstrip(WHITE):
            self._last_ink = text[-1]

    def _misplaced(self, data: Bytes, at: Positions, kinds: Bytes, depth: Positions) -> Positions:
        """Braces that begin a row although brackets are still open: in the rows' column, where no object may begin.

        JSON allows one after `[` and `:`, and after a comma within an array. What is found here does not depend on
        the rows healed before it, so one look at a block finds them all.
        """
        suspects = self._suspects(at, kinds, depth)
        if not len(suspects):
            return suspects
        ink = np.flatnonzero(np.frombuffer(data.tobytes().translate(INK), np.bool_))
        inked = np.append(np.uint8(self._last_ink), data[ink])
        previous = inked[np.searchsorted(ink, at[suspects])]
        in_array = self._containers(kinds, depth, suspects) == OPEN_ARRAY
        allowed: Mask = (previous == OPEN_ARRAY) | (previous == COLON) | ((previous == COMMA) & in_array)
        return suspects[~allowed]

    def _containers(self, kinds: Bytes, depth: Positions, which: Positions) -> Bytes:
        """The bracket that each brace stands in: the last one before it that opened to the depth before the brace."""
        openers = np.flatnonzero(STEP[kinds] > 0)
        before = self._before(depth, which)
        # One number for (depth, place), so that a single sorted search finds the last opener of the same depth.
        width = len(kinds) + 1
        keys = np.sort(depth[openers] * width + openers)
        found = keys[np.searchsorted(keys, before * width + which) - 1]
        carried = self._stack[np.minimum(before, _DEEPEST)]
        return np.where(found // width == before, kinds[found % width], carried)

    def _suspects(self, at: Positions, kinds: Bytes, depth: Positions) -> Positions:
        """Braces that begin a line in the first row's column, or at its begin where that row begins none, too deep."""
        braces = np.flatnonzero(kinds == OPEN_OBJECT)
        lines = kinds[braces - 1]
        begins_line = (braces > 0) & ((lines == NEWLINE) | (lines == RETURN))
        columns = np.where(begins_line, at[braces] - at[braces - 1] - 1, -1)
        outer = self._before(depth, braces) == 0
        if self._column is None:
            rows = np.flatnonzero(outer)
            if not len(rows):
                return rows
            braces, columns, outer = braces[rows[0] :], columns[rows[0] :], outer[rows[0] :]
            self._column = int(columns[0]) if 0 <= columns[0] < WIDEST_INDENT else 0
        inner: Positions = braces[~outer & (columns == self._column)]
        return inner


def running_depth(steps: Positions, depth: int) -> Positions:
    """Running sum of the steps that never falls below 0."""
    total = np.cumsum(steps) + depth
    if len(total) and total.min() < 0:
        total -= np.minimum(np.minimum.accumulate(total), 0)
    return total


def _restarted(steps: Positions, depth: int, starts: Positions) -> Positions:
    """The running depth when it falls to 0 before each of the given steps."""
    falls = np.insert(steps, starts, -(depth + len(steps)))
    depths: Positions = np.delete(running_depth(falls, depth), starts + np.arange(len(starts)))
    return depths
