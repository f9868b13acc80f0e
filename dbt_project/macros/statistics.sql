{# Milliseconds that the share of a published total was made of: whole ones, so that they add up to the same in any order. #}
{% macro estimated_ms_of(totals) -%}
    cast(round({{ totals }}.estimated_share * {{ totals }}.listening_ms) as bigint)
{%- endmacro %}

{# Tracks that anybody heard, however short, over all time and all users, with their plays. #}
{% macro heard_tracks() -%}
    select
        track_key,
        sum(play_count) as play_count,
        sum(all_play_count) as all_play_count,
        sum(listening_ms) as listening_ms,
        sum({{ estimated_ms_of('top') }}) as estimated_ms
    from {{ source('gold', 'top_tracks') }} as top
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
    avg(cast(case when {{ tracks }}.explicit then 1 when not {{ tracks }}.explicit then 0 end as double))
{%- endmacro %}

{#
  When the first and the last of some albums were released, and how exactly that is told. Where one is told to the day and
  another only to the year or month that begins with it, the day is the first, and the year or month the last.
#}
{% macro released(albums) -%}
    {%- set told -%}
    cast({{ albums }}.released_on as {{ dbt.type_string() }})
        || case length({{ albums }}.release_date) when 4 then 'year' when 7 then 'month' when 10 then 'day' end
    {%- endset -%}
    min({{ albums }}.released_on) as first_release_date,
    substr(min({{ told }}), 11) as first_release_precision,
    max({{ albums }}.released_on) as last_release_date,
    substr(max({{ told }}), 11) as last_release_precision
{%- endmacro %}
