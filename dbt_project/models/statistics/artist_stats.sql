with heard as (

    {{ heard_tracks() }}

),

tracks as (

    select
        credit.artist_key,
        count(*) as track_count,
        count(heard.track_key) as heard_track_count,
        avg(track.popularity) as average_popularity,
        min(track.popularity) as minimum_popularity,
        max(track.popularity) as maximum_popularity,
        {{ explicit_share('track') }} as explicit_share,
        {{ lengths('track') | indent(8) }}
    from {{ source('silver', 'track_artists') }} as credit
    inner join {{ source('gold', 'dim_tracks') }} as track on track.track_key = credit.track_key
    left join heard on heard.track_key = track.track_key
    group by credit.artist_key

),

albums as (

    select
        credit.artist_key,
        count(*) as album_count,
        {{ released('album') | indent(4) }}
    from {{ source('silver', 'album_artists') }} as credit
    inner join {{ source('gold', 'dim_albums') }} as album on album.album_key = credit.album_key
    group by credit.artist_key

),

plays as (

    select artist_key, sum(play_count) as play_count
    from {{ source('gold', 'top_artists') }}
    where period = 'all'
    group by artist_key

)

select
    artist.artist_key,
    artist.artist_name,
    artist.popularity,
    coalesce(tracks.track_count, 0) as track_count,
    coalesce(tracks.heard_track_count, 0) as heard_track_count,
    coalesce(albums.album_count, 0) as album_count,
    tracks.average_popularity,
    tracks.minimum_popularity,
    tracks.maximum_popularity,
    tracks.average_duration_ms,
    coalesce(tracks.short_track_count, 0) as short_track_count,
    coalesce(tracks.medium_track_count, 0) as medium_track_count,
    coalesce(tracks.long_track_count, 0) as long_track_count,
    tracks.explicit_share,
    albums.first_release_date,
    albums.first_release_precision,
    albums.last_release_date,
    albums.last_release_precision,
    cast(coalesce(plays.play_count, 0) as bigint) as play_count
from {{ source('gold', 'dim_artists') }} as artist
left join tracks on tracks.artist_key = artist.artist_key
left join albums on albums.artist_key = artist.artist_key
left join plays on plays.artist_key = artist.artist_key
