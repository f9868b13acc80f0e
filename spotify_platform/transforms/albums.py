"""`silver/albums`: each album as it is now: those of the catalogue, and those that tracks are on by name."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import ALBUMS
from spotify_platform.transforms.arrays import first_of
from spotify_platform.transforms.keys import NAMED, credited_by_name, entity_bucket


def albums(versions: ir.Table, tracks: ir.Table) -> ir.Table:
    """One row an album.

    Args:
        versions: rows of `silver/albums_history`.
        tracks: rows of `silver/tracks`.
    """
    now = versions.filter(versions.is_current).rename(album_key="album_id").drop("entity_bucket")
    on_them = tracks.filter(tracks.album_key.notnull())
    on_them = on_them.mutate(by=_by(on_them))
    of_album = ibis.window(group_by="album_key", order_by=[on_them.by.asc(nulls_first=False), "track_key"])
    named = on_them.mutate(place=ibis.row_number().over(of_album)).filter(ibis._.place == 0)
    named = named.select("album_key", heard_name="album_name", heard_artist_name="by")
    keys = now.select("album_key").union(named.select("album_key"), distinct=True)
    told = keys.left_join(named, "album_key").drop("album_key_right").left_join(now, "album_key")
    artist_name = ibis.coalesce(first_of(told.artists)["name"], told.heard_artist_name)
    complete = told.mutate(
        album_id=ibis.ifelse(told.album_key.startswith(NAMED), None, told.album_key),
        name=told.name.fill_null(told.heard_name),
        artist_name=artist_name,
        artists=told.artists.fill_null(credited_by_name(artist_name)),
        released_on=_first_day(told.release_date),
        is_in_catalogue=told.version.notnull(),
        changed_at=told.valid_from,
        entity_bucket=entity_bucket(told.album_key),
    )
    return complete.select(*ALBUMS.column_names).cast(ALBUMS.types)


def _by(tracks: ir.Table) -> ir.StringValue:
    """Whose album it is: who plays name with it, as exports name the album's artist; else the track's own."""
    is_heard = tracks.album_name == tracks.heard_album_name
    return ibis.coalesce(ibis.ifelse(is_heard, tracks.heard_album_artist_name, None), tracks.artist_name)


def _first_day(date: ir.StringValue) -> ir.DateValue:
    """First day of a day, a month or a year that is told as text; null for anything else (Spotify says 0000 for unknown)."""
    whole = ibis.cases((date.length() == 4, date + "-01-01"), (date.length() == 7, date + "-01"), else_=date)
    return ibis.ifelse(whole.re_search(r"^\d{4}-\d{2}-\d{2}\z") & (whole[:4] > "0000"), whole, None).try_cast("date")
