"""Gold: write, audit, publish. dbt builds aside what is to be made, its tests are the audit, then all is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.errors import Conflict
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.commit import Put, commit
from spotify_platform.lakehouse.engine import Engine, Part, Scratch, Snapshot
from spotify_platform.lakehouse.publishing import Pins, pin, published
from spotify_platform.lakehouse.slices import coarser
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.gold_build import Built, Order, build, gold_tables, is_users
from spotify_platform.pipeline.gold_given import Given
from spotify_platform.pipeline.gold_work import INPUTS, Seen, work
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import stated_as_of, zones_of


@dataclass(frozen=True, slots=True)
class GoldBuild:
    """What came of one turn of Gold: dbt's results, and the pins if something was published."""

    last: int
    top: int
    results: Sequence[dbt.DbtResult] = ()
    pins: Pins | None = None


def advance_gold(platform: Platform) -> GoldBuild:
    """Bring Gold up to what Silver holds.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    tables = gold_tables(platform)
    return until_committed(PUBLISHED.path, lambda: _advance_once(platform, tables))


def _advance_once(platform: Platform, tables: Sequence[Table]) -> GoldBuild:
    """One try: own handles first, then the inputs. Raises `Conflict`."""
    engine = platform.engine
    register = engine.open(PUBLISHED)
    own = [engine.open(table) for table in tables]
    inputs, ledger = {table.name: engine.open(table) for table in INPUTS}, engine.open(LEDGER)
    last, top = register.holds, min(snapshot.holds for snapshot in inputs.values())
    # One that is ahead is another run's at this moment: it brings on the others, and Gold after them.
    if top <= last or any(snapshot.holds > top for snapshot in inputs.values()):
        return GoldBuild(last, last)
    if any(snapshot.holds > top for snapshot in own):
        raise Conflict("gold: another writer is ahead of what was read")
    pins = published(engine)
    if pins and not all(_is_published_or_ready(snapshot, pins, top) for snapshot in own):
        pins = None
    todo = work(platform, tables, Seen(inputs, ledger, pins, top)) if pins else None
    if todo and not todo.slices and not todo.whole_lake:
        return GoldBuild(last, top, pins=pin(engine, register, [*own, *inputs.values()], top))
    given = Given(inputs, zones_of(platform, stated_as_of(platform, ledger, top)))
    built = build(Order(platform, given, tables, todo, {snapshot.table.name: snapshot for snapshot in own}))
    with engine.scratch(*built.areas) as scratch:
        own = [_published(engine, snapshot, built, scratch, top) for snapshot in own]
    return GoldBuild(last, top, built.results, pin(engine, register, [*own, *inputs.values()], top))


def _is_published_or_ready(own: Snapshot, pins: Pins, top: int) -> bool:
    """Whether a mart is as it was published, or has what is to be published now.

    One between is of a run that died before it published. What that run changed and a later batch changed back is no change
    since the publication: nobody would make it anew. (One that holds nothing is not complete.)
    """
    return 0 < own.holds <= pins.batch or own.holds == top


def _published(engine: Engine, own: Snapshot, built: Built, scratch: Scratch, top: int) -> Snapshot:
    """The table with what was built of it, unless it has that already. Raises `Conflict`."""
    if own.holds >= top or own.table.name not in built.models:
        return own
    rows = built.rows(scratch, own.table)
    if not is_users(own.table):
        return commit(engine, own, Put([Part(rows[0], [])], whole=True), top)
    slices = [coarser(of_part, own.table.partition_by) for of_part in built.slices[own.table.name]]
    parts = [Part(mine, of_part) for mine, of_part in zip(rows, slices, strict=True) if of_part or built.is_all]
    return commit(engine, own, Put(parts, whole=built.is_all), top)
