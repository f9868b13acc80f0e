{#
  Ranked entities of each user in each period (all, year, month). Tracks and artists differ in their key and names only.
  Plays are first added up by month, and the longer periods made from the months.
#}
{% macro tops(key, names, more) %}
with plays as (

    select * from {{ ref('stg_plays') }}
    where content_type = 'track' and {{ key }} is not null

),

months as (

    select
        user_id,
        user_bucket,
        {{ key }},
        track_key,
        {{ month_start('local_date') }} as month_start,
        sum(play_count) as play_count,
        count(*) as all_play_count,
        sum(listening_ms) as listening_ms,
        sum(estimated_ms) as estimated_ms,
        min(ended_at) as first_played_at,
        max(ended_at) as last_played_at
    from plays
    group by user_id, user_bucket, {{ key }}, track_key, {{ month_start('local_date') }}

),

periods as (

    select *, 'month' as period, month_start as period_start from months
    union all
    select *, 'year' as period, {{ year_start('month_start') }} as period_start from months
    union all
    select *, 'all' as period, date '1970-01-01' as period_start from months

),

totals as (

    select
        user_id,
        user_bucket,
        {{ key }},
        period,
        period_start,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(all_play_count) as bigint) as all_play_count,
        cast(sum(listening_ms) as bigint) as listening_ms,
        coalesce(cast(sum(estimated_ms) as double) / nullif(sum(listening_ms), 0), 0.0) as estimated_share,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
        {%- for name, measure in more.items() %},
        cast({{ measure }} as bigint) as {{ name }}
        {%- endfor %}
    from periods
    group by user_id, user_bucket, {{ key }}, period, period_start

),

ranked as (

    select
        *,
        cast(row_number() over (
            partition by user_id, period, period_start
            order by play_count desc, listening_ms desc, {{ key }} asc
        ) as bigint) as rank
    from totals

),

-- The names of the latest play; of two at one instant the first by name, so that the choice does not depend on order.
latest as (

    select
        *,
        row_number() over (
            partition by user_id, {{ key }}
            order by ended_at desc, {% for name in names %}{{ name }} asc nulls last{% if not loop.last %}, {% endif %}{% endfor %}
        ) as place
    from plays

)

select
    ranked.user_id,
    ranked.user_bucket,
    ranked.period,
    ranked.period_start,
    ranked.{{ key }},
    {%- for name in names %}
    latest.{{ name }},
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
inner join latest
    on latest.user_id = ranked.user_id and latest.{{ key }} = ranked.{{ key }} and latest.place = 1
left join ranked as before
    on before.user_id = ranked.user_id
    and before.{{ key }} = ranked.{{ key }}
    and before.period = ranked.period
    and before.period_start = case
        when ranked.period = 'month' then {{ months_before('ranked.period_start', 1) }}
        when ranked.period = 'year' then {{ years_before('ranked.period_start', 1) }}
    end
{% endmacro %}
