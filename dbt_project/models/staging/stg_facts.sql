{# Years that are not built now are taken as they were published: what they are made of has not changed. #}
{% set columns = [
    'user_id', 'user_bucket', 'year', 'content_type', 'track_key', 'local_date', 'local_hour', 'ended_at', 'listening_ms',
    'estimated_ms', 'play_count', 'all_play_count', 'skipped', 'platform', 'device_type', 'sources', 'match'
] %}
select {{ columns | join(', ') }} from {{ ref('fct_plays') }}
union all
select {{ columns | join(', ') }} from {{ source('silver', 'facts_kept') }}
