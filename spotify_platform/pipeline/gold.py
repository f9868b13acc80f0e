"""Gold: write, audit, publish. dbt builds the changed buckets aside, its tests are the audit, then all is published."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import Conflict, DataFailedCheck
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.commit import Put, commit
from spotify_platform.lakehouse.engine import Engine, Part, Scratch, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Pins, pin
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, bucket_of, of_buckets, predicate_of
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.parts import bucket_parts, rows_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.slices import ALL_TIME, SLICE, all_years, local_years

FACTS = "fct_plays"
SOURCE = "silver.plays"
BUCKET = "user_bucket"
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
    plays, ledger = engine.open(PLAYS), engine.open(LEDGER)
    last, top = register.holds, plays.holds
    if top <= last:
        return GoldBuild(last, last)
    if any(snapshot.holds > top for snapshot in own):
        raise Conflict("gold: another writer is ahead of what was read")
    is_new = not all(snapshot.holds for snapshot in own)
    slices = None if is_new else _slices(platform, plays, ledger, last, top)
    if slices is not None and not slices:
        return GoldBuild(last, top, pins=pin(engine, register, [*own, plays], top))
    built = _build(platform, plays, slices, next(s for s in own if s.table.name == FACTS))
    with engine.scratch(*built.areas) as scratch:
        kept = set() if slices is None else dbt.constant_tables(dbt.manifest_dir(platform.settings.home))
        own = [s if s.table.name in kept else _published(engine, s, built, scratch, top) for s in own]
    rows = {snapshot.table.name: engine.rows_in(snapshot) for snapshot in own}
    return GoldBuild(last, top, built.results, pin(engine, register, [*own, plays], top), rows)


def _slices(platform: Platform, plays: Snapshot, ledger: Snapshot, last: int, top: int) -> list[Slice] | None:
    """Slices of Gold to build anew, whole buckets where those would be too many; None for all.

    They are cut by the local year. A year's previous ranks are those of the year before, so a change shows in the next
    year too, and in all time.
    """
    newest = tail(platform.engine, ledger, last)
    if not last or newest.orders(last, top, "rebuild", "rebuild_gold"):
        return None
    moved = of_buckets(bucket_of(user, platform.buckets) for user in newest.restated(last, top))
    where = f"({predicate_of(moved)}) or _batch > {last}"
    years = platform.engine.derive(local_years, platform.engine.read(plays, where))
    found = {(row["user_bucket"], row["year"]) for row in platform.engine.fetch(years).to_pylist()}
    built = found | {(bucket, year + 1) for bucket, year in found} | {(bucket, ALL_TIME) for bucket, _ in found}
    slices: list[Slice] = [{"user_bucket": bucket, "year": year} for bucket, year in sorted(built)]
    if len(slices) <= MOST_IN_ONE_PREDICATE:
        return slices
    buckets = of_buckets(bucket for bucket, _ in found)
    return buckets if len(buckets) <= MOST_IN_ONE_PREDICATE else None


def _build(platform: Platform, plays: Snapshot, slices: Sequence[Slice] | None, facts: Snapshot) -> _Built:
    """Build and audit these slices of Gold aside."""
    engine = platform.engine
    if not slices or "year" not in slices[0]:
        whole = engine.read(plays, predicate_of(slices) if slices else None)
        built = _build_buckets(platform, whole, lambda given, part: given.lend(SOURCE, plays, predicate_of(part)))
        return replace(built, is_all=slices is None)
    area = _fresh_area(platform, 0)
    with engine.scratch(area) as given:
        buckets = predicate_of(of_buckets(s["user_bucket"] for s in slices))
        near = {(s["user_bucket"], s["year"] + n) for s in slices if s["year"] != ALL_TIME for n in (-1, 0, 1)}
        given.lend(SOURCE, plays, buckets)
        given.lend("silver.plays_nearby", plays, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(near)]))
        given.put("silver.slices", engine.values(slices, SLICE))
        given.lend("silver.facts_kept", facts, f"({buckets}) and not ({predicate_of(slices)})")
    return _Built([area], [slices], _audited(platform, area))


def _published(engine: Engine, own: Snapshot, built: _Built, scratch: Scratch, top: int) -> Snapshot:
    """The table with what was built of it, unless it has that already. Raises `Conflict`."""
    if own.holds >= top:
        return own
    is_cut = BUCKET in own.table.column_names
    parts = zip(marts(scratch, own.table), built.slices if is_cut else built.slices[:1], strict=True)
    return commit(engine, own, Put([Part(rows, slices) for rows, slices in parts], whole=built.is_all or not is_cut), top)


def marts(built: Scratch, table: Table) -> list[ir.Table]:
    """A mart as it was built, database by database; what is nobody's own is the same in all."""
    parts = built.tables(table.path.replace("/", "."), table)
    return parts if BUCKET in table.column_names else parts[:1]


def build_aside(platform: Platform, plays: ir.Table) -> list[Path]:
    """Build and audit all of Gold from these plays; dbt's database files, each with some of the buckets.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    return _build_buckets(platform, plays, lambda given, part: given.put(SOURCE, rows_of(platform.engine, plays, part))).areas


def _build_buckets(platform: Platform, plays: ir.Table, give: Callable[[Scratch, list[Slice]], None]) -> _Built:
    """Build whole buckets, so many at once as memory holds, whatever the lake holds."""
    areas: list[Path] = []
    results: Sequence[dbt.DbtResult] = ()
    parts = bucket_parts(platform.engine, plays)
    for part in parts:
        areas.append(_fresh_area(platform, len(areas)))
        with platform.engine.scratch(areas[-1]) as given:
            give(given, part)
            _give_all(platform, given)
        results = _audited(platform, areas[-1])  # those of the last part: a part that fails ends it all
    return _Built(areas, list(parts), results)


def _give_all(platform: Platform, given: Scratch) -> None:
    [plays] = given.tables(SOURCE, PLAYS)
    given.alias("silver.plays_nearby", SOURCE)
    given.put("silver.slices", platform.engine.derive(all_years, plays))
    facts = next(table for table in gold_tables(platform) if table.name == FACTS)
    given.put("silver.facts_kept", platform.engine.values([], {column.name: column.type for column in facts.columns}))


def _fresh_area(platform: Platform, number: int) -> Path:
    area = platform.work / "gold" / str(number)
    shutil.rmtree(area, ignore_errors=True)
    area.mkdir(parents=True)
    return area / SCRATCH


def _audited(platform: Platform, area: Path) -> Sequence[dbt.DbtResult]:
    settings = platform.settings
    results = dbt.build(area, settings.home, memory_limit=settings.memory_limit, threads=settings.threads)
    failed = [result for result in results if result.status in ("error", "fail")]
    if failed:
        names = "; ".join(f"{result.name}: {result.message}" for result in failed)
        raise GoldNotPublished(f"Gold is as it was, because its audit failed. {names}", results)
    return results
