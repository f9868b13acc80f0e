with heard as (

    {{ heard_tracks() }}

),

albums as (

    select
        album_key,
        release_year,
        case
            when album_type is null then 'unknown' when album_type in ('album', 'single', 'compilation') then album_type else 'other'
        end as album_type
    from {{ source('gold', 'dim_albums') }}
    where release_year is not null

)

select
    albums.release_year,
    albums.album_type,
    count(distinct albums.album_key) as album_count,
    count(track.track_key) as track_count,
    avg(track.duration_ms) as average_duration_ms,
    {{ explicit_share('track') }} as explicit_share,
    avg(track.popularity) as average_popularity,
    cast(coalesce(sum(heard.play_count), 0) as bigint) as play_count,
    cast(coalesce(sum(heard.all_play_count), 0) as bigint) as all_play_count,
    cast(coalesce(sum(heard.listening_ms), 0) as bigint) as listening_ms,
    {{ estimated_share('sum(heard.estimated_ms)', 'sum(heard.listening_ms)') }} as estimated_share
from albums
left join {{ source('gold', 'dim_tracks') }} as track on track.album_key = albums.album_key
left join heard on heard.track_key = track.track_key
group by albums.release_year, albums.album_type
