{#
  Ranked entities of each user in each period. Plays are added up by track; `of` joins tracks with the entities they count for.

    key      column that tells entities apart
    named    relation of the entities, with their key
    names    column -> what it is called there
#}
{% macro tops(key, named, names, of='', more={}) %}
{{ totals({'track_key': 'track_key'}, "content_type = 'track' and all_play_count > 0", of, [key], more) }},

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
    {%- for name, column in names.items() %}
    named.{{ column }} as {{ name }},
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
