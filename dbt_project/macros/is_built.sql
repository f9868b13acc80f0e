{#
  Whether a slice of rows' bucket is built now of a mart (default: this model). A slice without a model is of every mart.

    years    condition of the slice's year
#}
{% macro has_slice(rows, years, mart=none) -%}
{%- set mart = mart or model.name -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and {{ years }} and coalesce(built.model, '{{ mart }}') = '{{ mart }}'
    )
{%- endmacro %}

{# Whether rows are in a slice, a bucket's year, that is built. #}
{% macro is_built(rows, mart=none) -%} {{ has_slice(rows, 'built.year = ' ~ rows ~ '.year', mart) }} {%- endmacro %}

{# Whether all time is built of rows' buckets. #}
{% macro is_all_time_built(rows) -%} {{ has_slice(rows, 'built.year = ' ~ year_of(all_time())) }} {%- endmacro %}

{# Whether a year of rows is built, or the next one, whose ranks look back at it. Two equalities: a range makes Spark hold every
   slice against every year. #}
{% macro is_near(rows, year) -%}
({{ has_slice(rows, 'built.year = ' ~ year) }} or {{ has_slice(rows, 'built.year - 1 = ' ~ year) }})
{%- endmacro %}

{# Whether anything of rows' buckets is built, and so all of it: for models that are not cut by years. #}
{% macro is_bucket_built(rows) -%} {{ has_slice(rows, 'true') }} {%- endmacro %}
