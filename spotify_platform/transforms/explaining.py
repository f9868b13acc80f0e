"""What `explain` looks up, and the words for the rules."""

import ibis.expr.types as ir

RULES = {
    "R1": "rows of the extended export that end in the same second, of the same content and length, are one",
    "R2": "items of recently-played with the same time and track are one",
    "R0": "rows of account data of the same minute, names and length are as many plays as one file has of them at most",
    "R3": "the extended export has a play of this minute, title and length",
    "R4": "the API tells of the same track, and the ends are seconds apart",
    "R5": "the API tells of these names in this minute, the one before or the one after",
    "R6": "the same content minutes apart: one play or two, nobody can tell; the API's does not count",
}
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
