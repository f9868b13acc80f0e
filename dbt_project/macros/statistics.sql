{# Tracks that anybody heard, however short, over all time and all users, with their plays. #}
{% macro heard_tracks() -%}
    select track_key, sum(play_count) as play_count, sum(listening_ms) as listening_ms
    from {{ source('gold', 'top_tracks') }}
    where period = 'all' and all_play_count > 0
    group by track_key
{%- endmacro %}

{# How long tracks are: the average, and how many are short, medium and long. Tracks of unknown length are in none of them. #}
{% macro lengths(tracks) -%}
    avg({{ tracks }}.duration_ms) as average_duration_ms
    {%- for category in ['short', 'medium', 'long'] %},
    count(case when {{ tracks }}.length_category = '{{ category | capitalize }}' then 1 end) as {{ category }}_track_count
    {%- endfor %}
{%- endmacro %}

{# Share of tracks that have explicit lyrics, among those of which it is known. #}
{% macro explicit_share(tracks) -%}
    avg(case when {{ tracks }}.explicit then 1.0 when not {{ tracks }}.explicit then 0.0 end)
{%- endmacro %}
