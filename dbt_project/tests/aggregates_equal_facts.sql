{{ config(meta={"dagster": {"ref": {"name": "fct_plays"}}}) }}
-- Days add up to the facts of their years; what is of all time, and coverage, to all plays of Silver.
with facts as (

    select user_id, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('fct_plays') }}
    group by user_id

),

plays as (

    select
        user_id,
        count(*) as all_plays,
        sum(case when is_counted then 1 else 0 end) as counted_plays,
        sum(coalesce(ms_played, ms_played_estimate, 0)) as ms,
        sum(case when content_type = 'track' then 1 else 0 end) as track_plays
    from {{ source('silver', 'plays') }}
    where not is_excluded and (match <> 'ambiguous' or {{ tells('extended') }} or {{ tells('account') }})
    group by user_id

),

-- A play counts once for each artist who is credited.
credits as (

    select facts.user_id, sum(facts.all_play_count) as plays
    from {{ ref('stg_facts') }} as facts
    inner join {{ source('silver', 'track_artists') }} as credit on credit.track_key = facts.track_key
    group by facts.user_id

),

days as (

    select user_id, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('daily_user_stats') }}
    group by user_id

),

tracks as (

    select user_id, sum(all_play_count) as plays from {{ ref('top_tracks') }} where period = 'all' group by user_id

),

coverage as (

    select user_id, sum(all_play_count) as plays from {{ ref('listening_coverage') }} group by user_id

),

artists as (

    select user_id, sum(all_play_count) as plays from {{ ref('top_artists') }} where period = 'all' group by user_id

),

devices as (

    select user_id, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('device_usage') }}
    where period = 'all'
    group by user_id

),

hours as (

    select user_id, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('listening_clock') }}
    where period = 'all'
    group by user_id

)

select plays.user_id
from plays
left join facts on facts.user_id = plays.user_id
left join days on days.user_id = plays.user_id
left join tracks on tracks.user_id = plays.user_id
left join artists on artists.user_id = plays.user_id
left join credits on credits.user_id = plays.user_id
left join coverage on coverage.user_id = plays.user_id
left join devices on devices.user_id = plays.user_id
left join hours on hours.user_id = plays.user_id
where facts.plays is distinct from days.plays
    or facts.counted is distinct from days.counted
    or facts.ms is distinct from days.ms
    or plays.all_plays <> coalesce(coverage.plays, 0)
    or plays.track_plays <> coalesce(tracks.plays, 0)
    or coalesce(credits.plays, 0) <> coalesce(artists.plays, 0)
    or plays.all_plays is distinct from devices.plays
    or plays.counted_plays is distinct from devices.counted
    or plays.ms is distinct from devices.ms
    or plays.all_plays is distinct from hours.plays
    or plays.counted_plays is distinct from hours.counted
    or plays.ms is distinct from hours.ms
