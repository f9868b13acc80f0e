"""Landed text to typed columns. A row that cannot be typed keeps what could be read and gets a reason; it is never lost."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP, Field, InnerField, Source
from spotify_platform.transforms.bounds import is_within, within

# Spotify was founded in 2006; a play outside these years is a broken clock or a broken file. dim_dates holds the same days,
# and one more on each side for the clocks of the world.
FIRST_DAY = "2006-01-01"
DAY_AFTER_LAST = "2100-01-01"
_ISO = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|\+00:00)?\z"
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "json": "an object",
    "array": "a list",
}
_NUMBERS = ("integer", "number")


def type_rows(landed: ir.Table, source: Source) -> ir.Table:
    """Typed columns beside the landed bookkeeping, and `_reason`: null for a good row, else all that is wrong with it."""
    text = {field.column: landed[field.column] for field in source.fields}
    typed = {field.column: _typed(text[field.column], field) for field in source.fields}
    problems: list[ir.Value] = []
    for field in source.fields:
        problems += _problems(landed, text[field.column], typed[field.column], field)
    for inner in source.inner_fields:
        problems += _problems_inside(landed, inner)
    reason = ibis.array(problems).filter(lambda problem: problem.notnull()).join("; ")
    return landed.mutate(**typed, _reason=ibis.ifelse(landed["_parsed"], reason.nullif(""), _no_object(landed, source)))


def _no_object(landed: ir.Table, source: Source) -> ir.Value:
    """Why a record that is no object is none. Of ids it does not know, the API's catalogue says null."""
    unreadable = ibis.literal("neither a JSON object nor a row that fits its header")
    is_unknown_id = landed["_is_null"] if source.record_type else ibis.literal(False)  # noqa: FBT003 - a literal
    return ibis.ifelse(is_unknown_id, "null: the API knows nothing of this id", unreadable)


def _typed(value: ir.Value, field: Field) -> ir.Value:
    """The value in the field's type; null where it is none, or outside what the field accepts."""
    typed = within(_cast(value, field), *_bounds(field))
    return ibis.ifelse(typed.isin(field.accepted), typed, None) if field.accepted else typed


def _bounds(field: Field) -> tuple[Any, Any]:
    return (_instant(FIRST_DAY), _instant(DAY_AFTER_LAST)) if field.type == TIMESTAMP else (field.low, field.high)


def _cast(value: ir.Value, field: Field) -> ir.Value:
    if field.type == TIMESTAMP:
        sound = ibis.ifelse(value.re_search(_ISO), value.replace("T", " ").replace("Z", "").replace("+00:00", ""), None)
        return sound.try_cast("timestamp('UTC')")
    if field.kind == "integer":
        return value.try_cast(field.type)
    if field.kind == "number":
        number = value.try_cast(field.type)
        # Infinite less infinite is no number either. (Of `isinf` Ibis says on Spark that nothing is.)
        return ibis.ifelse((number - number).isnan(), None, number)
    if field.kind == "boolean":
        return value == "true"
    return value


def _problems(landed: ir.Table, text: ir.Value, typed: ir.Value, field: Field) -> list[ir.Value]:
    wrong = landed["_wrong"].contains(field.column)
    found = [ibis.ifelse(wrong, f"{field.column}: not {_WORDS[field.kind]}", None)]
    if field.required:
        found.append(ibis.ifelse(text.isnull() & ~wrong, f"{field.column}: missing", None))
    if (said := _said(field)) is not None:
        found.append(ibis.ifelse(text.notnull() & typed.isnull(), f"{field.column}: {said}", None))
    return found


def _said(field: Field) -> str | None:
    """What a value that is there, of the right kind, and still none, is not."""
    if field.type == TIMESTAMP:
        return f"no time between {FIRST_DAY} and {DAY_AFTER_LAST} in UTC"
    if field.accepted:
        return f"not {' or '.join(field.accepted)}"
    return _said_of_number(field) if field.kind in _NUMBERS else None


def _said_of_number(field: Field | InnerField) -> str:
    """What a number is not; null is also what does not fit into its type."""
    beyond = "not finite" if field.kind == "number" else "too large"
    if field.low is None:
        return beyond if field.high is None else f"more than {field.high}, or {beyond}"
    return f"less than {field.low}, or {beyond}" if field.high is None else f"not between {field.low} and {field.high}"


def _problems_inside(landed: ir.Table, inner: InnerField) -> list[ir.Value]:
    found = [ibis.ifelse(landed["_wrong"].contains(inner.path), f"{inner.path}: not {_WORDS[inner.kind]}", None)]
    if inner.low is not None or inner.high is not None:
        outside = _is_outside(landed, inner.path.split("."), inner)
        found.append(ibis.ifelse(outside, f"{inner.path}: {_said_of_number(inner)}", None))
    return found


def _is_outside(value: ir.Table | ir.Value, steps: Sequence[str], inner: InnerField) -> ir.BooleanValue:
    """Whether a number is out of bounds where the steps lead, anywhere in the lists on the way; null where there is none."""
    if not steps:
        return ~is_within(value, inner.low, inner.high)
    name, in_list, _ = steps[0].partition("[*]")
    if not in_list:
        return _is_outside(value[name], steps[1:], inner)
    return value[name].map(lambda element: _is_outside(element, steps[1:], inner)).anys()


def _instant(day: str) -> ir.Value:
    return ibis.literal(f"{day} 00:00:00").cast("timestamp('UTC')")
