with plays as (

    select * from {{ ref('stg_plays') }} as plays_of_years
    where {{ is_built('plays_of_years') }}

)

select
    play_id,
    user_id,
    user_bucket,
    year,
    track_key,
    track_id,
    local_date,
    local_hour,
    time_of_day,
    time_zone,
    ended_at,
    started_at,
    start_is_estimated,
    content_type,
    content_uri,
    track_name,
    artist_name,
    album_name,
    show_name,
    ms_played,
    listening_ms,
    estimated_ms,
    is_counted,
    play_count,
    all_play_count,
    reason_start,
    reason_end,
    shuffle,
    skipped,
    skipped_is_derived,
    offline,
    incognito,
    platform,
    device_type,
    country,
    context_uri,
    sources,
    match
from plays
