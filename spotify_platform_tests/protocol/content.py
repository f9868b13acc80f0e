"""What lies in the model's landing zone, and the pure functions that derive one table from another.

The functions are as thin as they can be and still have what the protocol must respect: they merge, they depend on all
records of a slice, and a name occurs in several slices.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

SOURCES = ("api", "extended")
POISON = "poison"


class Heard(NamedTuple):
    """What a good row tells: a play in a slice, and how well this copy tells it."""

    slice: int
    play: str
    value: int


class Content(NamedTuple):
    """Bytes of an object: its kind and its rows; None is a row that goes to quarantine."""

    source: str
    rows: tuple[Heard | None, ...]


BAD = None
CONTENTS = {
    "a0": Content("api", (Heard(2, "t", 1), BAD)),
    "a1": Content("api", (Heard(1, "p", 1),)),
    "a2": Content("api", (Heard(1, "q", 1), BAD)),
    "a3": Content("api", (Heard(1, "p", 2), Heard(2, "p", 1))),
    "bad": Content("api", (BAD, BAD)),
    "e1": Content("extended", (Heard(1, "p", 3), Heard(2, "r", 1))),
    "e2": Content("extended", (Heard(2, "q", 1), BAD)),
    POISON: Content("api", (Heard(3, "s", 1),)),
}
"""By etag. The etag and the hash of the bytes are one in the model."""


class Landed(NamedTuple):
    """An object of the landing zone."""

    key: str
    user: str
    etag: str


class Row(NamedTuple):
    """A row of Bronze: part row, bad or object. A header has its row count as index and its status as what."""

    part: str
    batch: int
    key: str
    etag: str
    user: str
    index: int
    what: Any

    def record(self) -> "Record":
        """The row as a play record."""
        return Record(self.what.slice, self.user, self.what.play, CONTENTS[self.etag].source, self.what.value, self.batch)


class Record(NamedTuple):
    """A distinct record: content decides what it tells, the batch is the latest."""

    slice: int
    user: str
    play: str
    source: str
    value: int
    batch: int


class Play(NamedTuple):
    """What the records of a slice come to."""

    slice: int
    user: str
    play: str
    value: int
    copies: int
    batch: int


def distinct(records: Iterable[Record]) -> tuple[Record, ...]:
    """`transforms/play_records.py: distinct`."""
    merged: dict[tuple[Any, ...], Record] = {}
    for record in records:
        there = merged.get(record[:4], record)
        merged[record[:4]] = Record(*record[:4], max(record.value, there.value), max(record.batch, there.batch))
    return tuple(sorted(merged.values()))


def resolve(records: Iterable[Record]) -> tuple[Play, ...]:
    """`transforms/plays.py: resolve`."""
    same: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        same.setdefault(record[:3], []).append(record)
    plays = [Play(*key, max(r.value for r in rs), len(rs), max(r.batch for r in rs)) for key, rs in same.items()]
    return tuple(sorted(plays))


def shown(plays: Iterable[Play]) -> tuple[Play, ...]:
    """A Gold table by slices: the plays without their batch."""
    return tuple(sorted(play._replace(batch=0) for play in plays))


def names(plays: Iterable[Play]) -> tuple[str, ...]:
    """A Gold table that is nobody's own: every name there is."""
    return tuple(sorted({play.play for play in plays}))


def slices_of(rows: Iterable[Any]) -> frozenset[int]:
    """Slices in which rows fall."""
    return frozenset(row.slice for row in rows)
