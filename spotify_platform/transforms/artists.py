"""`silver/artists`: each artist as they are now: those of the catalogue, and those that are credited by name."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import ARTISTS
from spotify_platform.transforms.keys import NAMED, entity_bucket


def artists(versions: ir.Table, *credits_: ir.Table) -> ir.Table:
    """One row an artist.

    Args:
        versions: rows of `silver/artists_history`.
        credits_: rows of `silver/track_artists` and `silver/album_artists`.
    """
    now = versions.filter(versions.is_current).rename(artist_key="artist_id").drop("entity_bucket")
    credited = ibis.union(*[rows.select("artist_key", "artist_name") for rows in credits_])
    named = credited.group_by("artist_key").aggregate(credited_name=credited.artist_name.min())
    keys = now.select("artist_key").union(named.select("artist_key"), distinct=True)
    told = keys.left_join(named, "artist_key").drop("artist_key_right").left_join(now, "artist_key")
    complete = told.mutate(
        artist_id=ibis.ifelse(told.artist_key.startswith(NAMED), None, told.artist_key),
        name=told.name.fill_null(told.credited_name),
        is_in_catalogue=told.version.notnull(),
        changed_at=told.valid_from,
        entity_bucket=entity_bucket(told.artist_key),
    )
    return complete.select(*ARTISTS.column_names).cast(ARTISTS.types)
