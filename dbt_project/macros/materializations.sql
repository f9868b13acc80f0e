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

{#
  The same in databases of a Spark session. A contract is held by casting to its columns, and by looking that there are no others:
  types are told there in the words of the first engine. It is written in whatever form the session writes tables: Parquet, but on
  Databricks Delta, which its catalog asks for.
#}
{% materialization fresh_table, adapter="spark", supported_languages=["sql"] %}
  {%- set relation = this.incorporate(type="table") -%}
  {%- set found = get_columns_in_query(compiled_code) -%}
  {%- set named = model.columns.keys() | list -%}
  {%- if found | map("lower") | sort | list != named | map("lower") | sort | list -%}
    {{ exceptions.raise_compiler_error("columns are " ~ found ~ ", the contract says " ~ named) }}
  {%- endif -%}
  {%- call statement("main") -%}
    create table {{ relation }} as
    select
      {%- for column in model.columns.values() %}
      cast({{ column.name }} as {{ spark_type(column.data_type) }}) as {{ column.name }}{{ "," if not loop.last }}
      {%- endfor %}
    from ({{ compiled_code }})
  {%- endcall -%}
  {{ return({"relations": [relation]}) }}
{% endmaterialization %}

{% macro spark_type(data_type) -%}
  {%- if data_type.endswith("[]") -%} array<{{ spark_type(data_type[:-2]) }}>
  {%- else -%} {{ {"varchar": "string", "timestamp with time zone": "timestamp"}.get(data_type, data_type) }}
  {%- endif -%}
{%- endmacro %}
