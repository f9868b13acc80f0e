"""Which rows each table's checks look at: what changed since the last publication, so that their cost follows the change.

A check speaks of the state of the lake, not of the run that asks: after a failure it fails again until the data is
mended, whoever runs it.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, PUBLISHED
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, within
from spotify_platform.pipeline.platform import Platform
from spotify_platform.quality.contract_checks import check_contract
from spotify_platform.quality.outcome import Outcome
from spotify_platform.quality.reconciliation import check_accounting, check_bronze_rows, check_records_of_plays

BRONZE = {source.table.path for source in SOURCES}


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
