"""`silver/artists_history`, `albums_history`, `tracks_history`: what was told of an entity, as versions (SCD2).

What an answer leaves out is as it was told before. Versions follow from all observations in the order of their times, so
the order in which they came cannot show.
"""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_told import ATTRIBUTES, HISTORIES
from spotify_platform.transforms.arrays import first_of
from spotify_platform.transforms.keys import entity_bucket


def history(observations: ir.Table, *, entity: str) -> ir.Table:
    """Versions of the entities of one kind.

    Args:
        observations: rows of `silver/observations`, for each entity all of them.
        entity: artist, album or track.
    """
    return _versions(_tellings(observations.filter(observations.entity == entity), _names(entity)), entity)


def days_since(new: ir.Table, since: ir.Table, *, entity: str) -> ir.Table:
    """Each day on which something was told of entities that something newer tells of: entity_id, attributes, day, is_new.

    Args:
        new: rows of `silver/observations` to which a newer batch brought something.
        since: batch, one row: what is newer is new.
        entity: artist, album or track.
    """
    days = new.filter(new.entity == entity).select("entity_id", *_names(entity), day=new["_days"].unnest())
    placed = days.cross_join(since.select(since="batch"))
    return placed.mutate(is_new=placed.day["batch"] > placed.since).drop("since")


def touched(days: ir.Table, old: ir.Table, versions: ir.Table, *, entity: str) -> ir.Table:
    """Entities of which something new was told: entity_id, entity_bucket, is_late (it is not all newer than what was told).

    Args:
        days: what `days_since` gives.
        old: rows of `silver/observations` to which no newer batch brought anything.
        versions: the history as it was.
        entity: artist, album or track.
    """
    at, is_new = days.day["at"], days.is_new
    told = days.group_by("entity_id").aggregate(
        first_new=at.min(where=is_new), last_old=at.max(where=~is_new), is_undated=at.isnull().any()
    )
    others = old.filter(old.entity == entity).select("entity_id", "last_told_at").semi_join(told, "entity_id")
    told_at = others.last_told_at
    before = others.group_by("entity_id").aggregate(last_told=told_at.max(), was_undated=told_at.isnull().any())
    known = told.left_join(before, "entity_id").drop("entity_id_right")
    current = versions.filter(versions.is_current).select("valid_from", entity_id=f"{entity}_id")
    known = known.left_join(current, "entity_id")
    # The first time of a day may have moved, and the version that began at its old time with it.
    times = [known.last_told, known.last_old, known.valid_from]
    is_late = ibis.or_(*[(known.first_new <= time).fill_null(False) for time in times])  # noqa: FBT003 - a literal
    is_late |= known.is_undated | known.was_undated.fill_null(False)  # noqa: FBT003
    return known.select("entity_id", entity_bucket=entity_bucket(known.entity_id), is_late=is_late)


def advanced(days: ir.Table, observations: ir.Table, there: ir.Table, ids: ir.Table, *, entity: str) -> ir.Table:
    """Versions of some buckets after something new was told: what is newer than all before goes on from the last version.

    Args:
        days: what `days_since` gives.
        observations: rows of `silver/observations`, all of them.
        there: versions of these buckets as they were.
        ids: what `touched` gives.
        entity: artist, album or track.
    """
    key, names = f"{entity}_id", _names(entity)
    late, onward = ids.filter(ids.is_late), ids.filter(~ids.is_late)
    mine = there.semi_join(onward, [there[key] == onward.entity_id])
    last = mine.filter(mine.is_current).rename(entity_id=key, at="valid_from")
    fresh = days.filter(days.is_new).semi_join(onward, "entity_id")
    columns = ["entity_id", *names, "at"]
    told = last.select(*columns).union(fresh.mutate(at=fresh.day["at"]).select(*columns))
    versions = _versions(told.mutate(said=_text(told, names)), entity)
    numbered = versions.left_join(last.select("entity_id", first="version"), versions[key] == last.entity_id)
    went_on = numbered.mutate(version=numbered.version + numbered["first"].fill_null(1) - 1)
    of_late = observations.filter(observations.entity == entity).semi_join(late, "entity_id")
    return ibis.union(
        there.anti_join(ids, [there[key] == ids.entity_id]),
        mine.filter(~mine.is_current),
        went_on.select(*there.columns),
        history(of_late, entity=entity),
    )


def _names(entity: str) -> list[str]:
    return [column.name for column in ATTRIBUTES[entity]]


def _versions(tellings: ir.Table, entity: str) -> ir.Table:
    """What was known after each time, as long as it stayed the same."""
    table, names = HISTORIES[entity], _names(entity)
    states = _states(tellings, names)
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
    return named.select(*table.column_names).cast(table.types)


def _tellings(observations: ir.Table, names: list[str]) -> ir.Table:
    """Times at which something was told that may differ from what was told before: entity_id, at, attributes, said.

    In a month with one telling only its first time can: that spares the days of most entities. What is told without a
    time, and with one as well, is told at that time.
    """
    counted = observations.mutate(tellings=ibis._.count().over(ibis.window(group_by=["entity_id", "month"])))
    single, several = counted.filter(counted.tellings == 1), counted.filter(counted.tellings > 1)
    each = several.select("entity_id", *names, day=several["_days"].unnest())
    told = ibis.union(
        single.select("entity_id", *names, at=first_of(single["_days"])["at"]),
        each.select("entity_id", *names, at=each.day["at"]),
    )
    told = told.mutate(said=_text(told, names))
    dated, undated = told.filter(told["at"].notnull()), told.filter(told["at"].isnull())
    return dated.union(undated.anti_join(dated, ["entity_id", "said"]))


def _states(tellings: ir.Table, names: list[str]) -> ir.Table:
    """What is known after each time: of each attribute the last that was told. Of one time the last by text comes last."""
    order = [ibis.asc("at", nulls_first=True), "said"]
    of_one = ibis.window(group_by="entity_id", order_by="place")
    placed = tellings.mutate(place=ibis.row_number().over(ibis.window(group_by="entity_id", order_by=order)))
    compared = placed.mutate(said_before=placed.said.lag().over(of_one))
    fresh = compared.filter((compared.place == 0) | (compared.said != compared.said_before)).drop("said_before")
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
