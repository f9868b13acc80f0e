"""The begin of a JSON document, read as far as it goes: what its objects hold under keys of their own, and nothing deeper.

The head may be cut off or broken anywhere. A quote that is missing spoils its line, as in `framing`. Positions are in the
head's bytes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WORDS = re.compile(rb'("(?:[^"\\\r\n]++|\\.)*+")(\s*+:\s*+)?|"[^\r\n]*+|[{}\[\]]', re.DOTALL)
_TEXT = re.compile(rb'"(?:[^"\\\r\n]++|\\.)*+"', re.DOTALL)
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*+")
_NULLS = re.compile(rb"\[(?:[\s,]|null)*+")


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """An object's own keys, each with the place of its value; of equal keys the first. `is_whole`: its end was seen."""

    head: bytes
    values: Mapping[str, int]
    is_whole: bool

    def text(self, key: str) -> str | None:
        """A value that is text."""
        found = _TEXT.match(self.head, self.values.get(key, len(self.head)))
        value = _parsed(found.group()) if found else None
        return value if isinstance(value, str) else None

    def list_at(self, key: str) -> int | None:
        """Where a value begins that is a list."""
        return self._opened(key, b"[")

    def object_at(self, key: str) -> int | None:
        """Where a value begins that is an object."""
        return self._opened(key, b"{")

    def _opened(self, key: str, bracket: bytes) -> int | None:
        at = self.values.get(key)
        return at if at is not None and self.head.startswith(bracket, at) else None


def first_object(head: bytes) -> OwnKeys | None:
    """The document itself, or the first element of the list it is, nulls left out; None where that is no object.

    Example:
        >>> found = first_object(b'[null, {"id": "x", "album": {"type": "album"}, "ty')
        >>> list(found.values), found.is_whole
        (['id', 'album'], False)
    """
    begin = _BEGIN.match(head)
    at = begin.end() if begin else 0
    return first_element(head, at) if head.startswith(b"[", at) else _own_keys(head, at)


def first_element(head: bytes, array: int) -> OwnKeys | None:
    """The first element of a list, nulls left out; None where that is no object."""
    return _own_keys(head, _after_nulls(head, array))


def is_bare(head: bytes, array: int) -> bool:
    """Whether a list has no element but nulls, as far as it can be seen."""
    return head[_after_nulls(head, array) :][:1] in (b"]", b"")


def _after_nulls(head: bytes, array: int) -> int:
    """Where the first element of a list begins that is not null, or the list ends."""
    found = _NULLS.match(head, array)
    return found.end() if found else len(head)


def _own_keys(head: bytes, start: int) -> OwnKeys | None:
    if not head.startswith(b"{", start):
        return None
    values: dict[str, int] = {}
    depth = 0
    for word in _WORDS.finditer(head, start):
        found = word.group()
        if word[2] and depth == 1 and isinstance(key := _parsed(word[1]), str):
            values.setdefault(key, word.end())
        depth += (found in (b"{", b"[")) - (found in (b"}", b"]"))
        if not depth:
            return OwnKeys(head, values, is_whole=True)
    return OwnKeys(head, values, is_whole=False)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
