"""The laws that hold in every state the lake can be in, and those that hold once a last run has come through."""

from collections import Counter
from collections.abc import Iterator

from spotify_platform_tests.protocol.content import (
    POISON,
    SOURCES,
    Play,
    Record,
    Row,
    distinct,
    names,
    resolve,
    shown,
)
from spotify_platform_tests.protocol.model import Pins, Rules, pending
from spotify_platform_tests.protocol.world import World


def bronze_rows(world: World, top: int | None = None) -> list[Row]:
    """Rows of all Bronze tables, up to a batch."""
    return [r for source in SOURCES for r in world.table(source).rows if top is None or r.batch <= top]


def records_at(world: World, number: int) -> tuple[Record, ...]:
    """`silver/play_records` as a full rebuild would make it at lake version `number`."""
    return distinct(row.record() for row in bronze_rows(world, number) if row.part == "row")


def plays_at(world: World, number: int) -> tuple[Play, ...]:
    """`silver/plays` as a full rebuild would make it."""
    return resolve(records_at(world, number))


def broken_now(world: World, rules: Rules) -> Iterator[str]:
    """Laws that this state breaks, whatever the runs are in the middle of."""
    yield from _bronze(world)
    yield from _derived(world)
    last = world.table("published").rows[-1:]
    pins: Pins | None = last[0] if last else None
    if pins is not None:
        if not rules.pinned:
            pins = Pins(pins.batch, world.table("facts"), world.table("artists"))
        yield from _published(world, pins)
    for version in world.tables:
        if version.app and version.parent is not None and version.holds <= version.parent.holds:
            yield f"{version.table}: N does not rise"


def _bronze(world: World) -> Iterator[str]:
    rows = bronze_rows(world)
    if any(n > 1 for n in Counter((r.part == "object", r.key, r.etag, r.batch, r.index) for r in rows).values()):
        yield "bronze: a row or header is doubled"
    counted = Counter((r.key, r.etag, r.batch) for r in rows if r.part != "object")
    told = {(r.key, r.etag, r.batch): r.index for r in rows if r.part == "object"}
    if +Counter(told) != counted:
        yield "accounting: a header's count is not its rows"
    loaded = Counter((r.user, r.etag) for r in rows if r.part == "object" and r.what == "loaded")
    if any(n > 1 for n in loaded.values()):
        yield "accounting: the same bytes of a user are loaded twice"
    repeats = {(r.user, r.etag) for r in rows if r.part == "object" and r.what == "repeat"}
    if repeats - set(loaded):
        yield "accounting: a repeat of what was never loaded"


def _derived(world: World) -> Iterator[str]:
    ledger = world.table("ledger")
    for name, made in (("records", records_at), ("plays", plays_at)):
        table = world.table(name)
        if any(batch <= table.holds for source in SOURCES for batch in pending(ledger, world.table(source))):
            yield f"{name}: holds a batch that Bronze does not hold"
        if table.rows != made(world, table.holds):
            yield f"{name}: is not what a rebuild would make"
    facts = world.table("facts")
    if facts.rows != shown(plays_at(world, facts.holds)):
        yield "facts: is not what a rebuild would make"


def _published(world: World, pins: Pins) -> Iterator[str]:
    if pins.facts.rows != shown(plays_at(world, pins.batch)) or pins.artists.rows != names(plays_at(world, pins.batch)):
        yield "published: the versions do not belong together"
    if pins.facts not in world.table("facts").history() or pins.artists not in world.table("artists").history():
        yield "published: a version that readers read is gone"


def broken_at_rest(world: World) -> Iterator[str]:
    """Laws that a state breaks in which a run found nothing left to do."""
    ledger = world.table("ledger")
    if any(world.table(name).holds != ledger.holds for name in ("records", "plays", "published")):
        yield "at rest: a table never gets to the ledger's N"
    planned = Counter((d.key, d.etag, d.batch if d.action == "rebuild" else 0) for d in ledger.rows)
    headers = Counter((r.key, r.etag, r.batch) for r in bronze_rows(world) if r.part == "object")
    if headers != Counter((d.key, d.etag, d.batch) for d in ledger.rows if d.action != "rebuild"):
        yield "at rest: the headers are not the ledger's objects"
    status = {(r.key, r.etag): r.what for r in bronze_rows(world) if r.part == "object"}
    if any(n > 1 for n in planned.values()) and "gone" not in {r.what for r in bronze_rows(world) if r.part == "object"}:
        yield "at rest: an object is planned twice"
    loaded = {(r.user, r.etag) for r in bronze_rows(world) if r.part == "object" and r.what == "loaded"}
    for landed in world.landing:
        if landed.etag != POISON and ((landed.key, landed.etag) not in status or (landed.user, landed.etag) not in loaded):
            yield f"at rest: what has landed is not in Bronze ({status.get((landed.key, landed.etag), 'not planned')})"
