"""`silver/tracks`: each track as it is now, from the catalogue, or from plays as long as the catalogue does not know it."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import TRACKS
from spotify_platform.transforms.keys import NAMED, credited_by_name, entity_bucket, name_key

_TYPES = {column.name: column.type for column in TRACKS.columns}


def tracks(aliases: ir.Table, versions: ir.Table, heard: ir.Table, albums: ir.Table) -> ir.Table:
    """One row a track that an alias means.

    Args:
        aliases: rows of `silver/track_aliases`.
        versions: rows of `silver/tracks_history`.
        heard: rows of `silver/heard_tracks`.
        albums: rows of `silver/albums_history`.
    """
    keys = aliases.select("track_key").distinct()
    now = versions.filter(versions.is_current).rename(track_key="track_id").drop("entity_bucket")
    told = keys.left_join(_heard(heard), "track_key").drop("track_key_right").left_join(now, "track_key")
    artist_name = ibis.coalesce(told.artists[0]["name"], told.heard_artist_name)
    named = told.mutate(
        track_id=ibis.ifelse(told.track_key.startswith(NAMED), None, told.track_key),
        name=told.name.fill_null(told.heard_name),
        artist_name=artist_name,
        artists=told.artists.fill_null(credited_by_name(artist_name)),
        is_in_catalogue=told.version.notnull(),
        changed_at=told.valid_from,
        entity_bucket=entity_bucket(told.track_key),
    )
    return _on_albums(named, albums.filter(albums.is_current)).select(*TRACKS.column_names).cast(_TYPES)


def _heard(heard: ir.Table) -> ir.Table:
    """What plays call a track: track_key, heard_name, heard_artist_name, heard_album_name. Content decides, never arrival."""
    names = ("album_name", "artist_name", "track_name")
    newest_first = [ibis.desc("newest_year"), *[ibis.asc(name, nulls_first=False) for name in names]]
    order = ibis.window(group_by="alias_key", order_by=newest_first)
    first = heard.mutate(place=ibis.row_number().over(order)).filter(ibis._.place == 0)
    return first.select(
        track_key="alias_key", heard_name="track_name", heard_artist_name="artist_name", heard_album_name="album_name"
    )


def _on_albums(named: ir.Table, albums: ir.Table) -> ir.Table:
    """Tracks with album_key and album_name: by the album's id, else by the names of album and artist."""
    titles = albums.select("album_id", album_title="name")
    credited = albums.select("album_id", heard_album_name="name", artist=albums.artists.unnest())
    by_names = credited.group_by("heard_album_name", artist_name=credited.artist["name"]).aggregate(
        found_id=credited.album_id.min()
    )
    placed = named.left_join(titles, "album_id").drop("album_id_right")
    placed = placed.left_join(by_names, ["heard_album_name", "artist_name"]).drop("heard_album_name_right", "artist_name_right")
    heard = ibis.ifelse(placed.heard_album_name.notnull(), name_key(placed.artist_name, placed.heard_album_name), None)
    return placed.mutate(
        album_key=ibis.coalesce(placed.album_id, placed.found_id, heard),
        album_name=placed.album_title.fill_null(placed.heard_album_name),
    )
