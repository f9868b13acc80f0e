"""`silver/plays`: what a play is, from the records that make it, and what follows from it.

Which records those are is decided in `matching`; rules R0, R1 and R2 are settled in the records.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import PLAYS, SOURCES
from spotify_platform.transforms.matching import EpochMs, Matched, match
from spotify_platform.transforms.rules import Rules
from spotify_platform.transforms.text import lower

LocalTime: TypeAlias = Callable[[ir.Value, ir.Value], ir.Value]

# What the platform strings of seventeen years begin with or hold, most telling first.
_DEVICES = (
    ("car", r"android[ _-]?auto|carplay|car_thing|automotive|tesla"),
    (
        "tv",
        r"(^|[^a-z0-9_])tv([^a-z0-9_]|\z)|(android|cast)_tv|roku|chromecast|webos|tizen|playstation|xbox|game_console|bravia",
    ),
    ("speaker", r"sonos|echo|alexa|speaker|google_home|google home|nest|homepod|avr|audio_dongle"),
    ("web", r"web[_ ]?player|webplayer|browser|chrome|firefox|safari"),
    ("watch", r"watch|wearos|garmin"),
    ("tablet", r"ipad|tablet"),
    ("phone", r"android|ios|iphone|ipod|windows phone|blackberry|symbian"),
    ("computer", r"windows|os ?x|mac|linux|desktop"),
)
# Buttons of every spelling that ended a play because the listener wanted another.
_SKIPPING = ("fwdbtn", "backbtn", "nextbtn")
_NAMES = ("track_name", "artist_name", "album_name", "show_name")


def resolve(  # noqa: PLR0913 - three relations, and what an engine and the rules give
    records: ir.Table,
    users: ir.Table,
    zones: ir.Table,
    *,
    local_time: LocalTime,
    epoch_ms: EpochMs,
    rules: Rules,
    sources: Sequence[str] = SOURCES,
) -> ir.Table:
    """Plays of the records given; a pure function, whatever slices they come from.

    Args:
        records: rows of `silver/play_records`.
        users: user_id, leave_out_incognito.
        zones: user_id, time_zone, starts_at, ends_at: for each user periods that cover all time, half open.
        local_time: the engine's own function from an instant and a zone to the time on the clock there.
        epoch_ms: the engine's own function from an instant to milliseconds since 1970.
        rules: thresholds and windows.
        sources: at least those that are among the records.
    """
    matched = match(records, sources, epoch_ms, rules)
    plays = _joined(records, matched)
    if "api" in sources:
        free = _free_before(records, matched.links, epoch_ms, rules)
        plays = plays.left_join(free, "play_id").drop("play_id_right")
    else:
        plays = plays.mutate(free_ms=ibis.null("int64"))
    timed = _timed(plays)
    known = timed.join(users.select("user_id", "leave_out_incognito"), "user_id")
    ended_by = known.reason_end.nullif("").nullif("unknown")
    judged = known.mutate(
        is_counted=(known.content_type == "track")
        & (known.ms_played.isnull() | (known.ms_played >= rules.counted_ms))
        # An export is complete, the API is not: of two that may be one, the API's does not count.
        & ~((known.match == "ambiguous") & (known.source == "api")),
        is_excluded=known.leave_out_incognito & known.incognito.fill_null(False),  # noqa: FBT003 - a literal
        skipped=known.skipped.coalesce(ended_by.isin(_SKIPPING)),
        skipped_is_derived=known.skipped.isnull() & ended_by.notnull(),
        device_type=_device_type(known.platform),
    )
    dated = _dated(judged, zones, local_time)
    return dated.select(*PLAYS.column_names).cast(PLAYS.types)


def _joined(records: ir.Table, matched: Matched) -> ir.Table:
    """One row a play: the record that is kept, with what its others know better, and which they are."""
    links, rivals = matched
    known = records.mutate(play_id=records.record_id)
    if links is None:
        return known.mutate(
            record_ids=ibis.array([known.record_id]),
            sources=ibis.array([known.source]),
            ambiguous_with=_no_texts(),
            match=_match(ibis.literal(False), ibis.literal(False), known.origins),  # noqa: FBT003 - literals
        )
    others = links.join(records, "record_id")
    kept = known.anti_join(links, "record_id").left_join(_better(others), "play_id").drop("play_id_right")
    if rivals is not None:
        named = rivals.group_by("play_id").aggregate(rival_ids=rivals.rival_id.collect())
        kept = kept.left_join(named, "play_id").drop("play_id_right")
    else:
        kept = kept.mutate(rival_ids=ibis.null("array<string>"))
    return kept.mutate(
        **{name: ibis.coalesce(kept[f"api_{name}"], kept[name]) for name in ("track_id", "content_uri", "context_uri")},
        **{name: ibis.coalesce(kept[name], kept[f"api_{name}"]) for name in _NAMES},
        ms_played=ibis.coalesce(kept.ms_played, kept.told_ms),
        record_ids=_with(kept.record_id, kept.other_ids),
        sources=_with(kept.source, kept.other_sources).unique().sort(),
        ambiguous_with=kept.rival_ids.fill_null(_no_texts()).sort(),
        match=_match(kept.rival_ids.notnull(), kept.other_ids.notnull(), kept.origins),
        _batch=ibis.greatest(kept["_batch"], kept.other_batch.fill_null(0)),
    )


def _better(others: ir.Table) -> ir.Table:
    """What the other records of each play know better, one row a play.

    There is one of R4 or of R5 at most, so `max` only picks it; those of R3 add nothing but themselves.
    """
    of_api, of_account = others.rule == "R4", others.rule == "R5"
    told = ("track_id", "content_uri", "context_uri", *_NAMES)
    return others.group_by("play_id").aggregate(
        **{f"api_{name}": others[name].max(where=of_api) for name in told},
        told_ms=others.ms_played.max(where=of_account),
        other_ids=others.record_id.collect(),
        other_sources=others.source.collect(),
        other_batch=others["_batch"].max(),
    )


def _match(is_ambiguous: ir.BooleanValue, is_matched: ir.BooleanValue, origins: ir.ArrayValue) -> ir.StringValue:
    return ibis.cases((is_ambiguous, "ambiguous"), (is_matched, "matched"), (origins.length() > 1, "repeated"), else_="single")


def _timed(plays: ir.Table) -> ir.Table:
    """When plays began. One of unknown length cannot have begun before the one before it ended."""
    length = ibis.ifelse(plays.free_ms < plays.duration_ms, plays.free_ms, plays.duration_ms)
    guessed = plays.mutate(ms_played_estimate=ibis.ifelse(plays.ms_played.isnull(), length, None))
    return guessed.mutate(
        started_at=guessed.ended_at - ibis.coalesce(guessed.ms_played, guessed.ms_played_estimate).as_interval("ms"),
        start_is_estimated=guessed.ms_played.isnull() | (guessed.source == "account"),
    )


def _free_before(records: ir.Table, links: ir.Table | None, epoch_ms: EpochMs, rules: Rules) -> ir.Table:
    """Milliseconds since the play before ended, of plays that only the API tells of: play_id, free_ms.

    Made from records, not from plays: to sort, or to keep twice, whole plays costs as much as all the rest.
    """
    kept = records if links is None else records.anti_join(links, "record_id")
    ended = kept.select("user_id", "source", play_id="record_id", ended_ms=epoch_ms(kept.ended_at))
    ended = ended.mutate(own_slot=ended.ended_ms // rules.previous_ms)
    asked = ended.filter(ended.source == "api").select("user_id", slot="own_slot").distinct()
    # What ended before lies in the same slot or the one before: a slot is looked at alone, however much its user has heard.
    known_in = ended.mutate(slot=ibis.array([ended.own_slot, ended.own_slot + 1]).unnest())
    near = known_in.semi_join(asked, ["user_id", "slot"])
    before = ibis.window(group_by=["user_id", "slot"], order_by="ended_ms", range=(-rules.previous_ms, -1))
    free = near.mutate(free_ms=near.ended_ms - near.ended_ms.max().over(before))
    unknown = free.filter(free.source == "api", free.slot == free.own_slot, free.free_ms.notnull())
    return unknown.select("play_id", "free_ms")


def _dated(plays: ir.Table, zones: ir.Table, local_time: LocalTime) -> ir.Table:
    """Day, hour and time of day on the clocks of where the user was."""
    there = plays.join(zones, [plays.user_id == zones.user_id, plays.ended_at >= zones.starts_at, plays.ended_at < zones.ends_at])
    # Ibis' cast between zones keeps the instant and so changes nothing; each engine has its own word for a wall clock.
    local = there.mutate(local_time=local_time(there.ended_at, there.time_zone))
    hour = local.local_time.hour()
    return local.mutate(local_date=local.local_time.date(), local_hour=hour, time_of_day=_time_of_day(hour))


def _with(one: ir.StringValue, others: ir.ArrayValue) -> ir.ArrayValue:
    return ibis.array([one]).concat(others.fill_null(_no_texts())).sort()


def _no_texts() -> ir.ArrayValue:
    return ibis.literal([], "array<string>")


def _time_of_day(hour: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(
        (hour.between(6, 11), "morning"), (hour.between(12, 17), "afternoon"), (hour >= 18, "evening"), else_="night"
    )


def _device_type(platform: ir.StringValue) -> ir.StringValue:
    told = lower(platform)
    known = [(told.re_search(pattern), device) for device, pattern in _DEVICES]
    return ibis.cases((platform.isnull() | (told == "not_applicable"), None), *known, else_="other")
