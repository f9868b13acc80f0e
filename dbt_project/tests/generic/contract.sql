{#
  What a mart must be, in one query: its grain unique, columns never null, conditions true, and where it ranks, the ranks
  1 to n in each group. Each failing row says which.
#}
{% test contract(model, grain, required, conditions=[], ranked_in=[]) %}
with wrong as (

    select '{{ grain | join(", ") }} is not unique' as what
    from {{ model }}
    group by {{ grain | join(', ') }}
    having count(*) > 1

    union all

    select 'a required column is null' as what
    from {{ model }}
    where {% for column in required %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}
    {%- if ranked_in %}

    union all

    select 'ranks have gaps or ties' as what
    from {{ model }}
    group by {{ ranked_in | join(', ') }}
    having min(rank) <> 1 or max(rank) <> count(*) or count(distinct rank) <> count(*)
    {%- endif %}
    {%- for condition in conditions %}

    union all

    select '{{ condition | replace("'", "''") }}' as what from {{ model }} where not ({{ condition }})
    {%- endfor %}

)

select what, count(*) as rows from wrong group by what
{% endtest %}
