"""Keys and credits of entities that are known by names alone, and the bucket that a key is in."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver_told import CREDITED, ENTITY_BUCKETS

NAMED = "name:"
"""How keys of names begin; any other key is a Spotify id."""

_UNIT = "\x1f"
_DIGITS = 22
"""As long as a Spotify id: 88 bits."""


def name_key(*names: ir.StringValue) -> ir.StringValue:
    """Key of an entity of which only names are known; null names are written as nothing. Gold's `name_key` is the same."""
    text = ibis.literal(_UNIT).join([name.fill_null("") for name in names])
    return ibis.literal(NAMED) + text.hexdigest("sha256")[:_DIGITS]


def credited_by_name(name: ir.StringValue) -> ir.ArrayValue:
    """Credits of what is known with one artist's name alone; null without one."""
    credit = ibis.struct({"id": ibis.null("string"), "name": name})
    return ibis.ifelse(name.notnull(), ibis.array([credit]).cast(CREDITED), None)


def entity_bucket(key: ir.StringValue) -> ir.IntegerValue:
    """Bucket of a key: the first hexadecimal digit of its sha256."""
    if ENTITY_BUCKETS != 16:
        raise NotImplementedError("A bucket is one hexadecimal digit.")
    return ibis.literal("0123456789abcdef").find(key.hexdigest("sha256")[0]).cast("int32")
