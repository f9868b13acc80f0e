{# Feature: how many buckets a unit is cut into, how many units a bucket is wide, and the last bucket, which has its upper edge. #}
{% set cuts = {'tempo': (1, 20, none), 'loudness': (1, 5, none)} %}
{% for name in ['acousticness', 'danceability', 'energy', 'instrumentalness', 'liveness', 'speechiness', 'valence'] %}
{% do cuts.update({name: (10, 1, 9)}) %}
{% endfor %}
with heard as (

    {{ heard_tracks() }}

),

-- A track once, whatever its ids: with what was told of its own id, else of the smallest of those that mean it.
features as (

    select
        measured.*,
        coalesce(alias.track_key, measured.track_id) as track_key,
        row_number() over (
            partition by coalesce(alias.track_key, measured.track_id)
            order by case when measured.track_id = alias.track_key then 0 else 1 end, measured.track_id
        ) as place
    from {{ source('silver', 'audio_features') }} as measured
    left join {{ source('silver', 'track_aliases') }} as alias on alias.alias_key = measured.track_id

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
        track_key
    from features
    where place = 1 and {{ name }} is not null
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
left join heard on heard.track_key = told.track_key
group by told.feature, told.bucket, told.parts, told.wide
