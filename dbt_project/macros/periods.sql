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

{#
  The first relations of a query: plays added up in each period (all, year, month), the last of them `totals`.
  Plays are first added up by month, and years made from the months. Months and years are those that are built and, for
  what compares with the period before, those before them; all time is made from all plays.

    keys     name -> expression; a total is of a user, a period and these
    which    condition of the plays
    names    columns of which `latest` has the values of the latest play
    detail   columns by which months are kept apart as well, for the measures of `more`
    more     name -> measure of the months
#}
{% macro totals(keys, which='all_play_count > 0', names=[], detail=[], more={}) %}
with near as (

    select * from {{ ref('stg_facts') }} as facts
    where exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = facts.user_bucket and facts.year between built.year - 1 and built.year
    )

),

months as (

    {{ added_up('near', keys, which, names, detail, month_start('local_date')) }}

),

all_time as (

    {{ added_up(ref('stg_facts'), keys, which, names, detail, all_time()) }}

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
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- if names %}
        max(latest) as latest,
        {%- endif %}
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
    group by user_id, user_bucket, period, period_start, {{ keys | join(', ') }}

)
{% endmacro %}

{#
  Measures by month. `latest` are the names of the latest play; of two at one instant the last by name, so that the choice
  does not depend on order.
#}
{% macro added_up(plays, keys, which, names, detail, month) %}
    select
        user_id,
        user_bucket,
        {%- for name, expression in keys.items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        {%- for column in detail %}
        {{ column }},
        {%- endfor %}
        {{ month }} as month_start,
        {%- if names %}
        max({{ latest_names(names) }}) as latest,
        {%- endif %}
        sum(play_count) as play_count,
        sum(all_play_count) as all_play_count,
        sum(listening_ms) as listening_ms,
        sum(estimated_ms) as estimated_ms,
        min(ended_at) as first_played_at,
        max(ended_at) as last_played_at
    from {{ plays }}
    where {{ which }}
    group by user_id, user_bucket, {{ (keys.values() | list + detail + [month]) | join(', ') }}
{% endmacro %}
