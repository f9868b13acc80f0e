{# Whether rows are in a slice, a bucket's year, of which this model is built now. Slices without a model are of all. #}
{% macro is_built(rows) -%}
exists (
        select 1 from {{ source('silver', 'slices') }} as built
        where built.user_bucket = {{ rows }}.user_bucket and built.year = {{ rows }}.year
            and coalesce(built.model, '{{ model.name }}') = '{{ model.name }}'
    )
{%- endmacro %}
