with plays as (

    select * from {{ source('silver', 'plays') }}

),

measured as (

    select
        *,
        cast(coalesce(ms_played, ms_played_estimate, 0) as bigint) as listening_ms,
        cast(case when ms_played is null then coalesce(ms_played_estimate, 0) else 0 end as bigint) as estimated_ms,
        cast(case when is_counted then 1 else 0 end as bigint) as play_count
    from plays

)

select
    * exclude (_batch, record_ids),
    case
        when content_type = 'track' then coalesce(
            track_id,
            'name:' || substr({{ sha256_hex("coalesce(artist_name, '') || chr(31) || coalesce(track_name, '')") }}, 1, 22)
        )
    end as track_key,
    case
        when content_type = 'track' and artist_name is not null
            then 'name:' || substr({{ sha256_hex('artist_name') }}, 1, 22)
    end as artist_key
from measured
