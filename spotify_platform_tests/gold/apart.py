"""What Gold should be, in plain SQL over Silver, written apart from the marts. Which track an id means is taken from Silver."""

# Plays: what was heard and guessed of each, whether it is told of at all, which track it means and who is its first artist.
HEARD = """
    select
        p.*, if(match = 'ambiguous' and sources = ['api'], 0, 1) as told,
        if(told = 1, coalesce(ms_played, ms_played_estimate, 0), 0) as ms,
        if(told = 1 and ms_played is null, coalesce(ms_played_estimate, 0), 0) as guess,
        if(content_type = 'track', a.track_key, null) as track, c.artist_key as artist
    from silver.plays p
    left join silver.track_aliases a
        on a.alias_key = coalesce(p.track_id, 'name:' || sha256(p.artist_name || chr(31) || p.track_name)[:22])
    left join silver.track_artists c on c.track_key = a.track_key and c.position = 1
    where not (incognito is true and user_id = 'anna')
"""
# Rows of `plays` in each of their periods.
PERIODS = """
    select *, 'all' as period, date '1970-01-01' as start, null::date as before from plays
    union all
    select *, 'year', make_date(year(local_date), 1, 1), make_date(year(local_date) - 1, 1, 1) from plays
    union all
    select *, 'month', local_date - day(local_date)::int + 1, (local_date - day(local_date)::int + 1 - interval 1 month)::date
    from plays
"""
_TRACKS = "count(distinct if(is_counted, track, null))"
# Table: of which entities a track counts for, their names, and what else is counted.
ENTITIES = {
    "top_tracks": (
        "select track_key as track, track_key as entity from silver.tracks",
        "select track_key as entity, track_id, name, artist_name, album_name from silver.tracks",
        [],
    ),
    "top_recordings": (
        "select track_key as track, recording_key as entity from silver.recordings",
        """select distinct recording_key as entity, main_track_key, name, artist_name, album_name
           from silver.recordings r join silver.tracks t on t.track_key = r.main_track_key""",
        [_TRACKS],
    ),
    "top_albums": (
        "select track_key as track, album_key as entity from silver.tracks where album_key is not null",
        "select album_key as entity, album_id, name, artist_name from silver.albums",
        [_TRACKS],
    ),
    "top_artists": (
        "select track_key as track, artist_key as entity, position from silver.track_artists",
        "select artist_key as entity, artist_id, name from silver.artists",
        ["count_if(is_counted and position = 1)", _TRACKS],
    ),
}
