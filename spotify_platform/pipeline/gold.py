"""Gold: write, audit, publish. dbt builds the changed buckets aside, its tests are the audit, then all is published."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import Conflict, DataFailedCheck
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.engine import Scratch, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Part, Pins, pin, publish_table
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, bucket_of, of_buckets, predicate_of
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.slices import ALL_TIME, SLICE, all_years, buckets_of, local_years, within

FACTS = "fct_plays"
SOURCE = "silver.plays"
PLAYS_AT_ONCE = 500_000
"""Of whole buckets in one build, so that its memory has a bound."""

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
    """dbt's database files, the slices that are in each, and its results of the last one."""

    areas: list[Path]
    slices: list[Sequence[Slice]]
    results: Sequence[dbt.DbtResult]


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
        own = [
            s if s.table.name in kept else publish_table(engine, s, _parts_of(built, scratch, s.table), top, whole=slices is None)
            for s in own
        ]
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
        return _build_buckets(platform, whole, lambda given, part: given.lend(SOURCE, plays, predicate_of(part)))
    area = _fresh_area(platform, 0)
    with engine.scratch(area) as given:
        buckets = predicate_of(of_buckets(s["user_bucket"] for s in slices))
        near = {(s["user_bucket"], s["year"] + n) for s in slices if s["year"] != ALL_TIME for n in (-1, 0, 1)}
        given.lend(SOURCE, plays, buckets)
        given.lend("silver.plays_nearby", plays, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(near)]))
        given.put("silver.slices", engine.values(slices, SLICE))
        given.lend("silver.facts_kept", facts, f"({buckets}) and not ({predicate_of(slices)})")
    return _Built([area], [slices], _audited(platform, area))


def _parts_of(built: _Built, scratch: Scratch, table: Table) -> list[Part]:
    return [Part(rows, slices) for rows, slices in zip(marts(scratch, table), built.slices, strict=False)]


def marts(built: Scratch, table: Table) -> list[ir.Table]:
    """A mart as it was built, database by database; what is nobody's own is the same in all."""
    parts = built.tables(table.path.replace("/", "."), table)
    return parts if "user_bucket" in table.column_names else parts[:1]


def build_aside(platform: Platform, plays: ir.Table) -> list[Path]:
    """Build and audit all of Gold from these plays; dbt's database files, each with some of the buckets.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    return _build_buckets(platform, plays, lambda given, part: given.put(SOURCE, _of_buckets(platform, plays, part))).areas


def _of_buckets(platform: Platform, plays: ir.Table, part: Sequence[Slice]) -> ir.Table:
    return platform.engine.derive(within, plays, platform.engine.values(part, {"user_bucket": "int32"}))


def _build_buckets(platform: Platform, plays: ir.Table, give: Callable[[Scratch, Sequence[Slice]], None]) -> _Built:
    """Build whole buckets, so many at once as memory holds, whatever the lake holds."""
    areas: list[Path] = []
    results: Sequence[dbt.DbtResult] = ()
    parts = _parts(platform, plays)
    for part in parts:
        areas.append(_fresh_area(platform, len(areas)))
        with platform.engine.scratch(areas[-1]) as given:
            give(given, part)
            _give_all(platform, given)
        results = _audited(platform, areas[-1])  # those of the last part: a part that fails ends it all
    return _Built(areas, list(parts), results)


def _parts(platform: Platform, plays: ir.Table) -> list[list[Slice]]:
    """Buckets of these plays, cut so that each part has few plays and few buckets; a large bucket is a part of its own."""
    counts = platform.engine.fetch(platform.engine.derive(buckets_of, plays)).to_pylist()
    parts: list[list[Slice]] = [[]]
    plays_in_part = 0
    for row in counts:
        if parts[-1] and (plays_in_part + row["n"] > PLAYS_AT_ONCE or len(parts[-1]) >= MOST_IN_ONE_PREDICATE):
            parts.append([])
            plays_in_part = 0
        parts[-1] += of_buckets([row["user_bucket"]])
        plays_in_part += row["n"]
    return parts


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
