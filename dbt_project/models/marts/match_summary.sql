{% set counts = ['records', 'matched', 'matched_r3', 'matched_r4', 'matched_r5', 'ambiguous', 'unmatched_in_overlap', 'alone'] %}
with months as (

    select * from {{ source('silver', 'match_report') }} as report where {{ is_bucket_built('report') }}

),

periods as (

    {{ in_periods('months', 'months') }}

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
