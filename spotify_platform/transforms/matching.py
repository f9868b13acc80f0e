"""Which records of different sources are one play (rules R3, R4, R5), and which may be (R6).

All equi-joins and row numbers: a window of time is a join on slots as wide as the window, each record of one side put
into its neighbours too. Ties are broken by content and record_id, never by the order of rows.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeAlias

import ibis
import ibis.expr.types as ir

from spotify_platform.transforms.rules import MINUTE_MS, Rules

# The API tells of nothing that was heard for less.
_API_TELLS_MS = 30_000
EpochMs: TypeAlias = Callable[[ir.Value], ir.IntegerValue]


class Matched(NamedTuple):
    """What matching found; None where there was nothing to match.

    links: play_id (the record that is kept), record_id (one that is the same play), rule.
    rivals: play_id, rival_id: plays that may be one, in both directions.
    """

    links: ir.Table | None
    rivals: ir.Table | None


def match(records: ir.Table, sources: Collection[str], epoch_ms: EpochMs, rules: Rules) -> Matched:
    """Match records of one source each: a pure function of the records given, whatever their order.

    Args:
        records: rows of `silver/play_records`.
        sources: at least those that are among the records. A plan without the rules of the others is a shorter one.
        epoch_ms: the engine's own function from an instant to milliseconds since 1970.
        rules: windows.
    """
    known = _known(records, epoch_ms)
    extended, account, api = (known.filter(known.source == name) for name in ("extended", "account", "api"))
    links, exports = [], []
    if {"extended", "account"} <= set(sources):
        links.append(same := _same_minute(extended, account))
        account = _without(account, same)
    if {"extended", "api"} <= set(sources):
        links.append(near := _near_ends(api, extended, rules))
        exports.append(_without(extended, near, "play_id"))
        api = _without(api, near)
    if {"account", "api"} <= set(sources):
        links.append(named := _by_minute(api, account))
        exports.append(_without(account, named))
        api = _without(api, named, "play_id")
    if not links:
        return Matched(None, None)
    return Matched(ibis.union(*links), _rivals(api, ibis.union(*exports), rules) if exports else None)


def _known(records: ir.Table, epoch_ms: EpochMs) -> ir.Table:
    """What matching looks at. Names that are absent are empty; `ended_ms` is milliseconds since 1970."""
    return records.select(
        "record_id",
        "user_id",
        "source",
        "track_id",
        "ms_played",
        track_name=records.track_name.fill_null(""),
        artist_name=records.artist_name.fill_null(""),
        ended_ms=epoch_ms(records.ended_at),
    ).mutate(minute=ibis._.ended_ms // MINUTE_MS)


def _same_minute(extended: ir.Table, account: ir.Table) -> ir.Table:
    """R3: an account record whose minute, title and milliseconds the extended export has is that play.

    Of several that are alike the account's are handed round among the export's, so that each knows its own. What is left
    on both sides may be told in minutes beside each other, one by one.
    """
    alike = ["user_id", "minute", "track_name", "ms_played"]
    nth = ibis.row_number().over(ibis.window(group_by=alike, order_by="record_id"))
    kept = extended.select(*alike, play_id="record_id", nth=nth, twins=ibis._.count().over(ibis.window(group_by=alike)))
    told = account.select(*alike, "record_id", place=nth)
    both = told.join(kept, [*alike, told.place % kept.twins == kept.nth])
    exact = both.select("play_id", "record_id")
    left = _without(extended, exact, "play_id"), _without(account, exact)
    beside = _one_by_one(*left, ["track_name", "ms_played"], (1, -1), ["record_id"], ["record_id"])
    return exact.union(beside).mutate(rule=ibis.literal("R3"))


def _near_ends(api: ir.Table, extended: ir.Table, rules: Rules) -> ir.Table:
    """R4: same content, ends a few seconds apart; the pairs that are best for both sides, in two rounds."""
    both = _close(api, extended, rules.match_ms)
    same_id = (both.track_id == both.track_id_told).fill_null(False)  # noqa: FBT003 - a literal
    same_names = (both.track_name == both.track_name_told) & (both.artist_name == both.artist_name_told)
    candidates = both.select(
        "record_id",
        play_id="record_id_told",
        unlike=ibis.cases((same_id, 0), (same_names, 1), else_=2),
        is_short=ibis.ifelse(both.ms_played_told >= _API_TELLS_MS, 0, 1),
        apart=(both.ended_ms - both.ended_ms_told).abs(),
        shorter=-both.ms_played_told,
    )
    first = _best(candidates)
    second = _best(_without(_without(candidates, first), first, "play_id", of="play_id"))
    return first.union(second).mutate(rule=ibis.literal("R4"))


def _best(candidates: ir.Table) -> ir.Table:
    """Pairs that come first for the one record and for the other."""
    order = ["unlike", "is_short", "apart", "shorter", "play_id", "record_id"]
    ranked = candidates.mutate(
        by_record=ibis.row_number().over(ibis.window(group_by="record_id", order_by=order)),
        by_play=ibis.row_number().over(ibis.window(group_by="play_id", order_by=order)),
    )
    return ranked.filter(ranked.by_record == 0, ranked.by_play == 0).select("play_id", "record_id")


def _by_minute(api: ir.Table, account: ir.Table) -> ir.Table:
    """R5: the k-th play by the API is the k-th by the account data in that minute; then the minute before, then the next.

    First where title and artist agree, then by the title alone: the API tells a track's first artist, exports an album's.
    """
    steps, order = (0, -1, 1), (["ended_ms", "record_id"], [ibis.desc("ms_played"), "record_id"])
    named = _one_by_one(api, account, ["track_name", "artist_name"], steps, *order)
    left = _without(api, named, "play_id"), _without(account, named)
    titled = _one_by_one(*left, ["track_name"], steps, *order)
    return named.union(titled).mutate(rule=ibis.literal("R5"))


def _one_by_one(  # noqa: PLR0913, PLR0917 - two sides, each in its order
    kept: ir.Table, told: ir.Table, alike: list[str], minutes: tuple[int, ...], kept_order: list[Any], told_order: list[Any]
) -> ir.Table:
    """The k-th of the one side is the k-th of the other, among those alike, so many minutes after; step by step."""
    kept, told = (rows.filter(rows.track_name != "") for rows in (kept, told))
    keys = ["user_id", "minute", *alike]
    found: list[ir.Table] = []
    for shift in minutes:
        by_kept, by_told = (ibis.window(group_by=keys, order_by=order) for order in (kept_order, told_order))
        others = {name: name for name in keys if name != "minute"}
        one = kept.select(**others, minute=kept.minute + shift, play_id="record_id", nth=ibis.row_number().over(by_kept))
        other = told.select(*keys, "record_id", nth=ibis.row_number().over(by_told))
        found.append(one.join(other, [*keys, "nth"]).select("play_id", "record_id"))
        kept, told = _without(kept, found[-1], "play_id"), _without(told, found[-1])
    return ibis.union(*found)


def _rivals(api: ir.Table, exports: ir.Table, rules: Rules) -> ir.Table:
    """R6: same content, not matched, minutes apart: one play or two, nobody can tell."""
    close = _close(api, exports, rules.ambiguous_ms)
    one_way = close.select(play_id="record_id", rival_id="record_id_told")
    return one_way.union(one_way.select(play_id="rival_id", rival_id="play_id"))


def _close(api: ir.Table, exports: ir.Table, window_ms: int) -> ir.Table:
    """Pairs of one track id or title whose ends are so far apart at most; the export's columns end in `_told`."""
    slots = api.ended_ms // window_ms
    seen = api.mutate(slot=ibis.array([slots - 1, slots, slots + 1]).unnest())
    told = exports.mutate(slot=exports.ended_ms // window_ms)
    same_title = (seen.track_name == told.track_name) & (seen.track_name != "")
    same = (seen.track_id == told.track_id).fill_null(False) | same_title  # noqa: FBT003 - a literal
    both = seen.join(told, ["user_id", "slot", same], rname="{name}_told")
    return both.filter((both.ended_ms - both.ended_ms_told).abs() <= window_ms)


def _without(rows: ir.Table, links: ir.Table, column: str = "record_id", *, of: str = "record_id") -> ir.Table:
    """Rows that no link names."""
    # A view: what is left is a relation of its own, or Ibis takes its columns for those of where it comes from.
    return rows.anti_join(links.select(**{of: column}), of).view()
