{# Whether rows are in a slice, a bucket's year, of which a mart (default: this model) is built now. Slices without a model are of all. #}
{% macro is_built(rows, mart=none) -%}
{%- set mart = mart or model.name -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and built.year = {{ rows }}.year
            and coalesce(built.model, '{{ mart }}') = '{{ mart }}'
    )
{%- endmacro %}

{# Whether anything of rows' buckets is built of this model, and so all of it: for models that are not cut by years. #}
{% macro is_bucket_built(rows) -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and coalesce(built.model, '{{ model.name }}') = '{{ model.name }}'
    )
{%- endmacro %}
