"""`silver/audio_features`: of each track what was told last. A union that picks by content, so order cannot show."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_told import AUDIO_FEATURES
from spotify_platform.transforms.bounds import within
from spotify_platform.transforms.keys import entity_bucket
from spotify_platform.transforms.observations import told_by

_TYPES = AUDIO_FEATURES.types
_RANGES = {column.name: (column.low, column.high) for column in AUDIO_FEATURES.columns}
_VALUES = [name for name in AUDIO_FEATURES.column_names if name not in ("track_id", "told_at", "entity_bucket")]


def features_told(headers: ir.Table, rows: ir.Table) -> ir.Table:
    """What objects told, in the columns of the table, one row each.

    Rows that were loaded before Bronze had the bounds may hold what is out of them: that is null here.

    Args:
        headers: rows of `bronze/audio_features` that tell of loaded and repeated objects.
        rows: the good rows of these contents.
    """
    each = told_by(headers, rows)
    values = {name: _one_zero(within(each[name], *_RANGES[name])) for name in _VALUES}
    told = each.mutate(**values, track_id=each["id"], told_at=each["at"], entity_bucket=entity_bucket(each["id"]))
    return told.select(*AUDIO_FEATURES.column_names).cast(_TYPES)


def _one_zero(value: ir.Value) -> ir.Value:
    """Zero is zero, whatever its sign."""
    return ibis.ifelse(value == 0, 0.0, value) if isinstance(value, ir.FloatingValue) else value


def latest_features(*parts: ir.Table) -> ir.Table:
    """One row a track: the last that was told; of one time the one with most values, then the first by its values."""
    told = ibis.union(*parts)
    known = sum((told[name].notnull().cast("int64") for name in _VALUES), ibis.literal(0))
    values = [told[name].asc(nulls_first=True) for name in _VALUES]  # no text: engines spell numbers differently
    order = ibis.window(group_by="track_id", order_by=[ibis.desc("told_at", nulls_first=False), known.desc(), *values])
    placed = told.mutate(place=ibis.row_number().over(order))
    return placed.filter(placed.place == 0).select(*AUDIO_FEATURES.column_names)
