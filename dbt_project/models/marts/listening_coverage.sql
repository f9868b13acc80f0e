with plays as (

    select
        user_id,
        user_bucket,
        local_date,
        sum(play_count) as play_count,
        sum(all_play_count) as all_play_count,
        sum(case when {{ tells('extended') }} then all_play_count else 0 end) as extended_play_count,
        sum(case when {{ tells('account') }} then all_play_count else 0 end) as account_play_count,
        sum(case when {{ tells('api') }} then 1 else 0 end) as api_play_count,
        sum(case when match = 'matched' then 1 else 0 end) as matched_play_count,
        sum(case when match = 'ambiguous' then 1 else 0 end) as ambiguous_play_count
    from {{ ref('stg_facts') }} as facts
    where {{ is_bucket_built('facts') }}
    group by user_id, user_bucket, local_date

),

-- From the day of the last play before a gap to the day of the first one after it.
gaps as (

    select
        untold.user_id,
        untold.user_bucket,
        {{ local_date('untold.gap_since', 'zone_before.time_zone') }} as first_day,
        {{ local_date('untold.gap_until', 'zone_after.time_zone') }} as last_day
    from {{ ref('stg_feed_gaps') }} as untold
    inner join {{ source('silver', 'zones') }} as zone_before
        on zone_before.user_id = untold.user_id
        and zone_before.starts_at <= untold.gap_since
        and untold.gap_since < zone_before.ends_at
    inner join {{ source('silver', 'zones') }} as zone_after
        on zone_after.user_id = untold.user_id
        and zone_after.starts_at <= untold.gap_until
        and untold.gap_until < zone_after.ends_at
    where {{ is_bucket_built('untold') }}

),

gap_days as (

    select distinct gaps.user_id, gaps.user_bucket, days.local_date
    from gaps
    inner join {{ ref('dim_dates') }} as days on days.local_date between gaps.first_day and gaps.last_day

),

-- An export is complete: what lies between two days that it tells of is known, unless they are far apart.
export_days as (

    select
        user_id,
        local_date as first_day,
        lead(local_date) over (partition by user_id order by local_date) as next_day
    from plays
    where extended_play_count + account_play_count > 0

),

exported as (

    select
        user_id,
        first_day,
        case when next_day <= {{ days_after('first_day', 14) }} then next_day else first_day end as last_day
    from export_days

),

days as (

    select user_id, user_bucket, local_date from plays
    union
    select user_id, user_bucket, local_date from gap_days

),

exported_days as (

    select distinct days.user_id, days.local_date
    from days
    inner join exported
        on exported.user_id = days.user_id and days.local_date between exported.first_day and exported.last_day

)

select
    days.user_id,
    days.user_bucket,
    days.local_date,
    cast(coalesce(plays.play_count, 0) as bigint) as play_count,
    cast(coalesce(plays.all_play_count, 0) as bigint) as all_play_count,
    cast(coalesce(plays.extended_play_count, 0) as bigint) as extended_play_count,
    cast(coalesce(plays.account_play_count, 0) as bigint) as account_play_count,
    cast(coalesce(plays.api_play_count, 0) as bigint) as api_play_count,
    cast(coalesce(plays.matched_play_count, 0) as bigint) as matched_play_count,
    cast(coalesce(plays.ambiguous_play_count, 0) as bigint) as ambiguous_play_count,
    exported_days.local_date is not null as is_exported,
    gap_days.local_date is not null as has_feed_gap,
    gap_days.local_date is not null and exported_days.local_date is null as has_open_gap
from days
left join plays on plays.user_id = days.user_id and plays.local_date = days.local_date
left join gap_days on gap_days.user_id = days.user_id and gap_days.local_date = days.local_date
left join exported_days on exported_days.user_id = days.user_id and exported_days.local_date = days.local_date
