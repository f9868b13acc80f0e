{{ config(meta={"dagster": {"ref": {"name": "fct_plays"}}}) }}
-- depends_on: {{ ref('fct_plays') }} (dagster-dbt shows a test only at a model that it reads)
-- Once this is published, no play of Silver is lost or doubled in any mart. Facts have all plays of each user; the others add
-- up to them, days in their years and what is of all time as a whole. Of each mart that is so in the slices that are built of
-- it: where names alone have changed, they are not those of the others.
{% set all_plays = ['device_usage', 'listening_clock'] %}
{% set all_tracks = ['top_tracks', 'top_recordings'] %}
with plays as (

    select
        user_id,
        user_bucket,
        {{ year_of(all_time()) }} as year,
        count(*) as plays,
        sum(case when is_counted then 1 else 0 end) as counted,
        sum(coalesce(ms_played, ms_played_estimate, 0)) as ms,
        sum(case when content_type = 'track' then 1 else 0 end) as track_plays
    from {{ source('silver', 'plays') }}
    where not is_excluded and (match <> 'ambiguous' or {{ tells('extended') }} or {{ tells('account') }})
    group by user_id, user_bucket

),

facts as (

    select user_id, user_bucket, year, track_key, sum(all_play_count) as plays, sum(play_count) as counted, sum(listening_ms) as ms
    from {{ ref('stg_facts') }}
    group by user_id, user_bucket, year, track_key

),

-- A play counts once for each artist who is credited, and for the album that its track is on.
credits as (

    select facts.user_id, facts.user_bucket, {{ year_of(all_time()) }} as year, sum(facts.plays) as plays
    from facts
    inner join {{ source('silver', 'track_artists') }} as credit on credit.track_key = facts.track_key
    group by facts.user_id, facts.user_bucket

),

on_albums as (

    select facts.user_id, facts.user_bucket, {{ year_of(all_time()) }} as year, sum(facts.plays) as plays
    from facts
    inner join {{ source('silver', 'tracks') }} as track on track.track_key = facts.track_key
    where track.album_key is not null
    group by facts.user_id, facts.user_bucket

),

expected as (

    select 'fct_plays' as mart, user_id, plays, counted, ms from plays
    union all
    select 'daily_user_stats', user_id, sum(plays), sum(counted), sum(ms)
    from facts
    where {{ is_built('facts', 'daily_user_stats') }}
    group by user_id
    {%- for mart in all_plays %}
    union all
    select '{{ mart }}', user_id, plays, counted, ms from plays where {{ is_built('plays', mart) }}
    {%- endfor %}
    {%- for mart in all_tracks %}
    union all
    select '{{ mart }}', user_id, track_plays, counted, null from plays where {{ is_built('plays', mart) }}
    {%- endfor %}
    union all
    select 'listening_coverage', user_id, plays, null, null from plays where {{ is_built('plays', 'listening_coverage') }}
    union all
    select 'top_artists', user_id, plays, null, null from credits where {{ is_built('credits', 'top_artists') }}
    union all
    select 'top_albums', user_id, plays, null, null from on_albums where {{ is_built('on_albums', 'top_albums') }}

),

found as (

    select 'fct_plays' as mart, user_id, sum(plays) as plays, sum(counted) as counted, sum(ms) as ms from facts group by user_id
    union all
    select 'daily_user_stats', user_id, sum(all_play_count), sum(play_count), sum(listening_ms)
    from {{ ref('daily_user_stats') }}
    group by user_id
    {%- for mart in all_plays + all_tracks %}
    union all
    select '{{ mart }}', user_id, sum(all_play_count), sum(play_count), {{ 'sum(listening_ms)' if mart in all_plays else 'null' }}
    from {{ ref(mart) }}
    where period = 'all'
    group by user_id
    {%- endfor %}
    union all
    select 'listening_coverage', user_id, sum(all_play_count), null, null from {{ ref('listening_coverage') }} group by user_id
    {%- for mart in ['top_artists', 'top_albums'] %}
    union all
    select '{{ mart }}', user_id, sum(all_play_count), null, null from {{ ref(mart) }} where period = 'all' group by user_id
    {%- endfor %}

)

select coalesce(expected.mart, found.mart) as mart, coalesce(expected.user_id, found.user_id) as user_id
from expected
full join found on found.mart = expected.mart and found.user_id = expected.user_id
where coalesce(expected.plays, 0) <> coalesce(found.plays, 0)
    or coalesce(expected.counted, 0) <> coalesce(found.counted, 0)
    or coalesce(expected.ms, 0) <> coalesce(found.ms, 0)
