{# Feature: how many buckets a unit is cut into, how many units a bucket is wide, and the last bucket, which has its upper edge. #}
{% set cuts = {'tempo': (1, 20, none), 'loudness': (1, 5, none)} %}
{% for name in ['acousticness', 'danceability', 'energy', 'instrumentalness', 'liveness', 'speechiness', 'valence'] %}
{% do cuts.update({name: (10, 1, 9)}) %}
{% endfor %}
with heard as (

    {{ heard_tracks() }}

),

told as (
    {% for name, (parts, wide, last) in cuts.items() %}
    select
        '{{ name }}' as feature,
        {% if last is none -%}
        cast(floor({{ name }} * {{ parts }} / {{ wide }}) as integer) as bucket,
        {%- else -%}
        cast(least(floor({{ name }} * {{ parts }} / {{ wide }}), {{ last }}) as integer) as bucket,
        {%- endif %}
        {{ parts }} as parts,
        {{ wide }} as wide,
        track_id
    from {{ source('silver', 'audio_features') }}
    where {{ name }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    told.feature,
    told.bucket,
    cast(told.bucket * told.wide as double) / told.parts as lower,
    cast((told.bucket + 1) * told.wide as double) / told.parts as upper,
    count(*) as track_count,
    count(heard.track_key) as heard_track_count,
    cast(coalesce(sum(heard.play_count), 0) as bigint) as play_count
from told
left join heard on heard.track_key = told.track_id
group by told.feature, told.bucket, told.parts, told.wide
