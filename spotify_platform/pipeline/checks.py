"""Which rows each table's checks look at: what changed since the last publication, so that their cost follows the change.

A check speaks of the state of the lake, not of the run that asks: after a failure it fails again until the data is
mended, whoever runs it.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, within
from spotify_platform.pipeline.platform import Platform
from spotify_platform.quality.contract_checks import check_contract, demanded
from spotify_platform.quality.outcome import Outcome
from spotify_platform.quality.reconciliation import (
    ADDS_UP,
    EVERY_PLAY_HAS_ITS_RECORDS,
    ROWS_ARE_ALL_THERE,
    check_accounting,
    check_bronze_rows,
    check_records_of_plays,
)

BRONZE = {source.table.path: source.table for source in SOURCES}
CHECKED = {table.path: table for table in (LEDGER, *BRONZE.values(), QUARANTINE, PLAY_RECORDS, ACCOUNTING, PLAYS)}


def checks_of(table: Table) -> dict[str, str]:
    """Names of all checks of a table, with what each says."""
    more = {
        ACCOUNTING.path: {ADDS_UP: "rows_in = rows_new + rows_repeat + rows_quarantined, for every object"},
        PLAYS.path: {EVERY_PLAY_HAS_ITS_RECORDS: "every record is in exactly one play, and every play's records are there"},
    }
    if table.path in BRONZE:
        more[table.path] = {ROWS_ARE_ALL_THERE: "rows the reader counted = good rows + quarantined rows, for every object"}
    return demanded(table) | more.get(table.path, {})


def check(platform: Platform, table: Table) -> list[Outcome]:
    """Run all checks of a table over what changed since the last publication."""
    engine = platform.engine
    since = engine.open(PUBLISHED).holds
    snapshot = engine.open(table)
    rows = engine.read(snapshot)
    if table.path in BRONZE:
        new = rows.filter(rows["_batch"] > since)
        return [*check_contract(engine, table, new), check_bronze_rows(engine, table.path, new)]
    if table is ACCOUNTING:
        buckets = engine.fetch(rows.filter(rows.batch > since).select("user_bucket").distinct()).to_pylist()
        near = within(rows, buckets)
        return [*check_contract(engine, table, near), check_accounting(engine, table.path, near)]
    if table in (PLAY_RECORDS, PLAYS):
        near = _near(platform, since)
        found = check_contract(engine, table, near(rows))
        if table is PLAYS:
            records = engine.read(engine.open(PLAY_RECORDS))
            found.append(check_records_of_plays(engine, table.path, near(records), near(rows)))
        return found
    return check_contract(engine, table, rows.filter(rows.batch > since))


def _near(platform: Platform, since: int) -> Callable[[ir.Table], ir.Table]:
    """Narrows a table of plays or records to the slices that have changed."""
    records = platform.engine.read(platform.engine.open(PLAY_RECORDS))
    new = records.filter(records["_batch"] > ibis.literal(since))
    slices = platform.engine.fetch(new.select("user_bucket", "year").distinct()).to_pylist()
    if len(slices) > MOST_IN_ONE_PREDICATE:
        return lambda rows: rows
    return lambda rows: within(rows, slices)
