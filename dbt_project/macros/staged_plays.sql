{# Plays of Silver with measures and keys. `year` is the local one, by which Gold's tables are cut. #}
{% macro staged_plays(plays) %}
with plays as (

    select * from {{ plays }}

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
    * exclude (_batch, record_ids, year),
    {{ year_of('local_date') }} as year,
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
{% endmacro %}

{# Whether rows are in a slice, a bucket's year, that is built now. #}
{% macro is_built(rows) -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and built.year = {{ rows }}.year
    )
{%- endmacro %}
