"""The fold: which rows of Gold show something else now, because what an id or a name means has changed.

What each mart shows of a track is put into words, before and after; where the words differ, the slices in which the track
was played are made anew, of that mart alone. What no mart shows (a follower count) is not among the words.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

FACTS = "fct_plays"
"""A play's own row shows what its alias means; everything else that is made of plays does too."""
_UNIT = "\x1f"

MODELS = (FACTS, "top_tracks", "top_recordings", "top_albums", "top_artists", "daily_user_stats")
"""Marts of users that tell tracks apart."""

SHOWN = ("track_aliases", "tracks", "recordings", "albums", "artists", "track_artists")
"""Tables of Silver that marts of users show something of."""


def shown(*tables: ir.Table) -> ir.Table:
    """What marts show of each alias: model, alias_key, said. The tables are those of `SHOWN`, in that order."""
    of = dict(zip(SHOWN, tables, strict=True))
    aliases = of["track_aliases"].select("alias_key", "track_key")
    said = {FACTS: aliases.select("track_key", said=aliases.track_key), **_said(of)}
    parts = [_of_model(model, aliases, rows) for model, rows in said.items()]
    return ibis.union(*parts)


def _said(of: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """track_key, said: of each mart that shows more than the track's key."""
    tracks, recordings, albums, artists = (of[name] for name in ("tracks", "recordings", "albums", "artists"))
    titles = tracks.select("track_key", said=_words(tracks.name, tracks.artist_name, tracks.album_name))
    main = recordings.join(titles, recordings.main_track_key == titles.track_key).drop("track_key_right")
    on_album = tracks.join(albums.select("album_key", title="name", by="artist_name"), "album_key")
    credit = of["track_artists"].join(artists.select("artist_key", "name"), "artist_key")
    told = credit.mutate(credit=_words(credit.artist_key, credit.position.cast("string"), credit.name))
    in_order = told.group_by("track_key").aggregate(said=told.credit.group_concat(_UNIT, order_by="position"))
    first = credit.filter(credit.position == 1)
    return {
        "top_tracks": titles,
        "top_recordings": main.select("track_key", said=_words(main.recording_key, main.main_track_key, main.said)),
        "top_albums": on_album.select("track_key", said=_words(on_album.album_key, on_album.title, on_album.by)),
        "top_artists": in_order,
        "daily_user_stats": first.select("track_key", said="artist_key"),
    }


def _of_model(model: str, aliases: ir.Table, rows: ir.Table) -> ir.Table:
    known = aliases.left_join(rows, "track_key")
    return known.select("alias_key", model=ibis.literal(model), said=known.said.fill_null(""))


def _words(*parts: ir.StringValue) -> ir.StringValue:
    return ibis.literal(_UNIT).join([part.fill_null("") for part in parts])


def slices_to_restate(before: ir.Table, now: ir.Table, played: ir.Table) -> ir.Table:
    """Slices of marts in which something else is shown: model, user_bucket, year.

    Args:
        before: what `shown` said when Gold was published last.
        now: what it says now.
        played: rows of `silver/played_tracks`.
    """
    both = ibis.union(ibis.difference(before, now), ibis.difference(now, before))
    changed = both.select("model", "alias_key").distinct()
    where = changed.join(played.select("alias_key", "user_bucket", year="local_year"), "alias_key")
    return where.select("model", "user_bucket", "year").distinct().order_by("model", "user_bucket", "year")
