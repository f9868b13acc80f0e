"""Which slices rows are in, and which rows slices need: a change is worked out where it is felt, and nowhere else."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from spotify_platform.transforms.rules import REACH

SLICE = {"user_bucket": "int32", "year": "int32"}
"""Columns of slices as a relation."""

ALL_TIME = 1970
"""The year of what is about all time: its period begins in 1970."""


def slices_of(rows: ir.Table) -> ir.Table:
    """Slices that rows are in."""
    return rows.select("user_bucket", "year").distinct()


def sources_of(records: ir.Table) -> ir.Table:
    """Sources that records are of: source."""
    return records.select("source").distinct().order_by("source")


def buckets_of(rows: ir.Table) -> ir.Table:
    """Buckets that rows are in, with their number: user_bucket, n."""
    return rows.group_by("user_bucket").aggregate(n=rows.count()).order_by("user_bucket")


def touched(records: ir.Table) -> ir.Table:
    """Slices within reach of records: at the turn of a year a record touches both."""
    return _years(records, *_around(records.ended_at, ibis.interval(REACH)))


def near(records: ir.Table, slices: ir.Table) -> ir.Table:
    """Records of slices and those within twice the reach of one, so that what is kept does not show the cut."""
    first, _, last = _around(records.ended_at, ibis.interval(2 * REACH))
    near_year = slices.year.between(first.year().cast("int32"), last.year().cast("int32"))
    return records.semi_join(slices, [records.user_bucket == slices.user_bucket, near_year])


def within(rows: ir.Table, slices: ir.Table) -> ir.Table:
    """Rows of slices, or of whole buckets, of a relation that was computed."""
    return rows.semi_join(slices, list(slices.columns))


def together(*parts: ir.Table) -> ir.Table:
    """All rows of some relations."""
    return ibis.union(*parts)


def differing(one: ir.Table, other: ir.Table, *, cut: Sequence[str]) -> ir.Table:
    """Slices, by the columns that cut them, in which two relations of distinct rows are not the same."""
    return slices_by(ibis.union(ibis.difference(one, other), ibis.difference(other, one)), cut=cut)


def slices_by(rows: ir.Table, *, cut: Sequence[str]) -> ir.Table:
    """Slices that rows are in, by the columns that cut them."""
    return rows.select(*cut).distinct().order_by(*cut)


def local_years(plays: ir.Table) -> ir.Table:
    """Slices of Gold that plays can change the facts of, by local years.

    So far as two days can a play be from what a record changed beside it, or from its day in a zone before.
    """
    return _years(plays, *_around(plays.local_date, ibis.interval(days=2)))


def all_years(plays: ir.Table) -> ir.Table:
    """Every slice of Gold of these plays, all time among them."""
    all_time = plays.select("user_bucket", year=ibis.literal(ALL_TIME, "int32"))
    return _years(plays, plays.local_date).union(all_time, distinct=True)


def of_every_model(slices: ir.Table) -> ir.Table:
    """Slices that are of no mart alone: user_bucket, year, model."""
    return slices.mutate(model=ibis.null("string"))


def with_whole_buckets(told: ir.Table, buckets: ir.Table, years: ir.Table) -> ir.Table:
    """Slices of marts, and of marts that are made in whole buckets all their years: user_bucket, year, model."""
    return told.union(years.join(buckets, "user_bucket").select(*told.columns))


def of_all_time(rows: ir.Table) -> ir.Table:
    """Rows of a mart that are about all time."""
    return rows.filter(rows.year == ALL_TIME)


def _years(rows: ir.Table, *times: ir.Value) -> ir.Table:
    found = [rows.select("user_bucket", year=time.year().cast("int32")) for time in times]
    return ibis.union(*found, distinct=True) if len(found) > 1 else found[0].distinct()


def _around(time: ir.Value, reach: ir.Value) -> list[ir.Value]:
    return [time - reach, time, time + reach]
