"""What Gold should be, in plain SQL over Silver, written apart from the marts. Which track an id means is taken from Silver."""

_ALIAS = "coalesce(track_id, 'name:' || sha256(artist_name || chr(31) || track_name)[:22])"
# Plays: what was heard and guessed of each, whether it is told of at all, which track it means and who is its first artist.
HEARD = f"""
    select
        p.*, if(match = 'ambiguous' and sources = ['api'], 0, 1) as told,
        if(told = 1, coalesce(ms_played, ms_played_estimate, 0), 0) as ms,
        if(told = 1 and ms_played is null, coalesce(ms_played_estimate, 0), 0) as guess,
        if(content_type = 'track', a.track_key, null) as track, c.artist_key as artist
    from silver.plays p
    left join (select alias_key, track_key from silver.track_aliases) a on a.alias_key = {_ALIAS}
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
# Tracks with the title and album that plays of the newest year tell, the first in order, and the artist of the catalogue.
_TITLED = f"""
    select t.track_key, track_id, coalesce(heard.track_name, name) as name, artist_name,
        coalesce(heard.album_name, t.album_name) as album_name
    from silver.tracks t left join (
        select distinct on (alias_key) {_ALIAS} as alias_key, track_name, album_name
        from silver.plays where content_type = 'track' and not is_excluded
        order by year(local_date) desc, album_name, artist_name, track_name
    ) heard on heard.alias_key = t.track_key
"""
_TRACKS = "count(distinct if(is_counted, track, null))"
# Table: of which entities a track counts for, their names, and what else is counted.
ENTITIES = {
    "top_tracks": (
        "select track_key as track, track_key as entity from silver.tracks",
        f"select track_key as entity, track_id, name, artist_name, album_name from ({_TITLED})",
        [],
    ),
    "top_recordings": (
        "select track_key as track, recording_key as entity from silver.recordings",
        f"""select distinct recording_key as entity, main_track_key, name, artist_name, album_name
           from silver.recordings r join ({_TITLED}) t on t.track_key = r.main_track_key""",
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
