"""Silver: records merged into their slices, plays resolved anew in the slices a change touches."""

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from spotify_platform.contracts.bronze import PLAY_SOURCES
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.commit import Append, Change, Put, Replace, Step, Turn, advance
from spotify_platform.lakehouse.engine import Engine, Part, Snapshot
from spotify_platform.lakehouse.ledger import stated_settings
from spotify_platform.lakehouse.slices import Slice, coarser, of_buckets, predicate_of
from spotify_platform.pipeline.parts import are_many, bucket_parts, rows_of, told_slices
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.users import listeners_of, restated, stated_as_of, zones_of
from spotify_platform.transforms.play_records import conform_all, distinct
from spotify_platform.transforms.plays import resolve
from spotify_platform.transforms.slices import SLICE, near, slices_of, sources_of, touched, within


def advance_play_records(platform: Platform) -> Turn:
    """Merge the new good rows of every Bronze table into `silver/play_records`."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        if step.is_anew:
            new = engine.cache(_conformed(platform, step.inputs, step.ledger, 0, step.top))
            return Put([Part(_merged(engine, new, part), part) for part in bucket_parts(engine, new)], whole=True)
        new = engine.cache(_conformed(platform, step.inputs, step.ledger, step.last, step.top))
        slices = told_slices(engine, engine.derive(slices_of, new))
        if not slices:
            return Append(None)
        if are_many(slices):
            return Put([Part(_merged(engine, new, part, step.own), part) for part in bucket_parts(engine, new)], whole=False)
        return Replace(engine.derive(distinct, engine.read(step.own, predicate_of(slices)), new), slices)

    return advance(engine, PLAY_RECORDS, [source.table for source in PLAY_SOURCES], compute)


def _merged(engine: Engine, new: ir.Table, part: list[Slice], own: Snapshot | None = None) -> ir.Table:
    """The records of a part: new ones, and those that are there."""
    there = [engine.read(own, predicate_of(part))] if own else []
    return engine.derive(distinct, *there, rows_of(engine, new, part))


def all_records(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, top: int) -> ir.Table:
    """`silver/play_records` from all of Bronze, up to and with batch `top`."""
    engine = platform.engine
    return engine.derive(distinct, engine.cache(_conformed(platform, bronze, ledger, 0, top)))


def _conformed(platform: Platform, bronze: Mapping[str, Snapshot], ledger: Snapshot, last: int, top: int) -> ir.Table:
    engine = platform.engine
    users = platform.users(stated_settings(engine, ledger, top))
    # A source without new batches is left out, which spares the engine a plan that reads nothing.
    new = [source for source in PLAY_SOURCES if bronze[source.table.name].holds > last] or PLAY_SOURCES[:1]
    where = f"_part = 'row' and _batch > {last} and _batch <= {top}"
    good = [engine.read(bronze[source.table.name], where) for source in new]
    return engine.derive(conform_all, users, *good, sources=[source.source for source in new])


def advance_plays(platform: Platform) -> Turn:
    """Resolve anew every slice of `silver/plays` that new records, or changed settings, touch."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        records = step.inputs[PLAY_RECORDS.name]
        if step.is_anew:
            return Put(_resolved(platform, step, bucket_parts(engine, engine.read(records))), whole=True)
        slices = changed_slices(platform, records, step)
        if not slices:
            return Append(None)
        concerned = predicate_of(of_buckets(s["user_bucket"] for s in slices))
        if are_many(slices) or (step.restated and engine.count(engine.read(records, concerned)) > engine.rows_at_once):
            return Put(_resolved(platform, step, bucket_parts(engine, engine.read(records, concerned))), whole=False)
        near_them = engine.cache(_with_margins(platform, records, slices))
        resolved = all_plays(platform, near_them, step.ledger, step.top)
        return Replace(engine.derive(within, resolved, engine.values(slices, SLICE)), slices)

    return advance(engine, PLAYS, [PLAY_RECORDS], compute)


def _resolved(platform: Platform, step: Step, parts: Sequence[list[Slice]]) -> list[Part]:
    """All plays of whole buckets, part by part."""
    records = step.inputs[PLAY_RECORDS.name]
    near_them = (platform.engine.read(records, predicate_of(part)) for part in parts)
    return [Part(all_plays(platform, r, step.ledger, step.top), part) for r, part in zip(near_them, parts, strict=True)]


def all_plays(platform: Platform, records: ir.Table, ledger: Snapshot, top: int) -> ir.Table:
    """`silver/plays` of the records given, with the users' settings as of batch `top`."""
    engine = platform.engine
    stated = stated_as_of(platform, ledger, top)
    if any(one.rules != platform.rules.sha256 for one in stated.values()):
        raise WrongCall(
            "The plays of this lake are ordered by other rules than this program has: another version of it is at work. "
            "End the older one, and run: spotify-platform refresh"
        )
    sources = engine.fetch(engine.derive(sources_of, records))["source"].to_pylist()
    return engine.derive(
        resolve,
        records,
        listeners_of(platform, stated),
        zones_of(platform, stated),
        local_time=engine.local_time,
        epoch_ms=engine.epoch_ms,
        rules=platform.rules,
        sources=sources,
    )


def changed_slices(platform: Platform, rows: Snapshot, step: Step) -> list[Slice]:
    """Slices of records, or of plays, within reach of what the step's batches brought, and those in which settings show.

    Of the step's own slices too: what settings change can leave one of them empty. Whole buckets where those are too many.
    """
    engine = platform.engine
    found = told_slices(engine, engine.derive(touched, engine.read(rows, f"_batch > {step.last}")))
    if moved := restated(platform, step.ledger, step.restated, step.last, step.top):
        where = " or ".join(one.predicate for one in moved)
        found += [found for table in (rows, step.own) for found in engine.look_up(table, ["user_bucket", "year"], where)]
    return coarser(found, ["user_bucket", "year"])


def _with_margins(platform: Platform, records: Snapshot, slices: Sequence[Slice]) -> ir.Table:
    """Records of the slices and those near them; only the years beside are read."""
    engine = platform.engine
    wide = {(s["user_bucket"], s["year"] + d) for s in slices for d in (-1, 0, 1)}
    read = engine.read(records, predicate_of([{"user_bucket": b, "year": y} for b, y in sorted(wide)]))
    return engine.derive(near, read, engine.values(slices, SLICE))
