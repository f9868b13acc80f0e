with genres as (

    select distinct artist_key, {{ each('genres') }} as genre from {{ source('gold', 'dim_artists') }}

),

totals as (

    select
        top.user_id,
        genres.genre,
        count(distinct genres.artist_key) as artist_count,
        count(distinct top.track_key) as track_count,
        cast(sum(top.play_count) as bigint) as play_count,
        cast(sum(top.all_play_count) as bigint) as all_play_count,
        cast(sum(top.listening_ms) as bigint) as listening_ms,
        cast(sum({{ estimated_ms_of('top') }}) as bigint) as estimated_ms
    from {{ source('gold', 'top_tracks') }} as top
    inner join {{ source('gold', 'dim_tracks') }} as track on track.track_key = top.track_key
    inner join genres on genres.artist_key = track.artist_key
    where top.period = 'all'
    group by top.user_id, genres.genre

)

select
    user_id,
    genre,
    cast(row_number() over (partition by user_id order by play_count desc, listening_ms desc, genre asc) as bigint) as rank,
    artist_count,
    track_count,
    play_count,
    all_play_count,
    listening_ms,
    {{ estimated_share() }} as estimated_share
from totals
