"""Values within bounds. Each bound is inclusive; one that is None is none."""

from typing import Any

import ibis
import ibis.expr.types as ir


def is_within(value: ir.Value, low: Any, high: Any) -> ir.BooleanValue:
    """Whether a value is within bounds; null where it is null."""
    if low is None:
        return value <= high
    return value >= low if high is None else value.between(low, high)


def within(value: ir.Value, low: Any, high: Any) -> ir.Value:
    """The value, or null where it is out of bounds."""
    return value if low is None and high is None else ibis.ifelse(is_within(value, low, high), value, None)
