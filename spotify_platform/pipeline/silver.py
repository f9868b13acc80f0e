"""Silver: records merged into their slices, plays resolved anew in the slices a change touches."""

from collections.abc import Iterable, Mapping, Sequence

import ibis.expr.types as ir

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, Step, Turn, advance
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.ledger import time_zones
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, bucket_of, of_buckets, predicate_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.play_records import conform_all, distinct
from spotify_platform.transforms.plays import resolve
from spotify_platform.transforms.slices import SLICE, near, slices_of, touched, within


def advance_play_records(platform: Platform) -> Turn:
    """Merge the new good rows of every Bronze table into `silver/play_records`."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        if step.rebuild:
            return Overwrite(all_records(platform, step.inputs, step.ledger, step.top))
        new = engine.cache(_conformed(platform, step.inputs, step.ledger, step.last, step.top))
        slices = _found(platform, engine.derive(slices_of, new))
        if not slices:
            return Append(None)
        if not step.own.holds:
            return Append(engine.derive(distinct, new))
        if len(slices) > MOST_IN_ONE_PREDICATE:
            return Overwrite(engine.derive(distinct, engine.read(step.own), new))
        return Replace(engine.derive(distinct, engine.read(step.own, predicate_of(slices)), new), slices)

    return advance(engine, PLAY_RECORDS, [source.table for source in SOURCES], compute)


def all_records(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, top: int) -> ir.Table:
    """`silver/play_records` from all of Bronze, up to and with batch `top`."""
    engine = platform.engine
    return engine.derive(distinct, engine.cache(_conformed(platform, bronze, ledger, 0, top)))


def _conformed(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, last: int, top: int) -> ir.Table:
    engine = platform.engine
    users = platform.users(time_zones(engine, ledger, top))
    # A source without new batches is left out, which spares the engine a plan that reads nothing.
    new = [source for source in SOURCES if bronze[source.table.name].holds > last] or SOURCES[:1]
    where = f"_part = 'row' and _batch > {last} and _batch <= {top}"
    good = [engine.read(bronze[source.table.name], where) for source in new]
    return engine.derive(conform_all, users, *good, sources=[source.source for source in new])


def advance_plays(platform: Platform) -> Turn:
    """Resolve anew every slice of `silver/plays` that new records, or changed settings, touch."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        records = step.inputs[PLAY_RECORDS.name]
        if step.rebuild:
            return Overwrite(all_plays(platform, engine.read(records), step.ledger, step.top))
        found = _touched(platform, records, step.last) + _slices_of_users(platform, records, step.restated)
        slices = [dict(pair) for pair in sorted({tuple(sorted(s.items())) for s in found})]
        if not slices:
            return Append(None)
        if len(slices) > MOST_IN_ONE_PREDICATE:
            return Overwrite(all_plays(platform, engine.read(records), step.ledger, step.top))
        concerned = engine.cache(_with_margins(platform, records, slices))
        resolved = all_plays(platform, concerned, step.ledger, step.top)
        plays = engine.derive(within, resolved, engine.values(slices, SLICE))
        return Replace(plays, slices) if step.own.holds else Append(plays)

    return advance(engine, PLAYS, [PLAY_RECORDS], compute)


def all_plays(platform: Platform, records: ir.Table, ledger: Snapshot, top: int) -> ir.Table:
    """`silver/plays` of the records given, with the users' settings as of batch `top`."""
    engine = platform.engine
    users = platform.users(time_zones(engine, ledger, top))
    return engine.derive(resolve, records, users, local_time=engine.local_time, rules=platform.rules)


def _found(platform: Platform, slices: ir.Table) -> list[Slice]:
    found: list[Slice] = platform.engine.fetch(slices).to_pylist()
    return found


def _touched(platform: Platform, records: Snapshot, last: int) -> list[Slice]:
    """Slices within reach of records of batches after `last`."""
    return _found(platform, platform.engine.derive(touched, platform.engine.read(records, f"_batch > {last}")))


def _slices_of_users(platform: Platform, records: Snapshot, users: Iterable[str]) -> list[Slice]:
    buckets = of_buckets(bucket_of(user, platform.buckets) for user in users)
    return list(platform.engine.look_up(records, ["user_bucket", "year"], predicate_of(buckets)))


def _with_margins(platform: Platform, records: Snapshot, slices: Sequence[Slice]) -> ir.Table:
    """Records of the slices and those near them; only the years beside are read."""
    engine = platform.engine
    wide = {(s["user_bucket"], s["year"] + d) for s in slices for d in (-1, 0, 1)}
    read = engine.read(records, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(wide)]))
    return engine.derive(near, read, engine.values(slices, SLICE))
