{# Fails with each row that breaks one of the conditions: one query for all of them. Null breaks none. #}
{% test within_bounds(model, conditions) %}
select *
from {{ model }}
where {% for condition in conditions %}not ({{ condition }}){% if not loop.last %} or {% endif %}{% endfor %}
{% endtest %}
