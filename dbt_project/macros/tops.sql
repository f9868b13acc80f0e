{# Ranked entities of each user in each period. Tracks and artists differ in their key, names and further measures only. #}
{% macro tops(key, names, more={}, detail=[]) %}
{{ totals({key: key}, "content_type = 'track' and " ~ key ~ " is not null and all_play_count > 0", names, detail, more) }},

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
    {%- for name in names %}
    nullif(ranked.latest.{{ name }}, '') as {{ name }},
    {%- endfor %}
    ranked.rank,
    before.rank as previous_rank,
    ranked.play_count,
    ranked.all_play_count,
    {%- for name in more %}
    ranked.{{ name }},
    {%- endfor %}
    ranked.listening_ms,
    ranked.estimated_share,
    ranked.first_played_at,
    ranked.last_played_at
from ranked
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
