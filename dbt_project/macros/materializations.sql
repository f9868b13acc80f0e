{#
  A table in a database that was made for one build, where nobody reads meanwhile. dbt's own `table` builds beside what may be
  there, renames both and drops the old one: of that nothing is needed here, and it is half of what a small model costs.
#}
{% materialization fresh_table, adapter="duckdb", supported_languages=["sql"] %}
  {%- set relation = this.incorporate(type="table") -%}
  {%- call statement("main") -%}
    drop table if exists {{ relation }};
    {{ create_table_as(False, relation, compiled_code) }}
  {%- endcall -%}
  {%- do adapter.commit() -%}
  {{ return({"relations": [relation]}) }}
{% endmaterialization %}
