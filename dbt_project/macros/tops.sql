{# All plays of the period `all` begin here, so that it has a year of its own among the slices. #}
{% macro all_time() -%} date '1970-01-01' {%- endmacro %}

{#
  Ranked entities of each user in each period (all, year, month). Tracks and artists differ in their key and names only.
  Plays are first added up by month, and years made from the months. Months and years are those that are built and, for
  the previous ranks, those before them; all time is made from all plays.
#}
{% macro tops(key, names, more) %}
with near as (

    select * from {{ ref('stg_facts') }} as facts
    where exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = facts.user_bucket and facts.year between built.year - 1 and built.year
    )

),

months as (

    {{ added_up('near', key, names, month_start('local_date')) }}

),

all_time as (

    {{ added_up(ref('stg_facts'), key, names, all_time()) }}

),

periods as (

    select *, 'month' as period, month_start as period_start from months
    union all
    select *, 'year' as period, {{ year_start('month_start') }} as period_start from months
    union all
    select *, 'all' as period, month_start as period_start from all_time

),

totals as (

    select
        user_id,
        user_bucket,
        {{ year_of('period_start') }} as year,
        {{ key }},
        period,
        period_start,
        max(latest) as latest,
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

{#
  Measures by entity and month. `latest` are the names of the latest play; of two at one instant the last by name, so
  that the choice does not depend on order.
#}
{% macro added_up(plays, key, names, month) %}
    select
        user_id,
        user_bucket,
        {{ key }},
        track_key,
        {{ month }} as month_start,
        max({{ latest_names(names) }}) as latest,
        sum(play_count) as play_count,
        sum(all_play_count) as all_play_count,
        sum(listening_ms) as listening_ms,
        sum(estimated_ms) as estimated_ms,
        min(ended_at) as first_played_at,
        max(ended_at) as last_played_at
    from {{ plays }}
    where content_type = 'track' and {{ key }} is not null and all_play_count > 0
    group by user_id, user_bucket, {{ key }}, track_key, {{ month }}
{% endmacro %}
