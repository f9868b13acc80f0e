"""Gold: write, audit, publish. dbt builds the changed buckets aside, its tests are the audit, then all is published."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAYS
from spotify_platform.errors import Conflict, DataFailedCheck
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.commit import Put, commit
from spotify_platform.lakehouse.engine import Engine, Part, Scratch, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Pins, pin
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, coarser, of_buckets, predicate_of
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.parts import bucket_parts, rows_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import restated, stated_as_of, zones_of
from spotify_platform.transforms.slices import ALL_TIME, SLICE, all_years, local_years

FACTS = "fct_plays"
BUCKET = "user_bucket"
INPUTS = (PLAYS, API_ANSWERS, MATCH_REPORT)
"""Tables of Silver that Gold is made of."""
SCRATCH = "scratch.duckdb"  # dbt bakes the stem into its manifest as the database's name


@dataclass(frozen=True, slots=True)
class GoldBuild:
    """What came of one turn of Gold: dbt's results, the pins if something was published, rows each table has now."""

    last: int
    top: int
    results: Sequence[dbt.DbtResult] = ()
    pins: Pins | None = None
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What Gold is made of, by table name: tables of Silver, in the lake or built aside; and the zones of the users."""

    silver: Mapping[str, Snapshot | ir.Table]
    zones: ir.Table

    @classmethod
    def of_nobody(cls, platform: Platform) -> "Given":
        """No plays at all: of them Gold has its columns, and a build of it costs what dbt costs whatever it is given."""
        empty = {t.name: platform.engine.values([], {c.name: c.type for c in t.columns}) for t in INPUTS}
        return cls(empty, zones_of(platform, {}))

    def rows(self, engine: Engine, name: str) -> ir.Table:
        """All rows of a table."""
        found = self.silver[name]
        return engine.read(found) if isinstance(found, Snapshot) else found

    def give(self, engine: Engine, scratch: Scratch, part: Sequence[Slice]) -> None:
        """Put what the slices need where dbt reads it."""
        for table in INPUTS:
            found, name = self.silver[table.name], table.path.replace("/", ".")
            if isinstance(found, Snapshot):
                scratch.lend(name, found, predicate_of(part))
            else:
                scratch.put(name, rows_of(engine, found, list(part)))
        scratch.put("silver.zones", self.zones)


@dataclass(frozen=True, slots=True)
class _Built:
    """dbt's database files, the slices that are in each, its results of the last one; whether this is all of Gold."""

    areas: list[Path]
    slices: list[Sequence[Slice]]
    results: Sequence[dbt.DbtResult]
    is_all: bool = False


class GoldNotPublished(DataFailedCheck):
    """The audit failed; what is published is unchanged. `results` are dbt's."""

    def __init__(self, message: str, results: Sequence[dbt.DbtResult]) -> None:
        super().__init__(message)
        self.results = results


def gold_tables(platform: Platform) -> list[Table]:
    """Contracts of Gold, read from dbt's own files."""
    return dbt.gold_tables(dbt.manifest_dir(platform.settings.home))


def advance_gold(platform: Platform) -> GoldBuild:
    """Bring Gold up to what `silver/plays` holds.

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
    is_new = not all(snapshot.holds for snapshot in own)
    slices = None if is_new else _slices(platform, inputs[PLAYS.name], ledger, last, top)
    if slices is not None and not slices:
        return GoldBuild(last, top, pins=pin(engine, register, [*own, *inputs.values()], top))
    zones = zones_of(platform, stated_as_of(platform, ledger, top))
    built = _build(platform, Given(inputs, zones), slices, {snapshot.table.name: snapshot for snapshot in own})
    with engine.scratch(*built.areas) as scratch:
        kept = set() if slices is None else dbt.constant_tables(dbt.manifest_dir(platform.settings.home))
        own = [s if s.table.name in kept else _published(engine, s, built, scratch, top) for s in own]
    rows = {snapshot.table.name: engine.rows_in(snapshot) for snapshot in own}
    return GoldBuild(last, top, built.results, pin(engine, register, [*own, *inputs.values()], top), rows)


def _slices(platform: Platform, plays: Snapshot, ledger: Snapshot, last: int, top: int) -> list[Slice] | None:
    """Slices of Gold to build anew, whole buckets where those would be too many; None for all.

    They are cut by the local year. A year's previous ranks are those of the year before, so a change shows in the next
    year too, and in all time.
    """
    newest = tail(platform.engine, ledger, last)
    if not last or newest.orders(last, top, "rebuild", "rebuild_gold"):
        return None
    moved = restated(platform, ledger, newest.restated(last, top), last, top)
    where = " or ".join([*(one.predicate for one in moved), f"_batch > {last}"])
    years = platform.engine.derive(local_years, platform.engine.read(plays, where))
    found = {(row["user_bucket"], row["year"]) for row in platform.engine.fetch(years).to_pylist()}
    next_years = {(bucket, year + 1) for bucket, year in found}
    # A zone shows in the days of gaps as well, in which there is no play.
    built = found | next_years | {(bucket, ALL_TIME) for bucket in {*(b for b, _ in found), *(m.user_bucket for m in moved)}}
    slices: list[Slice] = [{"user_bucket": bucket, "year": year} for bucket, year in sorted(built)]
    if len(slices) <= MOST_IN_ONE_PREDICATE:
        return slices
    buckets = of_buckets(bucket for bucket, _ in built)
    return buckets if len(buckets) <= MOST_IN_ONE_PREDICATE else None


def _build(platform: Platform, given: Given, slices: Sequence[Slice] | None, own: Mapping[str, Snapshot]) -> _Built:
    """Build and audit these slices of Gold aside; what does not change with plays is taken as it was published."""
    engine = platform.engine
    plays = given.silver[PLAYS.name]
    if not slices or "year" not in slices[0] or not isinstance(plays, Snapshot):
        parts = bucket_parts(engine, engine.read(plays, predicate_of(slices) if slices else None))
        return replace(_build_buckets(platform, given, parts), is_all=slices is None)
    area = _fresh_area(platform, 0)
    with engine.scratch(area) as scratch:
        buckets = of_buckets(s["user_bucket"] for s in slices)
        near = {(s["user_bucket"], s["year"] + n) for s in slices if s["year"] != ALL_TIME for n in (-1, 0, 1)}
        given.give(engine, scratch, buckets)
        scratch.lend("silver.plays_nearby", plays, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(near)]))
        scratch.put("silver.slices", engine.values(slices, SLICE))
        scratch.lend("silver.facts_kept", own[FACTS], f"({predicate_of(buckets)}) and not ({predicate_of(slices)})")
        constant = dbt.constant_tables(dbt.manifest_dir(platform.settings.home))
        for name in constant:
            scratch.lend(f"gold.{name}", own[name])
    return _Built([area], [slices], _audited(platform, area, there=constant))


def _published(engine: Engine, own: Snapshot, built: _Built, scratch: Scratch, top: int) -> Snapshot:
    """The table with what was built of it, unless it has that already. Raises `Conflict`."""
    if own.holds >= top:
        return own
    cut = own.table.partition_by
    slices = [coarser(s, cut) for s in built.slices] if cut else built.slices[:1]
    parts = [Part(rows, mine) for rows, mine in zip(marts(scratch, own.table), slices, strict=True)]
    return commit(engine, own, Put(parts, whole=built.is_all or not cut), top)


def marts(built: Scratch, table: Table) -> list[ir.Table]:
    """A mart as it was built, database by database; what is nobody's own is the same in all."""
    parts = built.tables(table.path.replace("/", "."), table)
    return parts if BUCKET in table.column_names else parts[:1]


def build_aside(platform: Platform, given: Given) -> list[Path]:
    """Build and audit all of Gold; dbt's database files, each with some of the buckets.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    return _build_buckets(platform, given, bucket_parts(platform.engine, given.rows(platform.engine, PLAYS.name))).areas


def _build_buckets(platform: Platform, given: Given, parts: Sequence[list[Slice]]) -> _Built:
    """Build whole buckets, so many at once as memory holds, whatever the lake holds."""
    areas: list[Path] = []
    results: Sequence[dbt.DbtResult] = ()
    for part in parts:
        areas.append(_fresh_area(platform, len(areas)))
        with platform.engine.scratch(areas[-1]) as scratch:
            given.give(platform.engine, scratch, part)
            _give_all(platform, scratch)
        results = _audited(platform, areas[-1])  # those of the last part: a part that fails ends it all
    return _Built(areas, list(parts), results)


def _give_all(platform: Platform, scratch: Scratch) -> None:
    """Every slice of the plays that are there."""
    name = PLAYS.path.replace("/", ".")
    [plays] = scratch.tables(name, PLAYS)
    scratch.alias("silver.plays_nearby", name)
    scratch.put("silver.slices", platform.engine.derive(all_years, plays))
    facts = next(table for table in gold_tables(platform) if table.name == FACTS)
    scratch.put("silver.facts_kept", platform.engine.values([], {column.name: column.type for column in facts.columns}))


def _fresh_area(platform: Platform, number: int) -> Path:
    area = platform.work / "gold" / str(number)
    shutil.rmtree(area, ignore_errors=True)
    area.mkdir(parents=True)
    return area / SCRATCH


def _audited(platform: Platform, area: Path, there: Collection[str] = ()) -> Sequence[dbt.DbtResult]:
    settings = platform.settings
    results = dbt.build(area, settings.home, memory_limit=settings.memory_limit, threads=settings.threads, there=there)
    failed = [result for result in results if result.status in ("error", "fail")]
    if failed:
        names = "; ".join(f"{result.name}: {result.message}" for result in failed)
        raise GoldNotPublished(f"Gold is as it was, because its audit failed. {names}", results)
    return results
