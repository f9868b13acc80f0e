"""Quarantine and accounting as tables: which rows they are made from when new batches come."""

from collections.abc import Iterator, Sequence

import ibis.expr.types as ir

from spotify_platform.contracts.bronze import PLAY_SOURCES, QUARANTINE, SOURCES
from spotify_platform.contracts.bronze_catalogue import CATALOGUE_SOURCES, SOURCE
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, Step, Turn, advance
from spotify_platform.lakehouse.ledger import stated_settings
from spotify_platform.lakehouse.slices import bucket_of, of_buckets, one_of, predicate_of
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.accounting import accounts, lineage, quarantined
from spotify_platform.transforms.catalogue_accounting import catalogue_accounts
from spotify_platform.transforms.slices import together

BRONZE = [source.table for source in SOURCES]


def advance_quarantine(platform: Platform) -> Turn:
    """Add the quarantined rows of the new batches to `bronze/quarantine`."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        new = [source for source in SOURCES if step.inputs[source.table.name].holds > step.last]
        where = f"_part = 'bad' and _batch > {step.last} and _batch <= {step.top}"
        bad = [engine.read(step.inputs[source.table.name], where) for source in new]
        if not bad:
            return Append(None)
        found = engine.cache(engine.derive(quarantined, *bad, sources=[source.source for source in new]))
        return Append(found if engine.count(found) else None)

    return advance(engine, QUARANTINE, BRONZE, compute)


def advance_accounting(platform: Platform) -> Turn:
    """Account anew for every object of the users whom the new batches concern."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        people = stated_settings(engine, step.ledger, step.top)
        buckets = {bucket_of(user, platform.buckets) for user in step.users}
        concerned = [user for user in people if step.rebuild or bucket_of(user, platform.buckets) in buckets]
        rows = platform.engine.derive(together, _accounts(platform, step, concerned), *_of_catalogue(platform, step, concerned))
        if step.rebuild:
            return Overwrite(rows)
        if not step.own.holds:
            return Append(rows)
        return Replace(rows, of_buckets(buckets))

    return advance(engine, ACCOUNTING, [*BRONZE, PLAY_RECORDS], compute)


def _accounts(platform: Platform, step: Step, people: Sequence[str]) -> ir.Table:
    """One row an object of these users that tells of plays or was not loaded, as of `step.top`."""
    engine = platform.engine
    buckets = of_buckets(bucket_of(user, platform.buckets) for user in people)
    records = engine.read(step.inputs[PLAY_RECORDS.name], None if step.rebuild else predicate_of(buckets))
    theirs = f"{one_of('_user', people)} and _batch <= {step.top}"
    used = [source for source in PLAY_SOURCES if step.inputs[source.table.name].holds]
    parts = [
        engine.read(step.inputs[source.table.name], f"_part = '{part}' and {theirs}")
        for source in used
        for part in ("object", "bad")
    ]
    refused = f"action in ('refuse', 'not_recognised') and batch <= {step.top} and {one_of('user_id', people)}"
    return engine.derive(
        accounts,
        engine.cache(engine.derive(lineage, records)),
        engine.read(step.ledger, refused),
        platform.users(people),
        *parts,
        sources=[source.source for source in used],
    )


def _of_catalogue(platform: Platform, step: Step, people: Sequence[str]) -> Iterator[ir.Table]:
    """Catalogue objects of these users: what is said of those accounted for before stays, since nothing later changes it."""
    engine = platform.engine
    since = 0 if step.rebuild else step.last
    if since and any(step.inputs[source.table.name].holds for source in CATALOGUE_SOURCES):
        buckets = of_buckets(bucket_of(user, platform.buckets) for user in people)
        yield engine.read(step.own, f"source = '{SOURCE}' and ({predicate_of(buckets)})")
    new = [source.table for source in CATALOGUE_SOURCES if step.inputs[source.table.name].holds > since]
    if not new:
        return
    theirs = f"{one_of('_user', people)} and _batch <= {step.top}"
    wanted = (f"_part = 'object' and {theirs}", *(f"_part = '{p}' and _batch > {since} and {theirs}" for p in ("bad", "row")))
    parts = [engine.read(step.inputs[table.name], where) for table in new for where in wanted]
    batch = engine.values([{"batch": since}], {"batch": "int64"})
    yield engine.derive(catalogue_accounts, batch, platform.users(people), *parts, tables=tuple(new))
