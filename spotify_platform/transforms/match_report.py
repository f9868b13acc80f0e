"""`silver/match_report`: how much of each source the others confirm, month by month; made from plays alone.

A play has one record of the extended export at most, and one of the API, so its sources tell the rules that made it.
"""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import MATCH_REPORT, SOURCES

_MONTH = ["user_id", "user_bucket", "year", "month_start"]


def match_report(plays: ir.Table) -> ir.Table:
    """One row a user, month and source.

    Args:
        plays: rows of `silver/plays`, whole months of them; those that are left out of Gold are left out here too.
    """
    plays = plays.filter(~plays.is_excluded)
    known = plays.mutate(
        month_start=plays.ended_at.truncate("M").date(),
        source_count=plays.sources.length(),
        **{f"by_{source}": plays.sources.contains(source) for source in SOURCES},
    )
    spans = known.group_by(_MONTH).aggregate(
        **{f"first_{source}": known.ended_at.min(where=known[f"by_{source}"]) for source in SOURCES},
        **{f"last_{source}": known.ended_at.max(where=known[f"by_{source}"]) for source in SOURCES},
    )
    placed = known.join(spans, _MONTH)
    report = ibis.union(*[_of_source(placed, source) for source in SOURCES])
    types = MATCH_REPORT.types
    return report.select(*MATCH_REPORT.column_names).cast(types)


def _of_source(plays: ir.Table, source: str) -> ir.Table:
    """The rows of one source."""
    told = plays.filter(plays[f"by_{source}"])
    records = told.record_ids.length() - _one_if(told.by_extended) - _one_if(told.by_api) if source == "account" else 1
    rules = {
        "matched_r3": told.by_account & told.by_extended,
        "matched_r4": told.by_api & told.by_extended,
        "matched_r5": told.by_api & told.by_account & ~told.by_extended,
    }
    has_part = {"matched_r3": source != "api", "matched_r4": source != "account", "matched_r5": source != "extended"}
    is_ambiguous = told.match == "ambiguous"
    is_matched = ~is_ambiguous & (told.source_count > 1)
    is_missed = ~is_ambiguous & (told.source_count == 1) & _should_be_known(told, source)
    kinds = {
        "matched": is_matched,
        **{rule: is_matched & holds for rule, holds in rules.items() if has_part[rule]},
        "ambiguous": is_ambiguous,
        "unmatched_in_overlap": is_missed,
        "alone": ~(is_ambiguous | is_matched | is_missed),
    }
    nothing = {rule: ibis.literal(0, "int64") for rule, has in has_part.items() if not has}
    counts = {name: ibis.ifelse(holds, records, 0).sum() for name, holds in kinds.items()}
    counted = told.mutate(n=ibis.literal(1, "int64") * records).group_by(_MONTH).aggregate(records=ibis._.n.sum(), **counts)
    return counted.mutate(source=ibis.literal(source), **nothing).select(*MATCH_REPORT.column_names)


def _should_be_known(plays: ir.Table, source: str) -> ir.BooleanValue:
    """Whether another source tells of times before and after in that month.

    The API tells of music that counts, and of nothing else.
    """
    others = [
        plays.ended_at.between(plays[f"first_{other}"], plays[f"last_{other}"]).fill_null(False)  # noqa: FBT003 - a literal
        & (plays.is_counted if other == "api" else True)
        for other in SOURCES
        if other != source
    ]
    return ibis.or_(*others)


def _one_if(holds: ir.BooleanValue) -> ir.IntegerValue:
    return holds.cast("int64")
