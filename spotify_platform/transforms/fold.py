"""The fold: which rows of Gold show something else now, because what an id or a name means has changed.

Of each table of Silver come the rows that changed, as they were and as they are. Where what a mart shows of them differs,
the slices in which the track was played are made anew, of that mart alone. What no mart shows (a follower count, a renamed
track: titles are those that plays tell) is only in the dimensions.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

Shown: TypeAlias = Callable[[ir.Table], ir.Value]

FACTS = "fct_plays"
"""A play's own row shows which track its id or names mean."""
MODELS = (FACTS, "top_tracks", "top_recordings", "top_albums", "top_artists", "daily_user_stats")
"""Marts of users that tell tracks apart."""
SHOWN = ("track_aliases", "tracks", "recordings", "albums", "artists", "track_artists")
"""Tables of Silver that marts of users show something of."""


def slices_to_restate(*tables: ir.Table) -> ir.Table:
    """Slices of marts in which something else is shown: model, user_bucket, year, was_known (of something before).

    Args:
        tables: for each of `SHOWN`, in that order, the rows that changed as they were, the same as they are, and all of them;
            then all of `silver/played_tracks`.
    """
    *of_silver, played = tables
    changes = {name: (of_silver[3 * n], of_silver[3 * n + 1]) for n, name in enumerate(SHOWN)}
    now = {name: of_silver[3 * n + 2] for n, name in enumerate(SHOWN)}
    means_other = _differing(changes["track_aliases"], "alias_key", track_key=itemgetter("track_key"))
    calls = now["track_aliases"].select("alias_key", "track_key")
    parts = [means_other.select("alias_key", "was_known", model=ibis.literal(FACTS))]
    for model, tracks in _restated_tracks(changes, now).items():
        parts.append(calls.join(tracks, "track_key").select("alias_key", "was_known", model=ibis.literal(model)))
    where = ibis.union(*parts).join(played.select("alias_key", "user_bucket", year="local_year"), "alias_key")
    slices = where.group_by("model", "user_bucket", "year").aggregate(was_known=where.was_known.any())
    return slices.order_by("model", "user_bucket", "year")


def buckets_to_restate(slices: ir.Table) -> ir.Table:
    """The same by whole buckets: model, user_bucket, was_known."""
    return slices.group_by("model", "user_bucket").aggregate(was_known=slices.was_known.any())


def gone(before: ir.Table, now: ir.Table) -> ir.Table:
    """Plays of the older files that the newer do not have, by the columns that decide what was heard first and last."""
    names = ["play_id", "ended_at", "content_type", "track_id", "track_name", "artist_name", "is_excluded", "match", "ms_played"]
    return ibis.difference(before.select(names), now.select(names))


def _restated_tracks(changes: Mapping[str, tuple[ir.Table, ir.Table]], now: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """Tracks of which a mart shows something else: track_key, by mart."""
    names: dict[str, Shown] = {
        "name": _heard("name"),
        "album_name": _heard("album_name"),
        "artist_name": itemgetter("artist_name"),
    }
    named = _differing(changes["tracks"], "track_key", **names)
    recording = {name: itemgetter(name) for name in ("recording_key", "main_track_key")}
    recorded = _differing(changes["recordings"], "track_key", **recording)
    of_main = now["recordings"].join(named.rename(main_track_key="track_key"), "main_track_key").select("track_key", "was_known")
    moved = _differing(changes["tracks"], "track_key", album_key=itemgetter("album_key"))
    titled = _differing(changes["albums"], "album_key", name=itemgetter("name"), by=itemgetter("artist_name"))
    credited = _differing(changes["track_artists"], "track_key", who=itemgetter("artist_key"), place=itemgetter("position"))
    before, after = changes["track_artists"]
    first = before.filter(before.position == 1), after.filter(after.position == 1)
    called = _differing(changes["artists"], "artist_key", name=itemgetter("name"))
    return {
        "top_tracks": named,
        "top_recordings": recorded.union(of_main),
        "top_albums": moved.union(now["tracks"].join(titled, "album_key").select("track_key", "was_known")),
        "top_artists": credited.union(now["track_artists"].join(called, "artist_key").select("track_key", "was_known")),
        "daily_user_stats": _differing(first, "track_key", who=itemgetter("artist_key")),
    }


def _heard(name: str) -> Shown:
    """What a mart shows as the name of a track."""
    return lambda rows: rows[f"heard_{name}"].fill_null(rows[name])


def _differing(change: tuple[ir.Table, ir.Table], key: str, /, **shown: Shown) -> ir.Table:
    """Keys of which other values are shown now than before, and whether there was anything before: key, was_known."""
    before, now = (rows.select(key, **{f"shown_{name}": value(rows) for name, value in shown.items()}) for rows in change)
    keys = ibis.union(ibis.difference(before, now), ibis.difference(now, before)).select(key).distinct()
    known = keys.left_join(before.select(key).distinct(), key)
    return known.select(key, was_known=known[f"{key}_right"].notnull())
