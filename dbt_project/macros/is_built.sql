{# Whether rows are in a slice, a bucket's year, that is built now. #}
{% macro is_built(rows) -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and built.year = {{ rows }}.year
    )
{%- endmacro %}
