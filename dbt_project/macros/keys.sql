{# Key of what is known by two names alone; `name_key` of Silver (transforms/keys.py) is the same. #}
{% macro name_key(one, other) -%}
'name:' || substr({{ sha256_hex("coalesce(" ~ one ~ ", '') || chr(31) || coalesce(" ~ other ~ ", '')") }}, 1, 22)
{%- endmacro %}
