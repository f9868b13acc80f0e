"""What `explain` looks up."""

import ibis.expr.types as ir

_OF_ONE_SOURCE = {"extended": "R1", "api": "R2", "account": "R0"}


def rule_of(kept: str, source: str) -> str:
    """The rule by which a record of a source belongs to a play whose kept record is of another.

    Example:
        >>> rule_of("extended", "api"), rule_of("extended", "account"), rule_of("api", "account")
        ('R4', 'R3', 'R5')
    """
    return {("extended", "account"): "R3", ("extended", "api"): "R4", ("api", "account"): "R5"}[kept, source]


def rule_of_repeats(source: str) -> str:
    """The rule by which several rows of one source are one record."""
    return _OF_ONE_SOURCE[source]


def plays_with(plays: ir.Table, wanted: ir.Table) -> ir.Table:
    """Plays that have one of the records: record_id."""
    named = plays.select("play_id", record_id=plays.record_ids.unnest())
    return plays.semi_join(named.semi_join(wanted, "record_id"), "play_id").order_by("ended_at", "play_id")


def headers_of(headers: ir.Table, digests: ir.Table) -> ir.Table:
    """Headers of the objects whose sha256 begins with one of the digests, repeats of them too."""
    known = headers.mutate(digest=headers["_sha256"][:16])
    return known.semi_join(digests, "digest").select("_object", "_sha256", "_batch", "_loaded_at").order_by("_batch", "_object")
