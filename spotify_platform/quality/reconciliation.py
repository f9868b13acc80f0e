"""Counts made apart from each other that must agree: rows in objects, rows in Bronze, records, plays."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import (
    ALBUM_ARTISTS,
    ALBUMS,
    ARTISTS,
    HEARD_TRACKS,
    RECORDINGS,
    TRACK_ALIASES,
    TRACK_ARTISTS,
    TRACKS,
)
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.quality.demands import (
    ADDS_UP,
    EVERY_ANSWER_IS_OBSERVED,
    EVERY_PLAY_HAS_ITS_RECORDS,
    EVERY_RECORD_IS_COUNTED,
    REFERENCES_ARE_THERE,
    ROWS_ARE_ALL_THERE,
)
from spotify_platform.quality.outcome import Outcome

REFERRING = (HEARD_TRACKS, TRACK_ALIASES, TRACKS, RECORDINGS, ALBUMS, TRACK_ARTISTS, ALBUM_ARTISTS, ARTISTS)
"""Tables of the catalogue that name what is in others."""


def check_bronze_rows(engine: Engine, path: str, rows: ir.Table) -> Outcome:
    """Rows the reader counted in each object equal its good and quarantined rows in the table.

    Args:
        engine: computes.
        path: the Bronze table's.
        rows: its rows of the batches in question, all three parts.
    """
    return _outcome(engine, path, ROWS_ARE_ALL_THERE, engine.derive(objects_that_differ, rows))


def check_accounting(engine: Engine, path: str, rows: ir.Table) -> Outcome:
    """Of each object: rows_in = rows_new + rows_repeat + rows_quarantined."""
    return _outcome(engine, path, ADDS_UP, engine.derive(accounts_that_differ, rows))


def check_records_of_plays(
    engine: Engine, path: str, changed: tuple[ir.Table, ir.Table], around: tuple[ir.Table, ir.Table]
) -> Outcome:
    """Every record is in exactly one play, and every play's records are there.

    Args:
        engine: computes.
        path: the table's.
        changed: records and plays of the slices in question.
        around: records and plays of these and of the years beside: at the turn of a year a play is in one, a record of it in
            the other.
    """
    return _outcome(engine, path, EVERY_PLAY_HAS_ITS_RECORDS, engine.derive(records_astray, *changed, *around))


def check_match_report(engine: Engine, path: str, report: ir.Table, plays: ir.Table) -> Outcome:
    """The report has every record of the plays that are in Gold, once, in the slices given."""
    return _outcome(engine, path, EVERY_RECORD_IS_COUNTED, engine.derive(report_that_differs, report, plays))


def report_that_differs(report: ir.Table, plays: ir.Table) -> ir.Table:
    """How many lines do not add up, and how many slices have not the records of their plays."""
    slices = ["user_bucket", "year"]
    sums = report.records != report.matched + report.ambiguous + report.unmatched_in_overlap + report.alone
    wrong = report.aggregate(lines_that_differ=sums.cast("int64").sum())
    counted = report.group_by(slices).aggregate(counted=report.records.sum())
    there = plays.filter(~plays.is_excluded).group_by(slices).aggregate(there=ibis._.record_ids.length().sum())
    both = counted.outer_join(there, slices)
    differ = (both.counted.fill_null(0) != both.there.fill_null(0)).cast("int64")
    return wrong.cross_join(both.aggregate(slices_that_differ=differ.sum()))


def check_observations(engine: Engine, path: str, told: ir.Table, observations: ir.Table) -> Outcome:
    """What answers told is among the observations.

    Args:
        engine: computes.
        path: the table's.
        told: what new answers told, not yet merged.
        observations: rows of the table.
    """
    return _outcome(engine, path, EVERY_ANSWER_IS_OBSERVED, engine.derive(tellings_astray, told, observations))


def check_references(engine: Engine, path: str, tables: Mapping[str, ir.Table]) -> Outcome:
    """What tables of the catalogue say of each other is there; `tables` are those of Silver, by name."""
    counts = engine.derive(references_astray, *[tables[table.name] for table in REFERRING])
    return _outcome(engine, path, REFERENCES_ARE_THERE, counts)


def references_astray(*tables: ir.Table) -> ir.Table:
    """How often something is named that is not there; the tables are those of `REFERRING`, in that order."""
    of = dict(zip((table.name for table in REFERRING), tables, strict=True))
    references = (
        ("heard_tracks", "alias_key", "track_aliases", "alias_key"),
        ("track_aliases", "track_key", "tracks", "track_key"),
        ("tracks", "track_key", "recordings", "track_key"),
        ("recordings", "main_track_key", "tracks", "track_key"),
        ("tracks", "album_key", "albums", "album_key"),
        ("track_artists", "artist_key", "artists", "artist_key"),
        ("album_artists", "artist_key", "artists", "artist_key"),
    )
    counts = None
    for table, column, other, key in references:
        named = of[table].select(key=column).filter(ibis._.key.notnull()).distinct()
        missing = named.anti_join(of[other].select(key=key), "key")
        count = missing.aggregate(**{f"{table}_without_{other}": missing.count()})
        counts = count if counts is None else counts.cross_join(count)
    return counts


def tellings_astray(told: ir.Table, observations: ir.Table) -> ir.Table:
    """How many tellings find no observation of that entity, month and name on their day."""
    named = ["entity", "entity_id", "month", "name"]
    each = told.select(*named, day=told["_days"].unnest())
    there = observations.select(*named, day=observations["_days"].unnest())
    days = each.mutate(on=each.day["at"].date()).drop("day").fill_null({"name": ""})
    known = there.mutate(on=there.day["at"].date()).drop("day").fill_null({"name": ""}).distinct()
    same = [days[name] == known[name] for name in named] + [days.on.identical_to(known.on)]
    astray = days.anti_join(known, same)
    return astray.aggregate(tellings_that_are_missing=astray.count())


def objects_that_differ(rows: ir.Table) -> ir.Table:
    """How many objects have not the rows that their header says, or not one header."""
    part = rows["_part"]
    each = rows.group_by("_object", "_batch").aggregate(
        counted=ibis.ifelse(part == "object", rows["_rows_in"], 0).sum(),
        there=(part != "object").cast("int64").sum(),
        headers=(part == "object").cast("int64").sum(),
    )
    return each.aggregate(
        objects_that_differ=(each.counted != each.there).cast("int64").sum(),
        objects_without_one_header=(each.headers != 1).cast("int64").sum(),
    )


def accounts_that_differ(rows: ir.Table) -> ir.Table:
    """How many accounts do not add up."""
    differs = rows.rows_in != rows.rows_new + rows.rows_repeat + rows.rows_quarantined
    return rows.aggregate(objects_that_differ=differs.cast("int64").sum())


def records_astray(records: ir.Table, plays: ir.Table, records_around: ir.Table, plays_around: ir.Table) -> ir.Table:
    """How many records are in no play or in several, and how many that plays name are not there."""
    # Counts only: a million of texts twice, or counted as distinct, do not fit into the memory of a small machine.
    named_around = (
        plays_around.select(record_id=plays_around.record_ids.unnest()).group_by("record_id").aggregate(plays=ibis._.count())
    )
    each = records.select("record_id").left_join(named_around, "record_id")
    named = plays.select(record_id=plays.record_ids.unnest())
    astray = each.aggregate(records_not_in_one_play=(each.plays.fill_null(0) != 1).cast("int64").sum())
    missing = named.anti_join(records_around, "record_id")
    return astray.cross_join(missing.aggregate(records_that_are_missing=missing.count()))


def _outcome(engine: Engine, path: str, name: str, counts: ir.Table) -> Outcome:
    found = {key: int(n or 0) for key, n in engine.fetch(counts).to_pylist()[0].items()}
    return Outcome(path, name, not any(found.values()), found)
