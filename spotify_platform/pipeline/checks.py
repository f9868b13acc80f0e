"""Which rows each table's checks look at: what changed since the last publication, so that their cost follows the change.

A check speaks of the state of the lake, not of the run that asks: after a failure it fails again until the data is
mended, whoever runs it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.contracts.silver_catalogue import (
    ARTISTS,
    CATALOGUE,
)
from spotify_platform.contracts.silver_told import OBSERVATIONS
from spotify_platform.contracts.tables import CHECKED
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.ledger import tail
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, predicate_of
from spotify_platform.pipeline.catalogue import TOLD_BY, told_between
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import restated
from spotify_platform.quality.contract_checks import check_contract
from spotify_platform.quality.demands import EVERY_ANSWER_IS_OBSERVED, checks_of
from spotify_platform.quality.outcome import Outcome, stop_if_failed
from spotify_platform.quality.reconciliation import (
    REFERRING,
    check_accounting,
    check_bronze_rows,
    check_match_report,
    check_observations,
    check_records_of_plays,
    check_references,
)
from spotify_platform.transforms.slices import slices_by


def stop_at_bad_data(platform: Platform) -> None:
    """Check every table on the way to Gold; raises `DataFailedCheck` with all that is wrong."""
    stop_if_failed([found for table in CHECKED for found in check(platform, table)])


def check(platform: Platform, table: Table) -> list[Outcome]:
    """Run all checks of a table over what changed since the last publication."""
    since = platform.engine.open(PUBLISHED).holds
    snapshot = platform.engine.open(table)
    if snapshot.holds <= since or (table in CATALOGUE and not _changed(platform, table, since)):
        return [Outcome(table.path, name, passed=True) for name in checks_of(table)]
    return list(_CHECKS.get(table.path, _of_batches)(platform, snapshot, since))


def _changed(platform: Platform, table: Table, since: int) -> bool:
    """Whether there is anything new to look at in a table of the catalogue, or in those that its checks read too."""
    engine = platform.engine
    read = REFERRING if table is ARTISTS else (table,)
    return any(engine.changed_since(engine.open(one), since) for one in read)


def _of_batches(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    """What the contract demands of the rows of newer batches."""
    name = next(name for name in ("_batch", "batch") if name in snapshot.table.column_names)
    yield check_contract(platform.engine, snapshot.table, platform.engine.read(snapshot, f"{name} > {since}"))


def _of_bronze(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    new = platform.engine.read(snapshot, f"_batch > {since}")
    yield check_contract(platform.engine, snapshot.table, new)
    yield check_bronze_rows(platform.engine, snapshot.table.path, new)


def _of_accounting(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    engine, table = platform.engine, snapshot.table
    near = engine.read(snapshot, predicate_of(engine.look_up(snapshot, ["user_bucket"], f"batch > {since}")))
    yield check_contract(engine, table, near)
    yield check_accounting(engine, table.path, near)


def _of_records(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    near = _within(_changed_slices(platform, since, settings_too=False))
    yield check_contract(platform.engine, snapshot.table, platform.engine.read(snapshot, near))


def _of_plays(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    engine, table = platform.engine, snapshot.table
    slices = _changed_slices(platform, since, settings_too=True)
    near, years_beside = engine.read(snapshot, _within(slices)), _within(slices, reach=1)
    records = engine.open(PLAY_RECORDS)
    yield check_contract(engine, table, near)
    changed = engine.read(records, _within(slices)), near
    around = engine.read(records, years_beside), engine.read(snapshot, years_beside)
    yield check_records_of_plays(engine, table.path, changed, around)


def _of_match_report(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    engine, table = platform.engine, snapshot.table
    slices = _within(_changed_slices(platform, since, settings_too=True))
    report = engine.read(snapshot, slices)
    yield check_contract(engine, table, report)
    yield check_match_report(engine, table.path, report, engine.read(engine.open(PLAYS), slices))


def _of_observations(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    engine, table = platform.engine, snapshot.table
    yield from _of_batches(platform, snapshot, since)
    answers = told_between(engine, {source.name: engine.open(source) for source in TOLD_BY}, since, snapshot.holds)
    if answers is None:
        yield Outcome(table.path, EVERY_ANSWER_IS_OBSERVED, passed=True)
        return
    months: list[Slice] = engine.fetch(engine.derive(slices_by, answers, cut=["month"])).to_pylist()
    yield check_observations(engine, table.path, answers, engine.read(snapshot, predicate_of(months)))


def _of_entities(platform: Platform, snapshot: Snapshot, _since: int) -> Iterator[Outcome]:
    """They are worked out from all entities, so they are checked whole, and only where they changed."""
    yield check_contract(platform.engine, snapshot.table, platform.engine.read(snapshot))


def _of_artists(platform: Platform, snapshot: Snapshot, since: int) -> Iterator[Outcome]:
    """The last table of the catalogue: what its tables say of each other must be there."""
    engine = platform.engine
    yield from _of_entities(platform, snapshot, since)
    tables = {table.name: engine.read(engine.open(table)) for table in REFERRING}
    yield check_references(engine, snapshot.table.path, tables)


_CHECKS: Mapping[str, Callable[[Platform, Snapshot, int], Iterator[Outcome]]] = {
    **dict.fromkeys((source.table.path for source in SOURCES), _of_bronze),
    ACCOUNTING.path: _of_accounting,
    PLAY_RECORDS.path: _of_records,
    PLAYS.path: _of_plays,
    MATCH_REPORT.path: _of_match_report,
    **dict.fromkeys((table.path for table in CATALOGUE), _of_entities),
    OBSERVATIONS.path: _of_observations,
    ARTISTS.path: _of_artists,
}
"""How each table is checked; the others by the rows of newer batches."""


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
