"""What runs share: the world, how it answers a request, and the events that happen to it."""

from typing import Any, NamedTuple

from spotify_platform_tests.protocol.content import Landed
from spotify_platform_tests.protocol.delta import Commit, Version, committed, compacted, make
from spotify_platform_tests.protocol.model import TABLES, Drop, Listing, Mark, Open, Read, Unmark

CONFLICT = object()
"""The answer to a commit that conflicts."""


class World(NamedTuple):
    """All that runs share: the landing zone, the tables in the order of `TABLES`, and marks of tries."""

    landing: frozenset[Landed]
    tables: tuple[Version, ...]
    marks: tuple[tuple[tuple[object, ...], int], ...] = ()

    def table(self, name: str) -> Version:
        """The newest version of a table."""
        return self.tables[TABLES.index(name)]


class Put(NamedTuple):
    """An object arrives, or its key gets other bytes."""

    landed: Landed


class Remove(NamedTuple):
    """An object vanishes."""

    key: str


class Compact(NamedTuple):
    """Somebody compacts a table."""

    table: str


def answered(world: World, request: Any) -> tuple[World, Any]:
    """The world after a request, and the answer."""
    answer: Any = None
    match request:
        case Open(table):
            answer = world.table(table)
        case Listing():
            answer = world.landing
        case Read(key, etag):
            answer = next((o.etag for o in world.landing if (o.key, o.etag) == (key, etag)), None)
        case Mark(kind):
            answer = dict(world.marks).get(kind, 0)
            world = _marked(world, kind, answer + 1)
        case Unmark(kind):
            world = _marked(world, kind, 0)
        case Drop(table):
            world = _with(world, make(table))
        case Commit():
            answer = committed(world.table(request.table), request) or CONFLICT
            world = world if answer is CONFLICT else _with(world, answer)
        case _:
            raise TypeError(request)
    return world, answer


def _with(world: World, version: Version) -> World:
    place = TABLES.index(version.table)
    return world._replace(tables=(*world.tables[:place], version, *world.tables[place + 1 :]))


def _marked(world: World, kind: tuple[Any, ...], count: int) -> World:
    others = [mark for mark in world.marks if mark[0] != kind]
    return world._replace(marks=tuple(sorted([*others, (kind, count)] if count else others)))


def happened(world: World, event: Any) -> World:
    """The world after an event."""
    match event:
        case Put(landed):
            return world._replace(landing=frozenset({o for o in world.landing if o.key != landed.key} | {landed}))
        case Remove(key):
            return world._replace(landing=frozenset(o for o in world.landing if o.key != key))
        case Compact(table):
            return _with(world, compacted(world.table(table)))
    raise TypeError(event)
