"""Gold: write, audit, publish. dbt builds the changed buckets aside, its tests are the audit, then all is published."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.errors import Conflict, DataFailedCheck, Outside
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.engine import TRIES, Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.publishing import Pins, changed_buckets, pin, publish_table
from spotify_platform.lakehouse.slices import bucket_of, of_buckets, predicate_of
from spotify_platform.pipeline.platform import Platform

SCRATCH = "scratch.duckdb"  # dbt bakes the stem into its manifest as the database's name


@dataclass(frozen=True, slots=True)
class GoldBuild:
    """What came of one turn of Gold: dbt's results, the pins if something was published, rows each table has now."""

    last: int
    top: int
    results: Sequence[dbt.DbtResult] = ()
    pins: Pins | None = None
    rows: dict[str, int] = field(default_factory=dict)


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
    for _ in range(TRIES):
        try:
            build = _advance_once(platform, tables)
        except Conflict:
            continue
        if build is not None:
            return build
    raise Outside(f"{PUBLISHED.path}: other writers were first {TRIES} times in a row. Let them finish and run it again.")


def _advance_once(platform: Platform, tables: Sequence[Table]) -> GoldBuild | None:
    """One try: own handles first, then the inputs. None when another writer is ahead of what was read."""
    engine = platform.engine
    register = engine.open(PUBLISHED)
    own = [engine.open(table) for table in tables]
    plays, ledger = engine.open(PLAYS), engine.open(LEDGER)
    last, top = register.holds, plays.holds
    if top <= last:
        return GoldBuild(last, last)
    if any(snapshot.holds > top for snapshot in own):
        return None
    buckets = _buckets(platform, plays, ledger, last, top)
    results: Sequence[dbt.DbtResult] = ()
    rows: dict[str, int] = {}
    if buckets is None or buckets or not all(snapshot.holds for snapshot in own):
        aside = build_aside(platform, _plays_of(platform, plays, buckets))
        results = aside.results
        with engine.scratch(aside.scratch) as built:
            own = [publish_table(engine, s, built(s.table.name), buckets, top) for s in own]
            rows = {snapshot.table.name: engine.rows_in(snapshot) for snapshot in own}
    return GoldBuild(last, top, results, pin(engine, register, [*own, plays], top), rows)


def _buckets(platform: Platform, plays: Snapshot, ledger: Snapshot, last: int, top: int) -> list[int] | None:
    """Buckets to build anew; None for all."""
    rebuild, restated = tail(platform.engine, ledger, last).orders(last, top)
    if rebuild or not last:
        return None
    changed = set(changed_buckets(platform.engine, plays, last))
    return sorted(changed | {bucket_of(user, platform.buckets) for user in restated})


@dataclass(frozen=True, slots=True)
class Aside:
    """Gold built but not published: dbt's database file and results."""

    scratch: Path
    results: Sequence[dbt.DbtResult]


def _plays_of(platform: Platform, plays: Snapshot, buckets: Sequence[int] | None) -> ir.Table:
    return platform.engine.read(plays, None if buckets is None else predicate_of(of_buckets(buckets)))


def build_aside(platform: Platform, plays: ir.Table) -> Aside:
    """Build and audit Gold of these plays, whole buckets of them, in a database of its own.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    area = platform.work / "gold"
    shutil.rmtree(area, ignore_errors=True)
    area.mkdir()
    platform.engine.write_scratch(area / SCRATCH, "silver", "plays", plays)
    results = dbt.build(area / SCRATCH, platform.settings.home)
    failed = [result for result in results if result.status in ("error", "fail")]
    if failed:
        names = "; ".join(f"{result.name}: {result.message}" for result in failed)
        raise GoldNotPublished(f"Gold is as it was, because its audit failed. {names}", results)
    return Aside(area / SCRATCH, results)
