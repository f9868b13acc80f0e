"""Elements of arrays, null where there is none: one engine says so by itself, to the other it is an error."""

import ibis
import ibis.expr.types as ir


def first_of(array: ir.ArrayValue) -> ir.Value:
    """The first element; null of an empty array."""
    return ibis.ifelse(array.length() > 0, array[0], None)


def last_of(array: ir.ArrayValue) -> ir.Value:
    """The last element; null of an empty array."""
    return ibis.ifelse(array.length() > 0, array[ibis.greatest(array.length() - 1, 0)], None)
