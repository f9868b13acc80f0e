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

{# Plays added up by month, as `measures` add them up further. #}
{% macro added_up(plays, keys, which, month) %}
    select
        user_id,
        user_bucket,
        {%- for name, expression in keys.items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        {{ month }} as month_start,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(all_play_count) as bigint) as all_play_count,
        cast(sum(listening_ms) as bigint) as listening_ms,
        cast(sum(estimated_ms) as bigint) as estimated_ms,
        min(ended_at) as first_played_at,
        max(ended_at) as last_played_at
    from {{ plays }}
    where {{ which }}
    group by user_id, user_bucket, {{ (keys.values() | list + [month]) | join(', ') }}
{% endmacro %}

{# Measures of rows that have them, added up. #}
{% macro measures() %}
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(all_play_count) as bigint) as all_play_count,
        cast(sum(listening_ms) as bigint) as listening_ms,
        cast(sum(estimated_ms) as bigint) as estimated_ms,
        min(first_played_at) as first_played_at,
        max(last_played_at) as last_played_at
{%- endmacro %}

{% macro estimated_share(estimated_ms='estimated_ms', listening_ms='listening_ms') -%}
coalesce(cast({{ estimated_ms }} as double) / nullif({{ listening_ms }}, 0), 0.0)
{%- endmacro %}

{#
  Relations of a query that has `months` and `all_time`: both in their `periods`, and the `totals` of a user, a period and keys.

    keys     columns
    of       join of the periods with what has the keys
    more     name -> measure of the periods
#}
{% macro in_totals(keys, of='', more={}) %}
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
        {{ keys | join(', ') }},
        {{- measures() }}
        {%- for name, measure in more.items() %},
        cast({{ measure }} as bigint) as {{ name }}
        {%- endfor %}
    from periods
    {{ of }}
    group by user_id, user_bucket, period, period_start, {{ keys | join(', ') }}

)
{% endmacro %}

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

{{ in_totals(keys.keys()) }}
{% endmacro %}
