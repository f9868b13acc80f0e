"""Which rows each table's checks look at: what changed since the last publication, so that their cost follows the change.

A check speaks of the state of the lake, not of the run that asks: after a failure it fails again until the data is
mended, whoever runs it.
"""

from collections.abc import Sequence

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.contracts.silver_catalogue import CATALOGUE, OBSERVATIONS
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, predicate_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import restated
from spotify_platform.quality.contract_checks import check_contract
from spotify_platform.quality.demands import checks_of
from spotify_platform.quality.outcome import Outcome, stop_if_failed
from spotify_platform.quality.reconciliation import (
    check_accounting,
    check_bronze_rows,
    check_match_report,
    check_records_of_plays,
)

BRONZE = {source.table.path for source in SOURCES}


def stop_at_bad_data(platform: Platform) -> None:
    """Check every table on the way to Gold; raises `DataFailedCheck` with all that is wrong."""
    stop_if_failed([found for table in CHECKED for found in check(platform, table)])


def check(platform: Platform, table: Table) -> list[Outcome]:
    """Run all checks of a table over what changed since the last publication."""
    engine = platform.engine
    since = engine.open(PUBLISHED).holds
    snapshot = engine.open(table)
    if snapshot.holds <= since:
        return [Outcome(table.path, name, passed=True) for name in checks_of(table)]
    if table.path in BRONZE:
        new = engine.read(snapshot, f"_batch > {since}")
        return [check_contract(engine, table, new), check_bronze_rows(engine, table.path, new)]
    if table is ACCOUNTING:
        buckets = engine.look_up(snapshot, ["user_bucket"], f"batch > {since}")
        near = engine.read(snapshot, predicate_of(buckets))
        return [check_contract(engine, table, near), check_accounting(engine, table.path, near)]
    if table in (PLAY_RECORDS, PLAYS, MATCH_REPORT):
        slices = _changed_slices(platform, since, settings_too=table is not PLAY_RECORDS)
        near = engine.read(snapshot, _within(slices))
        found = [check_contract(engine, table, near)]
        if table is PLAYS:
            records, years_beside = engine.open(PLAY_RECORDS), _within(slices, reach=1)
            changed = engine.read(records, _within(slices)), near
            around = engine.read(records, years_beside), engine.read(snapshot, years_beside)
            found.append(check_records_of_plays(engine, table.path, changed, around))
        if table is MATCH_REPORT:
            found.append(check_match_report(engine, table.path, near, engine.read(engine.open(PLAYS), _within(slices))))
        return found
    if table in (API_ANSWERS, OBSERVATIONS):
        return [check_contract(engine, table, engine.read(snapshot, f"_batch > {since}"))]
    if table in CATALOGUE:
        if since and not engine.changed_since(snapshot, since):
            return [Outcome(table.path, name, passed=True) for name in checks_of(table)]
        return [check_contract(engine, table, engine.read(snapshot))]
    return [check_contract(engine, table, engine.read(snapshot, f"batch > {since}"))]


def _changed_slices(platform: Platform, since: int, *, settings_too: bool) -> list[Slice]:
    """Where records changed after a batch, or plays by settings."""
    records, ledger = platform.engine.open(PLAY_RECORDS), platform.engine.open(LEDGER)
    users = tail(platform.engine, ledger, since).restated(since, records.holds) if since and settings_too else []
    moved = [one.predicate for one in restated(platform, ledger, users, since, records.holds)]
    return list(platform.engine.look_up(records, ["user_bucket", "year"], " or ".join([f"_batch > {since}", *moved])))


def _within(slices: Sequence[Slice], reach: int = 0) -> str | None:
    """Slices, and so many years beside, as a condition; None where they are so many that all is read."""
    wide = {(s["user_bucket"], s["year"] + n) for s in slices for n in range(-reach, reach + 1)}
    found: list[Slice] = [{"user_bucket": bucket, "year": year} for bucket, year in sorted(wide)]
    return predicate_of(found) if len(found) <= MOST_IN_ONE_PREDICATE else None
