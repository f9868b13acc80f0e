{# What the API gives a page: at most 50 items, 20 to who does not say. A page that is not full holds all there is. #}
with answers as (

    select
        user_id,
        user_bucket,
        oldest_at,
        -- Of answers that begin with the same play one that is not full knows that nothing is missing, and comes first.
        max(newest_at) over (
            partition by user_id
            order by oldest_at, case when item_count >= 50 or item_count = 20 then 1 else 0 end, answer_id, page
            rows between unbounded preceding and 1 preceding
        ) as known_until,
        item_count >= 50 or item_count = 20 as is_full
    from {{ source('silver', 'api_answers') }}

)

select user_id, user_bucket, known_until as gap_since, oldest_at as gap_until
from answers
where is_full and oldest_at > known_until
