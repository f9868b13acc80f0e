"""`silver/played_tracks` and `heard_tracks`: which tracks are heard where, and at all, by the ids and names that plays tell.

They change when a track is heard somewhere for the first time, and not with every play.
"""

import ibis.expr.types as ir

from spotify_platform.contracts.silver_catalogue import HEARD_TRACKS, PLAYED_TRACKS
from spotify_platform.transforms.keys import entity_bucket, name_key


def played_tracks(plays: ir.Table) -> ir.Table:
    """Distinct tracks of plays that are in Gold.

    Args:
        plays: rows of `silver/plays`, whole slices of them.
    """
    music = plays.filter((plays.content_type == "track") & ~plays.is_excluded)
    # An empty name is none: the key of both is the same.
    names = {name: music[name].nullif("") for name in ("track_id", "track_name", "artist_name", "album_name")}
    told = music.select("user_bucket", "year", **names, local_year=music.local_date.year()).distinct()
    known = told.mutate(alias_key=told.track_id.fill_null(name_key(told.artist_name, told.track_name)))
    return known.select(*PLAYED_TRACKS.column_names).cast(PLAYED_TRACKS.types)


def heard_tracks(played: ir.Table) -> ir.Table:
    """The same of all users and years.

    Args:
        played: rows of `silver/played_tracks`, all of them.
    """
    names = ["alias_key", "track_id", "track_name", "artist_name", "album_name"]
    heard = played.group_by(names).aggregate(newest_year=played.local_year.max())
    placed = heard.mutate(entity_bucket=entity_bucket(heard.alias_key))
    return placed.select(*HEARD_TRACKS.column_names).cast(HEARD_TRACKS.types)
