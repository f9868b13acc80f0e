"""Tables that are worked out whole, or by buckets, and of which only those slices are written that came out otherwise."""

from collections.abc import Sequence

import ibis.expr.types as ir

from spotify_platform.lakehouse.commit import Append, Change, Replace
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.slices import Slice, predicate_of
from spotify_platform.transforms.slices import differing, within


def replaced_where_other(engine: Engine, own: Snapshot, rows: ir.Table, slices: Sequence[Slice] | None = None) -> Change:
    """What brings a table to these rows: the slices that differ, or nothing.

    Args:
        engine: computes.
        own: the table.
        rows: all it is to have, or all that these slices are to have; computed once.
        slices: None for the whole table.
    """
    cut = own.table.partition_by
    kept = engine.cache(rows)
    there = engine.read(own, None if slices is None else predicate_of(slices))
    others: list[Slice] = engine.fetch(engine.derive(differing, there, kept, cut=cut)).to_pylist()
    if not others:
        return Append(None)
    return Replace(engine.derive(within, kept, engine.values(others, dict.fromkeys(cut, "int32"))), others)
