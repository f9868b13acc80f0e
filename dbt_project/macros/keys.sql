{# Key of what is known by names alone; Silver's `name_key` (transforms/keys.py) is the same. #}
{% macro name_key(names) -%}
'name:' || substr({{ sha256_hex(names | map('_coalesced') | join(" || chr(31) || ")) }}, 1, 22)
{%- endmacro %}
