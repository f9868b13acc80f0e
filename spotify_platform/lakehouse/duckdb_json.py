"""SQL that reads framed JSON rows as text of the kinds a contract declares. DuckDB's half of `Engine.landed`.

Private keys stop here: a key on the deny list reaches neither a column nor `_unknown`, and a value that hides one
inside it is withheld, because it is not known what else it hides.
"""

import json
import re
from collections.abc import Iterator

import ibis
import ibis.expr.datatypes as dt

from spotify_platform.contracts.bronze import PRIVATE_KEYS
from spotify_platform.contracts.model import Field, InnerField, Source
from spotify_platform.lakehouse.duckdb_nested import is_wrong_sql, typed_sql, written_sql
from spotify_platform.lakehouse.duckdb_sql import quoted

KINDS = {
    "string": ("VARCHAR",),
    "integer": ("UBIGINT", "BIGINT"),
    "number": ("UBIGINT", "BIGINT", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "json": ("OBJECT",),
    "array": ("ARRAY",),
}
_NESTED = ("json", "array")
WITHHELD = "withheld: holds private keys"
# As real exports spell them: the cheap test that spares most rows the costly one.
_SPELLED = ("ip_addr", "ip_addr_decrypted", "user_agent_decrypted", "username")
# A denied key may be the whole key or any word of it, and be written with anything between its own words.
_PRIVATE = "(" + "|".join('[^a-z0-9"]*'.join(map(re.escape, key)) for key in sorted(PRIVATE_KEYS)) + ")"
_PRIVATE_KEY = f"(^|[^a-z]){_PRIVATE}([^a-z]|$)"
# The same inside JSON text, quotes escaped or not.
_PRIVATE_TEXT = f'"([^"]*[^a-z"])?{_PRIVATE}([^a-z"][^"]*)?"\\s*:'
# A listener's own collection has their name in its address.
_NAMED = r"(?i)(users?(?::|%3a|/))[^:/?%\"\\]+"


def landed_schema(source: Source) -> ibis.Schema:
    """Columns of `landed_sql`."""
    texts = {field.column: field.type if field.kind in _NESTED else "string" for field in source.fields}
    place = {"line": "int64", "place": "int64", "_parsed": "boolean", "_is_null": "boolean"}
    return ibis.schema(place | texts | {"_wrong": "array<string>", "_unknown": "string"})


def landed_sql(path: str, source: Source, *, longest: int) -> str:
    """Records of a framed file; `line` counts its lines from 0, `place` the records of a document from 0.

    Each record is parsed four times and no more: once for its values, once for their kinds, once for its keys, and once
    to tell an object from anything else. (One function call a field takes twenty times as long.)

    Args:
        path: the framed file.
        source: whose records they are.
        longest: bytes of the longest line.
    """
    read = f"read_ndjson_objects({quoted(path)}, ignore_errors = true, maximum_object_size = {max(2 * longest, 1 << 20)})"
    kinds: list[tuple[str, str, str]] = [(field.column, field.path, field.kind) for field in source.fields]
    kinds += [(inner.path, inner.path, inner.kind) for inner in source.inner_fields if inner.kind in _NESTED]
    paths = ", ".join(quoted(f"$.{path}") for _, path, _ in kinds)
    shape = {field.path: "JSON" if field.kind in _NESTED else "VARCHAR" for field in source.fields}
    columns = ", ".join(_column(number, field) for number, field in enumerate(source.fields, start=1))
    written, nested = (", ".join(["*", *(sql(f) for f in source.fields if f.kind in _NESTED)]) for sql in (_written, _nested))
    return f"""
with document as (select row_number() over () - 1 as line, json as text from {read}),
record as ({_records(source)}),
object as (
  select line, place, json_type(text) is not distinct from 'OBJECT' as _parsed,
    json_type(text) is not distinct from 'NULL' as _is_null,
    case when json_type(text) = 'OBJECT' then text end as json
  from record),
parsed as (
  select line, place, _parsed, _is_null, field, kinds, {_unknown(source)} as unknown
  from (select *, from_json(json, {quoted(json.dumps(shape))}) as field, json_type(json, [{paths}]) as kinds,
    {_keys(source)} from object))
select line, place, _parsed, _is_null, {columns}, {_wrong(kinds, source)} as _wrong,
  case when len(unknown) > 0 then '{{' || array_to_string(unknown, ',') || '}}' end as _unknown
from (select {nested} from (select {written} from parsed))"""


def _records(source: Source) -> str:
    """Records of each document: the elements of the first list under `rows_at`, as `elements.count_elements` counts them."""
    if not source.rows_at:
        return "select line, 0::bigint as place, text from document"
    lists = " ".join(
        f"when json_type(text) = 'OBJECT' and json_type(text, '$.{key}') = 'ARRAY' then json_extract(text, '$.{key}[*]')"
        for key in source.rows_at
    )
    return f"""
  select line, unnest(range(len(records))) as place, unnest(records) as text
  from (select line, case {lists} else [text] end as records from document)"""


def _column(number: int, field: Field) -> str:
    value = f'field."{field.path}"'
    right = f"kinds[{number}] in ({_names(field.kind)})"
    if field.kind not in _NESTED:
        return f'case when {right} then {value} end as "{field.column}"'
    clean = f"not {_is_private(f'to_json({_inner(field)})::varchar')}"
    return f'case when {right} and {clean} then {_masked(_inner(field), field.column)} end as "{field.column}"'


def _written(field: Field) -> str:
    """A value with values inside, these as they are written."""
    value = f'field."{field.path}"'
    return f"{written_sql(value, field.type)} as {_as_written(field)}"


def _as_written(field: Field) -> str:
    return f'"{field.column} written"'


def _nested(field: Field) -> str:
    """A value with values inside, read once and used several times."""
    return f"{typed_sql(_as_written(field), field.type)} as {_inner(field)}"


def _inner(field: Field) -> str:
    return f'"{field.column} inside"'


def _names(kind: str) -> str:
    return ", ".join(quoted(name) for name in KINDS[kind])


def _masked(value: str, column: str) -> str:
    """A context may be a listener's own collection, and then its address holds the user name."""
    if column != "context":
        return value
    uri, href, link = (_without_names(f"({value}).{part}") for part in ("uri", "href", "external_urls.spotify"))
    return f"struct_pack(type := ({value}).type, uri := {uri}, href := {href}, external_urls := struct_pack(spotify := {link}))"


def _without_names(text: str) -> str:
    return f"regexp_replace({text}, {quoted(_NAMED)}, '\\1~', 'g')"


def _words(text: str) -> str:
    """Text in lower case, with the words of a key like `userName` apart."""
    return f"lower(regexp_replace({text}, '([a-z0-9])([A-Z])', '\\1_\\2', 'g'))"


def _is_private(text: str) -> str:
    """Whether JSON text holds a private key."""
    return f"regexp_matches({_words(text)}, {quoted(_PRIVATE_TEXT)})"


def _wrong(kinds: list[tuple[str, str, str]], source: Source) -> str:
    """Names of the fields whose JSON kind is not the declared one; JSON null counts as not there."""
    checks = [
        f"case when kinds[{number}] not in ('NULL', {_names(kind)}) then {quoted(column)} end"
        for number, (column, _, kind) in enumerate(kinds, start=1)
    ]
    checks += [_wrong_inside(source, inner) for inner in source.inner_fields if inner.kind not in _NESTED]
    return f"list_filter([{', '.join(checks)}], lambda c: c is not null)"


def _wrong_inside(source: Source, inner: InnerField) -> str:
    name, *steps = inner.path.replace("[*]", "").split(".")
    field = next(field for field in source.fields if field.path == name)
    return f"case when {is_wrong_sql(_as_written(field), field.type, steps)} then {quoted(inner.path)} end"


def _unknown(source: Source) -> str:
    """Keys the contract does not know with their values, as texts "path":value; private ones left out."""
    # What is costly stands here once, and sees only what is left by the cheap tests at each path.
    foreign = f"flatten([{', '.join(_foreign_at(source, path, names) for path, names in known_keys(source))}])"
    shown = f"list_filter({foreign}, lambda u: not regexp_matches({_words('u.key')}, {quoted(_PRIVATE_KEY)}))"
    withheld = quoted(json.dumps(WITHHELD))
    safe = f"case when {_is_private('u.value')} then {withheld} else {_without_names('u.value')} end"
    return f"list_transform({shown}, lambda u: to_json(u.name)::varchar || ':' || {safe})"


def _keys(source: Source) -> str:
    """Keys of the objects at all known paths, by two looks at a record; those in lists by way of the lists alone.

    (A function call a path takes a hundred kilobytes a record for as long as a vector of 2,048 of them is worked on.)
    """
    plain = ", ".join(quoted(f"$.{path}" if path else "$") for path in _plain_paths(source))
    lists = ", ".join(quoted(f"$.{path}") for path in _list_paths(source))
    looked = f"json_extract(json, [{lists}])" if lists else "null"
    return f"json_keys(json, [{plain}]) as keys, {looked} as lists"


def _plain_paths(source: Source) -> list[str]:
    return [path for path, _ in known_keys(source) if "[*]" not in path]


def _list_paths(source: Source) -> list[str]:
    """Paths of the lists that hold objects."""
    return list(dict.fromkeys(path.partition("[*]")[0] for path, _ in known_keys(source) if "[*]" in path))


def _foreign_at(source: Source, path: str, names: list[str]) -> str:
    """Keys of the objects at a path that the contract does not know there, with the values of each."""
    listed, many, inner = path.partition("[*]")
    pointer = "'/' || replace(replace(k, '~', '~0'), '/', '~1')"
    if many:
        of_list, at = f"lists[{_list_paths(source).index(listed) + 1}]", quoted(f"$[*]{inner}")
        keys = f"list_distinct(flatten(json_keys({of_list}, {at})))"
        value = f"to_json(list_transform(json_extract({of_list}, {at}), lambda x: json_extract(x, {pointer})))"
    else:
        keys = f"keys[{_plain_paths(source).index(path) + 1}]"
        value = f"json_extract(json, {quoted('/' + path.replace('.', '/') if path else '')} || {pointer})"
    foreign = f"list_filter({keys}, lambda k: k not in ({', '.join(map(quoted, [*names, *_SPELLED]))}))"
    name = f"{quoted(f'{path}.' if path else '')} || k"
    found = f"list_transform({foreign}, lambda k: {{'key': k, 'name': {name}, 'value': {value}::varchar}})"
    return f"coalesce({found}, [])"


def known_keys(source: Source) -> Iterator[tuple[str, list[str]]]:
    """Paths of all objects the contract describes, each with the keys it knows there."""
    yield "", sorted(field.path for field in source.fields)
    for field in source.fields:
        if field.kind in _NESTED:
            yield from _known_inside(field.path, ibis.dtype(field.type))


def _known_inside(path: str, dtype: dt.DataType) -> Iterator[tuple[str, list[str]]]:
    if isinstance(dtype, dt.Array):
        yield from _known_inside(f"{path}[*]", dtype.value_type)
    elif isinstance(dtype, dt.Struct):
        yield path, sorted(dtype.fields)
        for name, inner in dtype.fields.items():
            yield from _known_inside(f"{path}.{name}", inner)
