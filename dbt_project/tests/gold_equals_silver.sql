{{ config(meta={"dagster": {"ref": {"name": "fct_plays"}}}) }}
-- depends_on: {{ ref('fct_plays') }} (dagster-dbt shows a test only at a model that it reads)
-- Once this is published, Gold has the plays and the milliseconds of Silver, bucket by bucket: none is lost or doubled.
with silver as (

    select user_bucket, count(*) as plays, sum(coalesce(ms_played, ms_played_estimate, 0)) as ms
    from {{ source('silver', 'plays') }}
    where not is_excluded and (match <> 'ambiguous' or {{ tells('extended') }} or {{ tells('account') }})
    group by user_bucket

),

gold as (

    select user_bucket, sum(all_play_count) as plays, sum(listening_ms) as ms from {{ ref('stg_facts') }} group by user_bucket

)

select coalesce(silver.user_bucket, gold.user_bucket) as user_bucket, silver.plays, gold.plays as gold_plays
from silver
full join gold on gold.user_bucket = silver.user_bucket
where silver.plays is distinct from gold.plays or silver.ms is distinct from gold.ms
