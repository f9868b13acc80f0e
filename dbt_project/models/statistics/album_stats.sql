with heard as (

    {{ heard_tracks() }}

),

told as (

    select said.entity, said.entity_id, max(batch.loaded_at) as last_loaded_at
    from {{ source('silver', 'observations') }} as said
    inner join {{ source('silver', 'batches') }} as batch on batch.batch = said._batch
    group by said.entity, said.entity_id

),

-- An artist and a title: the editions of an album have ids, dates and popularities of their own.
editions as (

    select album.*, told.last_loaded_at
    from {{ source('gold', 'dim_albums') }} as album
    left join told on told.entity = 'album' and told.entity_id = album.album_id
    where album.artist_key is not null and album.album_name is not null

),

albums as (

    select
        artist_key,
        album_name,
        coalesce(min(case when is_in_catalogue then album_key end), min(album_key)) as album_key,
        count(*) as edition_count,
        max(album_track_count) as album_track_count,
        {{ released('editions') | indent(4) }},
        max(last_loaded_at) as last_loaded_at
    from editions
    group by artist_key, album_name

),

tracks as (

    select
        editions.artist_key,
        editions.album_name,
        count(*) as track_count,
        count(distinct track.recording_key) as recording_count,
        count(heard.track_key) as heard_track_count,
        avg(track.popularity) as average_popularity,
        max(track.popularity) as maximum_popularity,
        {{ lengths('track') | indent(8) }},
        max(told.last_loaded_at) as last_loaded_at
    from editions
    inner join {{ source('gold', 'dim_tracks') }} as track on track.album_key = editions.album_key
    left join heard on heard.track_key = track.track_key
    left join told on told.entity = 'track' and told.entity_id = track.track_id
    group by editions.artist_key, editions.album_name

)

select
    albums.artist_key,
    albums.album_name,
    artist.artist_name,
    albums.album_key,
    albums.edition_count,
    albums.album_track_count,
    coalesce(tracks.track_count, 0) as track_count,
    coalesce(tracks.recording_count, 0) as recording_count,
    coalesce(tracks.heard_track_count, 0) as heard_track_count,
    tracks.average_popularity,
    tracks.maximum_popularity,
    tracks.average_duration_ms,
    coalesce(tracks.short_track_count, 0) as short_track_count,
    coalesce(tracks.medium_track_count, 0) as medium_track_count,
    coalesce(tracks.long_track_count, 0) as long_track_count,
    albums.first_release_date,
    albums.first_release_precision,
    albums.last_release_date,
    albums.last_release_precision,
    greatest(
        coalesce(albums.last_loaded_at, tracks.last_loaded_at), coalesce(tracks.last_loaded_at, albums.last_loaded_at)
    ) as last_loaded_at
from albums
inner join {{ source('gold', 'dim_artists') }} as artist on artist.artist_key = albums.artist_key
left join tracks on tracks.artist_key = albums.artist_key and tracks.album_name = albums.album_name
