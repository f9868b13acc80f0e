"""Delta tables as the model needs them: what a commit through a handle, or by path, does when others committed too.

Every rule here was measured on delta-rs and is pinned in `lakehouse/test_delta_semantics.py`. A `Version` is a whole
table at one Delta version; it stands for the handle that was opened on it, and equal histories are one object.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

EVERYWHERE = frozenset({"everywhere"})
"""The slices of a change that may touch any."""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A table at one Delta version: its rows, and the commit that made it."""

    table: str
    parent: "Version | None" = None
    change: str = "create"
    slices: frozenset[Any] = frozenset()
    app: bool = False
    holds: int = 0
    rows: tuple[Any, ...] = ()

    @property
    def number(self) -> int:
        """Delta's version number."""
        return sum(1 for _ in self.history()) - 1

    def history(self) -> Iterator["Version"]:
        """This version and those before it, newest first."""
        version: Version | None = self
        while version is not None:
            yield version
            version = version.parent


class Commit(NamedTuple):
    """A commit that a run asks for. `base` None writes by path; `holds` None carries no app transaction."""

    table: str
    base: Version | None
    change: str
    rows: tuple[Any, ...]
    slices: frozenset[Any]
    holds: int | None


make = cache(Version)
"""Versions that came about in the same way are one object, so that states can be compared cheaply."""


def committed(head: Version, commit: Commit) -> Version | None:
    """The table after a commit; None where it conflicts and nothing has happened."""
    base = head if commit.base is None else commit.base
    # A table dropped and made anew has other versions under the same numbers: the numbers are all that is compared.
    if head.number < base.number or any(_conflict(commit, other) for other in _since(head, base.number)):
        return None
    kept = () if commit.change == "overwrite" else head.rows
    if commit.change == "replace":
        kept = tuple(row for row in head.rows if row.slice not in commit.slices)
    app = commit.holds is not None
    # Nothing in Delta keeps the transaction's version from falling.
    holds = head.holds if commit.holds is None else commit.holds
    rows = kept + commit.rows
    return make(
        head.table,
        head,
        commit.change,
        commit.slices,
        app,
        holds,
        tuple(sorted(rows)) if commit.change == "replace" else rows,
    )


def compacted(head: Version) -> Version:
    """The same rows in fewer files."""
    return make(head.table, head, "compact", EVERYWHERE, False, head.holds, head.rows)  # noqa: FBT003 - as `Version` orders them


def _since(head: Version, number: int) -> Iterable[Version]:
    history = list(head.history())
    return history[: len(history) - 1 - number]


def _conflict(commit: Commit, other: Version) -> bool:
    if commit.holds is not None and other.app:
        return True
    if commit.change == "append":
        return False
    everywhere = commit.change == "overwrite" or other.slices & EVERYWHERE or other.change == "overwrite"
    return bool(everywhere or other.slices & commit.slices)
