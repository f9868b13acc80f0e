"""Quarantine and accounting: what became of every row of every object, from counts made apart from each other.

`rows_in` is the reader's count, `rows_quarantined` counts quarantined rows, `rows_new` and `rows_repeat` count the
lineage of the records. Nothing is got by subtraction, so a lost row shows.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, Step, Turn, advance
from spotify_platform.lakehouse.ledger import time_zones
from spotify_platform.lakehouse.slices import bucket_of, of_buckets, one_of, predicate_of
from spotify_platform.pipeline.platform import Platform

BRONZE = [source.table for source in SOURCES]


def advance_quarantine(platform: Platform) -> Turn:
    """Add the quarantined rows of the new batches to `bronze/quarantine`."""

    def compute(step: Step) -> Change:
        bad = []
        for source in SOURCES:
            if step.inputs[source.table.name].holds <= step.last:
                continue
            where = f"_part = 'bad' and _batch > {step.last} and _batch <= {step.top}"
            new = platform.engine.read(step.inputs[source.table.name], where)
            bad.append(_quarantined(new, source.source))
        if not bad:
            return Append(None)
        found = platform.engine.cache(ibis.union(*bad) if len(bad) > 1 else bad[0])
        return Append(found if platform.engine.count(found) else None)

    return advance(platform.engine, QUARANTINE, BRONZE, compute)


def _quarantined(rows: ir.Table, source: str) -> ir.Table:
    return rows.select(
        source=ibis.literal(source),
        user_id=rows["_user"],
        object=rows["_object"],
        sha256=rows["_sha256"],
        row=rows["_row"],
        offset=rows["_offset"],
        length=rows["_length"],
        text_sha256=rows["_text_sha256"],
        reason=rows["_reason"],
        batch=rows["_batch"],
    )


def advance_accounting(platform: Platform) -> Turn:
    """Account anew for every object of the users whom the new batches concern."""
    engine = platform.engine

    def compute(step: Step) -> Change:
        people = time_zones(engine, step.ledger, step.top)
        buckets = {bucket_of(user, platform.buckets) for user in step.users}
        concerned = {u: z for u, z in people.items() if step.rebuild or bucket_of(u, platform.buckets) in buckets}
        rows = _accounts(platform, step, concerned)
        if step.rebuild:
            return Overwrite(rows)
        if not step.own.holds:
            return Append(rows)
        return Replace(rows, of_buckets(buckets))

    return advance(engine, ACCOUNTING, [*BRONZE, PLAY_RECORDS], compute)


def _accounts(platform: Platform, step: Step, people: Mapping[str, str]) -> ir.Table:
    """One row an object of these users, as of `step.top`."""
    engine = platform.engine
    users = platform.users(people)
    buckets = of_buckets(bucket_of(user, platform.buckets) for user in people)
    records = engine.read(step.inputs[PLAY_RECORDS.name], None if step.rebuild else predicate_of(buckets))
    lineage = engine.cache(_lineage(records))
    theirs = f"{one_of('_user', people)} and _batch <= {step.top}"
    loaded = []
    for source in SOURCES:
        own = step.inputs[source.table.name]
        headers, bad = (engine.read(own, f"_part = '{part}' and {theirs}") for part in ("object", "bad"))
        loaded.append(_of_source(source.source, headers, bad, lineage))
    refused = f"action in ('refuse', 'not_recognised') and batch <= {step.top} and {one_of('user_id', people)}"
    kept = engine.read(step.ledger, refused)
    zero = ibis.literal(0, "int64")
    others = kept.select(
        source=ibis.null("string"), user_id=kept.user_id, object=kept.key, bytes=kept.bytes, sha256=kept.sha256,
        batch=kept.batch, rows_in=zero, rows_new=zero, rows_repeat=zero, rows_quarantined=zero,
        status=ibis.ifelse(kept.action == "refuse", "refused", "not_recognised"), reason=kept.reason,
    )  # fmt: skip
    rows = ibis.union(*loaded, others)
    placed = rows.join(users.select("user_id", "user_bucket"), "user_id")
    return placed.select(*ACCOUNTING.column_names)


def _lineage(records: ir.Table) -> ir.Table:
    """Rows by object: new where the record's smallest origin is that row, repeat for all its other origins."""
    each = records.select("source", "user_id", first=records.origins[0], origin=records.origins.unnest())
    named = each.mutate(object_hash=each.origin.re_extract(r"^([0-9a-f]+)#", 1), is_new=each.origin == each["first"])
    return named.group_by("source", "user_id", "object_hash").aggregate(
        rows_new=named.is_new.cast("int64").sum().cast("int64"),
        rows_repeat=(~named.is_new).cast("int64").sum().cast("int64"),
    )


def _of_source(source: str, headers: ir.Table, bad: ir.Table, lineage: ir.Table) -> ir.Table:
    """Accounts of one Bronze table's objects. A repeat has the rows of the object it repeats, all of them repeats."""
    bad = bad.group_by("_object", "_batch").aggregate(bad=ibis._.count())
    same = ibis.window(group_by=["_user", "_sha256"])
    sized = headers.mutate(
        is_repeat=headers["_status"] == "repeat",
        rows_in=ibis.ifelse(headers["_sha256"].isnull(), headers["_rows_in"], headers["_rows_in"].max().over(same)),
        object_hash=ibis.ifelse(headers["_status"] == "loaded", headers["_sha256"][:16], None),
    )
    merged = lineage.filter(lineage.source == source).select("object_hash", "rows_new", "rows_repeat", _user="user_id")
    full = sized.left_join(bad, ["_object", "_batch"]).left_join(merged, ["_user", "object_hash"])
    return full.select(
        source=ibis.literal(source),
        user_id=full["_user"],
        object=full["_object"],
        bytes=full["_bytes"],
        sha256=full["_sha256"],
        batch=full["_batch"],
        rows_in=full.rows_in.fill_null(0),
        rows_new=full.rows_new.fill_null(0),
        rows_repeat=ibis.ifelse(full.is_repeat, full.rows_in, full.rows_repeat).fill_null(0),
        rows_quarantined=full.bad.fill_null(0),
        status=full["_status"],
        reason=full["_reason"],
    )
