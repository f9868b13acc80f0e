{#
  Ranked entities of each user in each period. Months are added up by track; `of` joins tracks with the entities they count
  for. Months and years are those that are built and, for the previous ranks, those before them.

    key      column that tells entities apart
    named    relation of the entities, with their key
    names    column -> expression over it
    of       join of tracks (track_key) with the key
    more     name -> measure of the months
#}
{% macro tops(key, named, names, of='', more={}) %}
with months as (

    select * from {{ ref('stg_track_months') }} as months_of_tracks
    where {{ is_near('months_of_tracks', year_of('months_of_tracks.month_start')) }}

),

all_time as (

    select user_id, user_bucket, track_key, {{ all_time() }} as month_start,
        {{- measures() }}
    from {{ ref('stg_track_months') }} as months_of_tracks
    where {{ is_all_time_built('months_of_tracks') }}
    group by user_id, user_bucket, track_key

),

{{ in_totals([key], of, more) }},

ranked as (

    select
        *,
        cast(row_number() over (
            partition by user_id, period, period_start
            order by play_count desc, listening_ms desc, {{ key }} asc
        ) as bigint) as rank
    from totals

),

followed as (

    -- A join of the ranks with themselves would have Spark work them out twice.
    select
        *,
        lag(rank) over (partition by user_id, {{ key }}, period order by period_start asc) as rank_before,
        lag(period_start) over (partition by user_id, {{ key }}, period order by period_start asc) as start_before
    from ranked

)

select
    followed.user_id,
    followed.user_bucket,
    followed.year,
    followed.period,
    followed.period_start,
    followed.{{ key }},
    {%- for name, expression in names.items() %}
    {{ expression }} as {{ name }},
    {%- endfor %}
    followed.rank,
    case
        when followed.start_before = case
            when followed.period = 'month' then {{ months_before('followed.period_start', 1) }}
            when followed.period = 'year' then {{ years_before('followed.period_start', 1) }}
        end then followed.rank_before
    end as previous_rank,
    followed.play_count,
    followed.all_play_count,
    {%- for name in more %}
    followed.{{ name }},
    {%- endfor %}
    followed.listening_ms,
    {{ estimated_share('followed.estimated_ms', 'followed.listening_ms') }} as estimated_share,
    followed.first_played_at,
    followed.last_played_at
from followed
left join {{ named }} as named on named.{{ key }} = followed.{{ key }}
where {{ is_built('followed') }}
{% endmacro %}

{# First and last play of entities over all users, from their ranks over all time: of buckets that are built and of all others. #}
{% macro spans(top, key) %}
    select {{ key }}, min(first_played_at) as first_played_at, max(last_played_at) as last_played_at
    from (
        select {{ key }}, first_played_at, last_played_at from {{ ref(top) }} where period = 'all'
        union all
        select {{ key }}, first_played_at, last_played_at from {{ source('published', top ~ '_elsewhere') }}
    ) as of_buckets
    group by {{ key }}
{% endmacro %}
