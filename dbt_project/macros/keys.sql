{# Key of what is known by two names alone; `name_key` of Silver (transforms/keys.py) is the same. #}
{% macro name_key(one, other) -%}
'name:' || substr({{ sha256_hex("coalesce(" ~ one ~ ", '') || chr(31) || coalesce(" ~ other ~ ", '')") }}, 1, 22)
{%- endmacro %}

{# Length of a track in words: Short below 3 minutes, Medium to 5, Long above. #}
{% macro length_category(ms) -%}
case when {{ ms }} < 180000 then 'Short' when {{ ms }} <= 300000 then 'Medium' when {{ ms }} > 300000 then 'Long' end
{%- endmacro %}

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
