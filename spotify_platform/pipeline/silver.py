"""Silver: records merged into their slices, plays resolved anew in the slices a change touches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, Step, Turn, advance
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.ledger import time_zones
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, bucket_of, of_buckets, predicate_of, within
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.play_records import conform, distinct
from spotify_platform.transforms.plays import resolve

REACH = timedelta(hours=1)
"""How far in time one record can change what another is; a slice is read with as much again on each side."""


def advance_play_records(platform: Platform) -> Turn:
    """Merge the new good rows of every Bronze table into `silver/play_records`."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        if step.rebuild:
            return Overwrite(all_records(platform, step.inputs, step.ledger, step.top))
        new = engine.cache(_conformed(platform, step.inputs, step.ledger, step.last, step.top))
        slices = _slices(platform, new)
        if not slices:
            return Append(None)
        if not step.own.holds:
            return Append(distinct(new))
        if len(slices) > MOST_IN_ONE_PREDICATE:
            return Overwrite(distinct(engine.read(step.own).union(new)))
        return Replace(distinct(engine.read(step.own, predicate_of(slices)).union(new)), slices)

    return advance(engine, PLAY_RECORDS, [source.table for source in SOURCES], compute)


def all_records(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, top: int) -> ir.Table:
    """`silver/play_records` from all of Bronze, up to and with batch `top`."""
    return distinct(platform.engine.cache(_conformed(platform, bronze, ledger, 0, top)))


def _conformed(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, last: int, top: int) -> ir.Table:
    users = platform.users(time_zones(platform.engine, ledger, top))
    # A source without new batches is left out, which spares the engine a plan that reads nothing.
    new = [source for source in SOURCES if bronze[source.table.name].holds > last] or SOURCES[:1]
    shaped = []
    for source in new:
        where = f"_part = 'row' and _batch > {last} and _batch <= {top}"
        good = platform.engine.read(bronze[source.table.name], where)
        shaped.append(conform(source.source, good, users))
    return ibis.union(*shaped) if len(shaped) > 1 else shaped[0]


def advance_plays(platform: Platform) -> Turn:
    """Resolve anew every slice of `silver/plays` that new records, or changed settings, touch."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        records = step.inputs[PLAY_RECORDS.name]
        if step.rebuild:
            return Overwrite(all_plays(platform, engine.read(records), step.ledger, step.top))
        touched = _touched(platform, records, step.last) + _slices_of_users(platform, records, step.restated)
        slices = [dict(pair) for pair in sorted({tuple(sorted(s.items())) for s in touched})]
        if not slices:
            return Append(None)
        if len(slices) > MOST_IN_ONE_PREDICATE:
            return Overwrite(all_plays(platform, engine.read(records), step.ledger, step.top))
        near = engine.cache(_with_margins(platform, records, slices))
        plays = within(all_plays(platform, near, step.ledger, step.top), slices)
        return Replace(plays, slices) if step.own.holds else Append(plays)

    return advance(engine, PLAYS, [PLAY_RECORDS], compute)


def all_plays(platform: Platform, records: ir.Table, ledger: Snapshot, top: int) -> ir.Table:
    """`silver/plays` of the records given, with the users' settings as of batch `top`."""
    users = platform.users(time_zones(platform.engine, ledger, top))
    return resolve(records, users, platform.engine.local_time, platform.rules)


def _slices(platform: Platform, rows: ir.Table) -> list[Slice]:
    found: list[Slice] = platform.engine.fetch(rows.select("user_bucket", "year").distinct()).to_pylist()
    return found


def _touched(platform: Platform, records: Snapshot, last: int) -> list[Slice]:
    """Slices within reach of records of batches after `last`: at the turn of a year a record touches both."""
    new = platform.engine.read(records, f"_batch > {last}")
    reach = ibis.interval(seconds=int(REACH.total_seconds()))
    times = [new.ended_at - reach, new.ended_at, new.ended_at + reach]
    return _slices(platform, ibis.union(*[new.select("user_bucket", year=time.year().cast("int32")) for time in times]))


def _slices_of_users(platform: Platform, records: Snapshot, users: Iterable[str]) -> list[Slice]:
    buckets = of_buckets(bucket_of(user, platform.buckets) for user in users)
    return list(platform.engine.look_up(records, ["user_bucket", "year"], predicate_of(buckets)))


def _with_margins(platform: Platform, records: Snapshot, slices: Sequence[Slice]) -> ir.Table:
    """Records of the slices and those within twice the reach of one, so that what is kept does not show the cut."""
    wide = {(s["user_bucket"], s["year"] + d) for s in slices for d in (-1, 0, 1)}
    near = platform.engine.read(records, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(wide)]))
    bounds = []
    for part in slices:
        start, end = (datetime(part["year"] + d, 1, 1, tzinfo=UTC) for d in (0, 1))
        bounds.append((near.user_bucket == part["user_bucket"]) & near.ended_at.between(start - 2 * REACH, end + 2 * REACH))
    return near.filter(ibis.or_(*bounds))
