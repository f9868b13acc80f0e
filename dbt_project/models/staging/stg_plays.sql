with plays as (

    select * from {{ source('silver', 'plays_nearby') }} where not is_excluded

),

measured as (

    select
        *,
        cast(case when {{ may_be_double() }} then 0 else coalesce(ms_played, ms_played_estimate, 0) end as bigint) as listening_ms,
        cast(
            case when ms_played is null and not {{ may_be_double() }} then coalesce(ms_played_estimate, 0) else 0 end as bigint
        ) as estimated_ms,
        cast(case when is_counted then 1 else 0 end as bigint) as play_count,
        cast(case when {{ may_be_double() }} then 0 else 1 end as bigint) as all_play_count,
        coalesce(nullif(track_id, ''), {{ name_key('artist_name', 'track_name') }}) as alias_key
    from plays

)

select
    play_id,
    user_id,
    user_bucket,
    measured.track_id,
    local_date,
    local_hour,
    time_of_day,
    time_zone,
    ended_at,
    started_at,
    start_is_estimated,
    content_type,
    content_uri,
    measured.track_name,
    measured.artist_name,
    album_name,
    show_name,
    ms_played,
    ms_played_estimate,
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
    match,
    {{ year_of('local_date') }} as year,
    case when measured.content_type = 'track' then coalesce(alias.track_key, measured.alias_key) end as track_key
from measured
left join {{ source('silver', 'track_aliases') }} as alias on alias.alias_key = measured.alias_key
