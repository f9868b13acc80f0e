{#
  Ranked entities of each user in each period. Months are added up by track; `of` joins tracks with the entities they count
  for. Months and years are those that are built and, for the previous ranks, those before them.

    key      column that tells entities apart
    named    relation of the entities, with their key
    names    column -> expression over it
    of       join of tracks (track_key) with the key
    more     name -> measure of the months
#}
{% macro tops(key, named, names, of='', more={}) %}
with months as (

    select * from {{ ref('stg_track_months') }} as months_of_tracks
    where {{ is_near('months_of_tracks', year_of('months_of_tracks.month_start')) }}

),

all_time as (

    select user_id, user_bucket, track_key, {{ all_time() }} as month_start,
        {{- measures() }}
    from {{ ref('stg_track_months') }} as months_of_tracks
    where exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = months_of_tracks.user_bucket and built.year = {{ year_of(all_time()) }}
            and coalesce(built.model, '{{ model.name }}') = '{{ model.name }}'
    )
    group by user_id, user_bucket, track_key

),

periods as (

    {{ in_periods('months', 'all_time') }}

),

totals as (

    select
        user_id,
        user_bucket,
        {{ year_of('period_start') }} as year,
        period,
        period_start,
        {{ key }},
        {{- measures() }}
        {%- for name, measure in more.items() %},
        cast({{ measure }} as bigint) as {{ name }}
        {%- endfor %}
    from periods
    {%- if of %}
    {{ of }}
    {%- endif %}
    group by user_id, user_bucket, period, period_start, {{ key }}

),

ranked as (

    select
        *,
        cast(row_number() over (
            partition by user_id, period, period_start
            order by play_count desc, listening_ms desc, {{ key }} asc
        ) as bigint) as rank
    from totals

)

select
    ranked.user_id,
    ranked.user_bucket,
    ranked.year,
    ranked.period,
    ranked.period_start,
    ranked.{{ key }},
    {%- for name, expression in names.items() %}
    {{ expression }} as {{ name }},
    {%- endfor %}
    ranked.rank,
    before.rank as previous_rank,
    ranked.play_count,
    ranked.all_play_count,
    {%- for name in more %}
    ranked.{{ name }},
    {%- endfor %}
    ranked.listening_ms,
    coalesce(cast(ranked.estimated_ms as double) / nullif(ranked.listening_ms, 0), 0.0) as estimated_share,
    ranked.first_played_at,
    ranked.last_played_at
from ranked
left join {{ named }} as named on named.{{ key }} = ranked.{{ key }}
left join ranked as before
    on before.user_id = ranked.user_id
    and before.{{ key }} = ranked.{{ key }}
    and before.period = ranked.period
    and before.period_start = case
        when ranked.period = 'month' then {{ months_before('ranked.period_start', 1) }}
        when ranked.period = 'year' then {{ years_before('ranked.period_start', 1) }}
    end
where {{ is_built('ranked') }}
{% endmacro %}
