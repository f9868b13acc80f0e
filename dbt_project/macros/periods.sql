{# All plays of the period `all` begin here, so that it has a year of its own among the slices. #}
{% macro all_time() -%} date '1970-01-01' {%- endmacro %}

{# Rows of months (month_start) in each of their periods, as period and period_start; those of all time may be others. #}
{% macro in_periods(months, of_all_time) %}
    select *, 'month' as period, month_start as period_start from {{ months }}
    union all
    select *, 'year' as period, {{ year_start('month_start') }} as period_start from {{ months }}
    union all
    select *, 'all' as period, {{ all_time() }} as period_start from {{ of_all_time }}
{% endmacro %}

{# Whether a year is built of this model, or the next one, whose ranks look back at it. #}
{% macro is_near(rows, year) -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and {{ year }} between built.year - 1 and built.year
            and coalesce(built.model, '{{ model.name }}') = '{{ model.name }}'
    )
{%- endmacro %}

{# Measures of rows that have them, added up. #}
{% macro measures() %}
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(all_play_count) as bigint) as all_play_count,
        cast(sum(listening_ms) as bigint) as listening_ms,
        cast(sum(estimated_ms) as bigint) as estimated_ms,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
{%- endmacro %}

{% macro estimated_share() -%}
coalesce(cast(estimated_ms as double) / nullif(listening_ms, 0), 0.0)
{%- endmacro %}

{#
  The first relations of a query: plays added up in each period (all, year, month), the last of them `totals`.
  Plays are first added up by month, and years made from the months. Months and years are those that are built; all time is
  made from all plays.

    keys     name -> expression; a total is of a user, a period and these
    which    condition of the plays
#}
{% macro totals(keys, which='all_play_count > 0') %}
with near as (

    select * from {{ ref('stg_facts') }} as facts where {{ is_built('facts') }}

),

months as (

    {{ added_up('near', keys, which, month_start('local_date')) }}

),

all_time as (

    {{ added_up(ref('stg_facts'), keys, which, all_time()) }}

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
        {{ keys.keys() | join(', ') }},
        {{- measures() }}
    from periods
    group by user_id, user_bucket, period, period_start, {{ keys.keys() | join(', ') }}

)
{% endmacro %}

{# Measures of plays by month. #}
{% macro added_up(plays, keys, which, month) %}
    select
        user_id,
        user_bucket,
        {%- for name, expression in keys.items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        {{ month }} as month_start,
        sum(play_count) as play_count,
        sum(all_play_count) as all_play_count,
        sum(listening_ms) as listening_ms,
        sum(estimated_ms) as estimated_ms,
        min(ended_at) as first_played_at,
        max(ended_at) as last_played_at
    from {{ plays }}
    where {{ which }}
    group by user_id, user_bucket, {{ (keys.values() | list + [month]) | join(', ') }}
{% endmacro %}
