"""`silver/artists_history`, `albums_history`, `tracks_history`: what was told of an entity, as versions (SCD2).

What an answer leaves out is as it was told before. Versions follow from all observations in the order of their times, so
the order in which they came cannot show.
"""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import ATTRIBUTES, HISTORIES
from spotify_platform.transforms.keys import entity_bucket


def touched(observations: ir.Table, *, entity: str) -> ir.Table:
    """Ids of the entities that observations are of: entity_id, entity_bucket."""
    ids = observations.filter(observations.entity == entity).select("entity_id").distinct()
    return ids.mutate(entity_bucket=entity_bucket(ids.entity_id))


def of_ids(rows: ir.Table, ids: ir.Table, *, column: str) -> ir.Table:
    """Rows of some entities."""
    return rows.semi_join(ids, [rows[column] == ids.entity_id])


def others_than(rows: ir.Table, ids: ir.Table, *, column: str) -> ir.Table:
    """Rows of all other entities."""
    return rows.anti_join(ids, [rows[column] == ids.entity_id])


def history(observations: ir.Table, *, entity: str) -> ir.Table:
    """Versions of the entities of one kind.

    Args:
        observations: rows of `silver/observations`, for each entity all of them.
        entity: artist, album or track.
    """
    table, names = HISTORIES[entity], [column.name for column in ATTRIBUTES[entity]]
    states = _states(_tellings(observations.filter(observations.entity == entity), names), names)
    of_one = ibis.window(group_by="entity_id", order_by="place")
    state = ibis.struct({name: states[name] for name in names})
    compared = states.mutate(is_same=(ibis.row_number().over(of_one) > 0) & state.identical_to(state.lag().over(of_one)))
    versions = compared.filter(~compared.is_same)
    dated = versions.mutate(
        version=ibis.row_number().over(of_one) + 1,
        valid_from=versions["at"],
        valid_to=versions["at"].lead().over(of_one),
        is_current=versions.place.lead().over(of_one).isnull(),
        entity_bucket=entity_bucket(versions.entity_id),
    )
    named = dated.rename({f"{entity}_id": "entity_id"})
    return named.select(*table.column_names).cast({column.name: column.type for column in table.columns})


def _tellings(observations: ir.Table, names: list[str]) -> ir.Table:
    """Times at which something was told that may differ from what was told before: entity_id, at, attributes.

    In a month with one telling only its first time can: that spares the days of most entities. What is told without a
    time, and with one as well, is told at that time.
    """
    counted = observations.mutate(tellings=ibis._.count().over(ibis.window(group_by=["entity_id", "month"])))
    single, several = counted.filter(counted.tellings == 1), counted.filter(counted.tellings > 1)
    each = several.select("entity_id", *names, day=several["_days"].unnest())
    told = ibis.union(
        single.select("entity_id", *names, at=single["_days"][0]["at"]), each.select("entity_id", *names, at=each.day["at"])
    )
    told = told.mutate(said=_text(told, names))
    dated, undated = told.filter(told["at"].notnull()), told.filter(told["at"].isnull())
    return dated.union(undated.anti_join(dated, ["entity_id", "said"]))


def _states(tellings: ir.Table, names: list[str]) -> ir.Table:
    """What is known after each time: of each attribute the last that was told. Of one time the last by text comes last."""
    order = [ibis.asc("at", nulls_first=True), "said"]
    of_one = ibis.window(group_by="entity_id", order_by="place")
    placed = tellings.mutate(place=ibis.row_number().over(ibis.window(group_by="entity_id", order_by=order)))
    fresh = placed.filter((placed.place == 0) | (placed.said != placed.said.lag().over(of_one)))
    so_far = ibis.window(group_by="entity_id", order_by="place", preceding=None, following=0)
    known = {name: _last_known(fresh[name], fresh.place).over(so_far) for name in names}
    next_place, after = fresh.place.lead().over(of_one), fresh["at"].lead().over(of_one)
    states = fresh.select("entity_id", "at", "place", is_last=next_place.isnull() | ~after.identical_to(fresh["at"]), **known)
    return states.filter(states.is_last).drop("is_last")


def _last_known(value: ir.Value, place: ir.IntegerValue) -> ir.Value:
    # Both engines have it as an aggregate over a window; Ibis' own `last` forgets there to leave out nulls.
    max_by = ibis.udf.agg.builtin(_max_by, name="max_by", signature=((value.type(), place.type()), value.type()))
    return max_by(value, ibis.ifelse(value.notnull(), place, None))


def _max_by(value: ir.Value, place: ir.Value) -> ir.Value:
    """The engine's own."""


def _text(rows: ir.Table, names: list[str]) -> ir.StringValue:
    """Values as one text that both engines spell the same."""
    return ibis.literal("\x1f").join([_spelled(rows[name]).fill_null("\x1d") for name in names])


def _spelled(value: ir.Value) -> ir.StringValue:
    if not isinstance(value, ir.ArrayValue):
        return value.cast("string")
    if value.type().value_type.is_struct():
        return value.map(lambda one: one["id"].fill_null("") + "\x1e" + one["name"].fill_null("")).join("\x1e")
    return value.join("\x1e")
