{# What is heard of each track month by month: the one pass over all facts from which all top lists are made. #}
select
    user_id,
    user_bucket,
    track_key,
    {{ month_start('local_date') }} as month_start,
    cast(sum(play_count) as bigint) as play_count,
    cast(sum(all_play_count) as bigint) as all_play_count,
    cast(sum(listening_ms) as bigint) as listening_ms,
    cast(sum(estimated_ms) as bigint) as estimated_ms,
    min(ended_at) as first_played_at,
    max(ended_at) as last_played_at
from {{ ref('stg_facts') }}
where content_type = 'track' and all_play_count > 0
group by user_id, user_bucket, track_key, {{ month_start('local_date') }}
