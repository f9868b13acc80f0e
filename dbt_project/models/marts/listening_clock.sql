{{ totals({'weekday': 'cast(' ~ iso_part('isodow', 'local_date') ~ ' as integer)', 'local_hour': 'local_hour'}) }}

select
    user_id,
    user_bucket,
    year,
    period,
    period_start,
    weekday,
    local_hour,
    play_count,
    all_play_count,
    listening_ms,
    {{ estimated_share() }} as estimated_share
from totals
where {{ is_built('totals') }}
