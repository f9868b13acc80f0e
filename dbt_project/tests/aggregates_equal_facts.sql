{{ config(meta={"dagster": {"ref": {"name": "fct_plays"}}}) }}
-- Days, and top lists over all time, add up to the facts they are made of.
with facts as (

    select
        user_id,
        sum(all_play_count) as plays,
        sum(play_count) as counted,
        sum(listening_ms) as ms,
        sum(case when content_type = 'track' and track_key is not null then all_play_count else 0 end) as track_plays,
        sum(case when content_type = 'track' and artist_key is not null then all_play_count else 0 end) as artist_plays
    from {{ ref('fct_plays') }}
    group by user_id

),

days as (

    select user_id, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('daily_user_stats') }}
    group by user_id

),

tracks as (

    select user_id, sum(all_play_count) as plays from {{ ref('top_tracks') }} where period = 'all' group by user_id

),

artists as (

    select user_id, sum(all_play_count) as plays from {{ ref('top_artists') }} where period = 'all' group by user_id

)

select facts.user_id
from facts
left join days on days.user_id = facts.user_id
left join tracks on tracks.user_id = facts.user_id
left join artists on artists.user_id = facts.user_id
where facts.plays is distinct from days.plays
    or facts.counted is distinct from days.counted
    or facts.ms is distinct from days.ms
    or facts.track_plays <> coalesce(tracks.plays, 0)
    or facts.artist_plays <> coalesce(artists.plays, 0)
