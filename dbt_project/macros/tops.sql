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
    where {{ is_all_time_built('months_of_tracks') }}
    group by user_id, user_bucket, track_key

),

{{ in_totals([key], of, more) }},

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
    {{ estimated_share('ranked.estimated_ms', 'ranked.listening_ms') }} as estimated_share,
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
