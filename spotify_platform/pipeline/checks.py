"""Which rows each table's checks look at: what changed since the last publication, so that their cost follows the change.

A check speaks of the state of the lake, not of the run that asks: after a failure it fails again until the data is
mended, whoever runs it.
"""

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import API_ANSWERS, MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, predicate_of
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
        where = _changed_slices(platform, since, settings_too=table is not PLAY_RECORDS)
        near = engine.read(snapshot, where)
        found = [check_contract(engine, table, near)]
        if table is PLAYS:
            records = engine.read(engine.open(PLAY_RECORDS), where)
            found.append(check_records_of_plays(engine, table.path, records, near))
        if table is MATCH_REPORT:
            found.append(check_match_report(engine, table.path, near, engine.read(engine.open(PLAYS), where)))
        return found
    if table is API_ANSWERS:
        return [check_contract(engine, table, engine.read(snapshot, f"_batch > {since}"))]
    return [check_contract(engine, table, engine.read(snapshot, f"batch > {since}"))]


def _changed_slices(platform: Platform, since: int, *, settings_too: bool) -> str | None:
    """Where records changed after a batch, or plays by settings; None where the slices are so many that all is read."""
    records, ledger = platform.engine.open(PLAY_RECORDS), platform.engine.open(LEDGER)
    users = tail(platform.engine, ledger, since).restated(since, records.holds) if since and settings_too else []
    moved = [one.predicate for one in restated(platform, ledger, users, since, records.holds)]
    slices = platform.engine.look_up(records, ["user_bucket", "year"], " or ".join([f"_batch > {since}", *moved]))
    return predicate_of(slices) if len(slices) <= MOST_IN_ONE_PREDICATE else None
