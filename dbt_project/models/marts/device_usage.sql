{{ totals({'device_type': "coalesce(device_type, 'unknown')", 'platform': "coalesce(platform, 'unknown')"}) }}

select
    user_id,
    user_bucket,
    year,
    period,
    period_start,
    device_type,
    platform,
    play_count,
    all_play_count,
    listening_ms,
    {{ estimated_share() }} as estimated_share,
    -- Rounded as whole hundredths, whose halves a double holds exactly. It holds no 1.005, which engines round differently.
    round(
        cast(10000 * play_count as double) / nullif(sum(play_count) over (partition by user_id, period, period_start), 0)
    ) / 100 as play_percentage,
    first_played_at,
    last_played_at
from totals
where {{ is_built('totals') }}
