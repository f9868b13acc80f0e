{# What a mart must be, in one query: its grain unique, columns never null, conditions true. Each failing row says which. #}
{% test contract(model, grain, required, conditions=[]) %}
with wrong as (

    select '{{ grain | join(", ") }} is not unique' as what
    from {{ model }}
    group by {{ grain | join(', ') }}
    having count(*) > 1

    union all

    select 'a required column is null' as what
    from {{ model }}
    where {% for column in required %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}
    {%- for condition in conditions %}

    union all

    select '{{ condition | replace("'", "''") }}' as what from {{ model }} where not ({{ condition }})
    {%- endfor %}

)

select what, count(*) as rows from wrong group by what
{% endtest %}
