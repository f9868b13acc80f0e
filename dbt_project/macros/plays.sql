{#
  An API play that may be one an export tells of. It is shown, and adds to no count and to no listening time: the
  export is complete, the API is not. (A play that only the API tells of has no ms_played.)
#}
{% macro may_be_double() -%} (match = 'ambiguous' and ms_played is null) {%- endmacro %}
