{# What engines spell differently. One macro a function, so that another engine adds a dispatch and no model changes. #}

{% macro sha256_hex(text) -%}
  {{ return(adapter.dispatch('sha256_hex')(text)) }}
{%- endmacro %}
{% macro default__sha256_hex(text) -%} sha256({{ text }}) {%- endmacro %}
{% macro spark__sha256_hex(text) -%} sha2({{ text }}, 256) {%- endmacro %}

{# Parts of a date by ISO 8601: `isodow` (Monday 1 to Sunday 7) and `isoyear`. #}
{% macro iso_part(part, day) -%}
  {{ return(adapter.dispatch('iso_part')(part, day)) }}
{%- endmacro %}
{% macro default__iso_part(part, day) -%} extract({{ part }} from {{ day }}) {%- endmacro %}
{% macro spark__iso_part(part, day) -%}
  extract({{ {"isodow": "dayofweek_iso", "isoyear": "yearofweek"}.get(part, part) }} from {{ day }})
{%- endmacro %}

{# Days from the first to the last, both included, as a column called day. #}
{% macro days(first, last) -%}
  {{ return(adapter.dispatch('days')(first, last)) }}
{%- endmacro %}
{% macro default__days(first, last) -%}
  select cast(unnest(generate_series(date '{{ first }}', date '{{ last }}', interval '1' day)) as date) as day
{%- endmacro %}
{% macro spark__days(first, last) -%}
  select explode(sequence(date '{{ first }}', date '{{ last }}', interval '1' day)) as day
{%- endmacro %}

{# Day of an instant on the clocks of an IANA zone. #}
{% macro local_date(instant, zone) -%}
  {{ return(adapter.dispatch('local_date')(instant, zone)) }}
{%- endmacro %}
{% macro default__local_date(instant, zone) -%} cast(timezone({{ zone }}, {{ instant }}) as date) {%- endmacro %}
{% macro spark__local_date(instant, zone) -%} cast(from_utc_timestamp({{ instant }}, {{ zone }}) as date) {%- endmacro %}

{# Whether a source is among a play's sources. #}
{% macro tells(source) -%}
  {{ return(adapter.dispatch('tells')(source)) }}
{%- endmacro %}
{% macro default__tells(source) -%} list_contains(sources, '{{ source }}') {%- endmacro %}
{% macro spark__tells(source) -%} array_contains(sources, '{{ source }}') {%- endmacro %}

{# Each element of an array, in a row of its own. #}
{% macro each(array) -%}
  {{ return(adapter.dispatch('each')(array)) }}
{%- endmacro %}
{% macro default__each(array) -%} unnest({{ array }}) {%- endmacro %}
{% macro spark__each(array) -%} explode({{ array }}) {%- endmacro %}

{% macro year_of(day) -%} cast(extract(year from {{ day }}) as integer) {%- endmacro %}
{% macro month_start(day) -%} cast({{ dbt.date_trunc('month', day) }} as date) {%- endmacro %}
{% macro year_start(day) -%} cast({{ dbt.date_trunc('year', day) }} as date) {%- endmacro %}
{% macro days_after(day, count) -%} cast({{ dbt.dateadd('day', count, day) }} as date) {%- endmacro %}
{% macro years_before(day, count) -%} cast({{ dbt.dateadd('year', -count, day) }} as date) {%- endmacro %}
{% macro months_before(day, count) -%} cast({{ dbt.dateadd('month', -count, day) }} as date) {%- endmacro %}
