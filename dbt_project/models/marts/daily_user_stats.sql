with plays as (

    select facts.*, credit.artist_key
    from {{ ref('stg_facts') }} as facts
    left join {{ source('silver', 'track_artists') }} as credit
        on credit.track_key = facts.track_key and credit.position = 1
    where facts.all_play_count > 0 and {{ is_built('facts') }}

)

select
    user_id,
    user_bucket,
    year,
    local_date,
    cast(sum(play_count) as bigint) as play_count,
    cast(sum(all_play_count) as bigint) as all_play_count,
    cast(sum(listening_ms) as bigint) as listening_ms,
    {{ estimated_share('sum(estimated_ms)', 'sum(listening_ms)') }} as estimated_share,
    cast(count(distinct track_key) filter (where play_count > 0) as bigint) as unique_tracks,
    cast(count(distinct artist_key) filter (where play_count > 0) as bigint) as unique_artists,
    avg(listening_ms) filter (where play_count > 0) as average_track_ms,
    cast(count(*) filter (where skipped) as bigint) as skipped_count,
    min(ended_at) as first_played_at,
    max(ended_at) as last_played_at
from plays
group by user_id, user_bucket, year, local_date
