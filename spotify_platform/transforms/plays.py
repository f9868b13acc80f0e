"""`silver/plays`: which records are the same play, and what follows from a play alone.

For now each record is a play of its own: rules R0, R1 and R2 are settled in the records, and the rules that match
records of different sources belong in `resolve`.
"""

from collections.abc import Callable
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.transforms.rules import Rules

LocalTime: TypeAlias = Callable[[ir.Value, ir.Value], ir.Value]

# What the platform strings of seventeen years begin with or hold, most telling first.
_DEVICES = (
    ("car", r"android[ _-]?auto|carplay|car_thing|automotive|tesla"),
    ("tv", r"\btv\b|android_tv|roku|chromecast|cast_tv|webos|tizen|playstation|xbox|game_console|bravia"),
    ("speaker", r"sonos|echo|alexa|speaker|google_home|google home|nest|homepod|avr|audio_dongle"),
    ("web", r"web[_ ]?player|webplayer|browser|chrome|firefox|safari"),
    ("watch", r"watch|wearos|garmin"),
    ("tablet", r"ipad|tablet"),
    ("phone", r"android|ios|iphone|ipod|windows phone|blackberry|symbian"),
    ("computer", r"windows|os ?x|mac|linux|desktop"),
)


def resolve(records: ir.Table, users: ir.Table, local_time: LocalTime, rules: Rules) -> ir.Table:
    """Plays of the records given; a pure function, whatever slices they come from.

    Args:
        records: rows of `silver/play_records`.
        users: user_id, user_bucket, time_zone.
        local_time: the engine's own function from an instant and a zone to the time on the clock there.
        rules: thresholds and windows.
    """
    placed = records.join(users.select("user_id", "time_zone"), "user_id")
    heard = ibis.coalesce(placed.ms_played, placed.duration_ms)
    known = placed.mutate(
        play_id=placed.record_id,
        started_at=placed.ended_at - heard.as_interval("ms"),
        start_is_estimated=placed.ms_played.isnull() | (placed.source != "extended"),
        ms_played_estimate=ibis.ifelse(placed.ms_played.isnull(), placed.duration_ms, None),
        is_counted=(placed.content_type == "track") & (placed.ms_played.isnull() | (placed.ms_played >= rules.counted_ms)),
        device_type=_device_type(placed.platform),
        sources=ibis.array([placed.source]),
        match=ibis.ifelse(placed.origins.length() > 1, "repeated", "single"),
        record_ids=ibis.array([placed.record_id]),
    )
    # Ibis' cast between zones keeps the instant and so changes nothing; each engine has its own word for a wall clock.
    local = known.mutate(local_time=local_time(known.ended_at, known.time_zone))
    hour = local.local_time.hour()
    dated = local.mutate(local_date=local.local_time.date(), local_hour=hour, time_of_day=_time_of_day(hour))
    return dated.select(*PLAYS.column_names).cast({column.name: column.type for column in PLAYS.columns})


def _time_of_day(hour: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(
        (hour.between(6, 11), "morning"), (hour.between(12, 17), "afternoon"), (hour >= 18, "evening"), else_="night"
    )


def _device_type(platform: ir.StringValue) -> ir.StringValue:
    text = platform.lower()
    known = [(text.re_search(pattern), device) for device, pattern in _DEVICES]
    return ibis.cases((platform.isnull() | (text == "not_applicable"), None), *known, else_="other")
