"""`silver/tracks`: each track as it is now, from the catalogue, or from plays as long as the catalogue does not know it."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import TRACKS
from spotify_platform.transforms.arrays import first_of
from spotify_platform.transforms.keys import NAMED, credited_by_name, entity_bucket, name_key

_TYPES = TRACKS.types


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
    told = keys.left_join(_heard(aliases, heard), "track_key").drop("track_key_right").left_join(now, "track_key")
    artist_name = ibis.coalesce(first_of(told.artists)["name"], told.heard_artist_name)
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


def _heard(aliases: ir.Table, heard: ir.Table) -> ir.Table:
    """What plays call a track: track_key, heard_name, heard_artist_name, heard_album_name, heard_album_artist_name.

    Plays of the track's own id or names go before those of others that mean it, then the newest year: content decides,
    never arrival. An album that any of them tells is not lost when plays of a later source tell none.
    """
    called = aliases.select("alias_key", "track_key").join(heard, "alias_key")
    names = ("album_name", "artist_name", "track_name")
    own_first = ibis.desc(called.alias_key == called.track_key)
    order = [own_first, ibis.desc("newest_year"), *[ibis.asc(name, nulls_first=False) for name in names]]
    first = _first(called, order).select("track_key", heard_name="track_name", heard_artist_name="artist_name")
    on_album = _first(called.filter(called.album_name.notnull()), order)
    albums = on_album.select("track_key", heard_album_name="album_name", heard_album_artist_name="artist_name")
    return first.left_join(albums, "track_key").drop("track_key_right")


def _first(called: ir.Table, order: list[ir.Value]) -> ir.Table:
    placed = called.mutate(place=ibis.row_number().over(ibis.window(group_by="track_key", order_by=order)))
    return placed.filter(placed.place == 0)


def _on_albums(named: ir.Table, albums: ir.Table) -> ir.Table:
    """Tracks with album_key and album_name: by the album's id, else by its title and artist as plays tell them.

    Exports name the album's artist, other plays the track's: who is credited is asked for second. What no album is found
    for keeps the key of what plays tell: a compilation would fall apart as the artists of its tracks become known.
    """
    titles = albums.select("album_id", album_title="name")
    credited = albums.select("album_id", title="name", artist=albums.artists.unnest())
    by_names = credited.group_by("title", by=credited.artist["name"]).aggregate(found_id=credited.album_id.min())
    placed = named.left_join(titles, "album_id").drop("album_id_right")
    for name, artist in (("of_plays", "heard_album_artist_name"), ("of_credits", "artist_name")):
        found = by_names.select(heard_album_name="title", **{artist: by_names.by, name: by_names.found_id})
        keys = ["heard_album_name", artist]
        placed = placed.left_join(found, keys).drop(*[f"{key}_right" for key in keys])
    heard = ibis.ifelse(
        placed.heard_album_name.notnull(), name_key(placed.heard_album_artist_name, placed.heard_album_name), None
    )
    return placed.mutate(
        album_key=ibis.coalesce(placed.album_id, placed.of_plays, placed.of_credits, heard),
        album_name=placed.album_title.fill_null(placed.heard_album_name),
    )
