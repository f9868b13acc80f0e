"""`silver/track_artists` and `silver/album_artists`: who is credited, in which place, and how the artist is known."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import ALBUM_ARTISTS, TRACK_ARTISTS
from spotify_platform.transforms.keys import entity_bucket, name_key

_TABLES = {"track": TRACK_ARTISTS, "album": ALBUM_ARTISTS}


def credits_of(entities: ir.Table, artists: ir.Table, *, entity: str) -> ir.Table:
    """One row an artist and track, or album. Who is credited twice is credited in the first place.

    Args:
        entities: rows of `silver/tracks` or `silver/albums`.
        artists: rows of `silver/artists_history`.
        entity: track or album.
    """
    key, table = f"{entity}_key", _TABLES[entity]
    each = entities.select(key, "artists").unnest("artists", offset="place")
    named = each.select(key, "place", artist_id=each.artists["id"], artist_name=each.artists["name"])
    found = named.left_join(_by_name(artists), "artist_name").drop("artist_name_right")
    known = found.mutate(
        artist_key=ibis.coalesce(found.artist_id, found.found_id, name_key(found.artist_name)),
        rule=ibis.cases(
            (found.artist_id.notnull(), "id"),
            (found.namesakes == 1, "name"),
            (found.namesakes > 1, "shared name"),
            else_="name alone",
        ),
    )
    said = known.filter(known.artist_id.notnull() | known.artist_name.notnull())
    first = said.mutate(again=ibis.row_number().over(ibis.window(group_by=[key, "artist_key"], order_by="place")))
    once = first.filter(first.again == 0)
    placed = once.mutate(
        position=ibis.row_number().over(ibis.window(group_by=key, order_by="place")) + 1, entity_bucket=entity_bucket(once[key])
    )
    return placed.select(*table.column_names).cast(table.types)


def _by_name(versions: ir.Table) -> ir.Table:
    """Artists of the catalogue by name: artist_name, found_id (of namesakes the one with most followers), namesakes."""
    now = versions.filter(versions.is_current & versions.name.notnull())
    most = [ibis.desc(name, nulls_first=False) for name in ("follower_count", "popularity")]
    of_name = ibis.window(group_by="name", order_by=[*most, "artist_id"])
    placed = now.mutate(place=ibis.row_number().over(of_name), namesakes=now.count().over(ibis.window(group_by="name")))
    return placed.filter(placed.place == 0).select("namesakes", artist_name="name", found_id="artist_id")
