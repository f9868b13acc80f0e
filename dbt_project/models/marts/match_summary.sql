{% set counts = ['records', 'matched', 'matched_r3', 'matched_r4', 'matched_r5', 'ambiguous', 'unmatched_in_overlap', 'alone'] %}
with months as (

    select * from {{ source('silver', 'match_report') }}

),

periods as (

    select *, 'month' as period, month_start as period_start from months
    union all
    select *, 'year' as period, {{ year_start('month_start') }} as period_start from months
    union all
    select *, 'all' as period, {{ all_time() }} as period_start from months

)

select
    user_id,
    user_bucket,
    period,
    period_start,
    source,
    {%- for count in counts %}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {%- endfor %}
    cast(sum(matched) as double) / nullif(sum(records) - sum(alone), 0) as matched_share,
    cast(sum(ambiguous) as double) / sum(records) as ambiguous_share
from periods
group by user_id, user_bucket, period, period_start, source
