"""What follows from a play alone: what counts, when it began, on what it was heard, and the time on the listener's clock."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from spotify_platform.contracts.model import TIMESTAMP
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.profiles import Profile, Stay
from spotify_platform.transforms.plays import resolve
from spotify_platform.transforms.rules import Rules

TYPES = PLAY_RECORDS.types
USERS = {"user_id": "string", "leave_out_incognito": "boolean"}
ZONES = {"user_id": "string", "time_zone": "string", "starts_at": TIMESTAMP, "ends_at": TIMESTAMP}


def play(
    engine: DuckDbDelta,
    *,
    zone: str = "UTC",
    stays: tuple[Stay, ...] = (),
    private_out: bool = False,
    rules: Rules = Rules(),  # noqa: B008 - frozen
    **changes: Any,
) -> dict[str, Any]:
    """The play of one record: 200 seconds of a track, as an extended export tells of it."""
    record = {
        "record_id": "r1",
        "user_id": "anna",
        "user_bucket": 3,
        "year": 2024,
        "source": "extended",
        "ended_at": "2024-05-05 10:03:20",
        "ms_played": 200_000,
        "content_type": "track",
        "track_name": "Night River",
        "origins": ["a#0"],
        "_batch": 5,
    }
    records = engine.values([{**dict.fromkeys(TYPES), **record, **changes}], TYPES)
    users = engine.values([{"user_id": "anna", "leave_out_incognito": private_out}], USERS)
    zones = engine.values([{"user_id": "anna", **asdict(period)} for period in Profile(zone, stays).periods], ZONES)
    clocks = {"local_time": engine.local_time, "epoch_ms": engine.epoch_ms}
    [found] = engine.fetch(engine.derive(resolve, records, users, zones, rules=rules, sources=["extended"], **clocks)).to_pylist()
    return dict(found)


def test_a_play_has_the_columns_of_its_contract(engine: DuckDbDelta) -> None:
    found = play(engine)
    assert tuple(found) == PLAYS.column_names
    assert (found["play_id"], found["record_ids"], found["sources"], found["_batch"]) == ("r1", ["r1"], ["extended"], 5)


@pytest.mark.parametrize(
    ("kind", "ms_played", "counts"),
    [
        ("track", 29_999, False),
        ("track", 30_000, True),
        ("track", 0, False),
        ("track", None, True),
        ("episode", 200_000, False),
        ("audiobook", 200_000, False),
        ("unknown", 200_000, False),
        ("unknown", None, False),
    ],
)
def test_music_of_thirty_seconds_counts(engine: DuckDbDelta, kind: str, ms_played: int | None, counts: bool) -> None:
    assert play(engine, content_type=kind, ms_played=ms_played)["is_counted"] is counts


def test_the_threshold_is_the_rules(engine: DuckDbDelta) -> None:
    assert not play(engine, rules=Rules(counted_ms=200_001))["is_counted"]
    assert play(engine, rules=Rules(counted_ms=200_000))["is_counted"]


@pytest.mark.parametrize(
    ("changes", "began", "is_estimated", "estimate"),
    [
        ({}, datetime(2024, 5, 5, 10, 0, tzinfo=UTC), False, None),
        ({"source": "account"}, datetime(2024, 5, 5, 10, 0, tzinfo=UTC), True, None),
        ({"ms_played": 0, "duration_ms": 60_000}, datetime(2024, 5, 5, 10, 3, 20, tzinfo=UTC), False, None),
        (
            {"source": "api", "ms_played": None, "duration_ms": 60_500},
            datetime(2024, 5, 5, 10, 2, 19, 500_000, tzinfo=UTC),
            True,
            60_500,
        ),
        ({"source": "api", "ms_played": None}, None, True, None),
    ],
    ids=["exact", "to the minute", "nothing heard", "length only", "no length"],
)
def test_start(
    engine: DuckDbDelta, changes: dict[str, Any], began: datetime | None, is_estimated: bool, estimate: int | None
) -> None:
    found = play(engine, **changes)
    assert (found["started_at"], found["start_is_estimated"], found["ms_played_estimate"]) == (began, is_estimated, estimate)


@pytest.mark.parametrize(
    ("platform", "device"),
    [
        (None, None),
        ("not_applicable", None),
        ("Android OS 9 API 28 (samsung, SM-G950F)", "phone"),
        ("ios", "phone"),
        ("iOS 17.1 (iPhone14,5)", "phone"),
        ("iOS 12.4 (iPad5,3)", "tablet"),
        ("Windows 10 (10.0.19041; x64)", "computer"),
        ("OS X 10.15.7 [x86 8]", "computer"),
        ("linux", "computer"),
        ("web_player windows 10;chrome 120", "web"),
        ("WebPlayer (websocket RFC6455)", "web"),
        ("Partner google cast_tv;Chromecast;;", "tv"),
        ("Partner android_tv Sony;BRAVIA 4K", "tv"),
        ("Partner sony_playstation PS4", "tv"),
        ("Partner sonos_ppc Sonos;Play1", "speaker"),
        ("Partner amazon_echo", "speaker"),
        ("android_auto", "car"),
        ("Garmin watch", "watch"),
        ("Some Toaster", "other"),
        ("", "other"),
    ],
)
def test_device_type(engine: DuckDbDelta, platform: str | None, device: str | None) -> None:
    assert play(engine, platform=platform)["device_type"] == device


@pytest.mark.parametrize(
    ("clock", "time_of_day"),
    [
        ("00:00:00", "night"),
        ("05:59:59", "night"),
        ("06:00:00", "morning"),
        ("11:59:59", "morning"),
        ("12:00:00", "afternoon"),
        ("17:59:59", "afternoon"),
        ("18:00:00", "evening"),
        ("23:59:59", "evening"),
    ],
)
def test_time_of_day_turns_on_the_hour(engine: DuckDbDelta, clock: str, time_of_day: str) -> None:
    assert play(engine, ended_at=f"2024-05-05 {clock}")["time_of_day"] == time_of_day


@pytest.mark.parametrize(
    ("zone", "ended_at", "day", "hour"),
    [
        ("UTC", "2024-12-31 23:59:59", date(2024, 12, 31), 23),
        ("Europe/Berlin", "2024-12-31 23:00:00", date(2025, 1, 1), 0),
        ("Europe/Berlin", "2024-03-31 00:59:59", date(2024, 3, 31), 1),
        ("Europe/Berlin", "2024-03-31 01:00:00", date(2024, 3, 31), 3),
        ("Europe/Berlin", "2024-10-27 00:30:00", date(2024, 10, 27), 2),
        ("Europe/Berlin", "2024-10-27 01:30:00", date(2024, 10, 27), 2),
        ("Europe/Berlin", "2024-10-27 02:00:00", date(2024, 10, 27), 3),
        ("America/New_York", "2024-03-10 06:59:59", date(2024, 3, 10), 1),
        ("America/New_York", "2024-03-10 07:00:00", date(2024, 3, 10), 3),
        ("America/New_York", "2024-01-01 04:59:59", date(2023, 12, 31), 23),
        ("Asia/Kolkata", "2024-05-05 18:30:00", date(2024, 5, 6), 0),
        ("Australia/Lord_Howe", "2024-04-06 15:15:00", date(2024, 4, 7), 1),
        ("America/Sao_Paulo", "2018-11-04 02:59:59", date(2018, 11, 3), 23),
        ("America/Sao_Paulo", "2018-11-04 03:00:00", date(2018, 11, 4), 1),
        ("Pacific/Apia", "2011-12-30 09:59:59", date(2011, 12, 29), 23),
        ("Pacific/Apia", "2011-12-30 10:00:00", date(2011, 12, 31), 0),
    ],
)
def test_local_time_over_gaps_and_overlaps(engine: DuckDbDelta, zone: str, ended_at: str, day: date, hour: int) -> None:
    found = play(engine, zone=zone, ended_at=ended_at)
    assert (found["local_date"], found["local_hour"], found["time_zone"]) == (day, hour, zone)


@pytest.mark.parametrize(("origins", "match"), [(["a#0"], "single"), (["a#0", "b#4"], "repeated")])
def test_a_play_says_whether_several_rows_tell_of_it(engine: DuckDbDelta, origins: list[str], match: str) -> None:
    assert play(engine, origins=origins)["match"] == match


@pytest.mark.parametrize(
    ("skipped", "reason_end", "was_skipped", "is_derived"),
    [
        (True, "trackdone", True, False),
        (False, "fwdbtn", False, False),
        (None, "fwdbtn", True, True),
        (None, "backbtn", True, True),
        (None, "nextbtn", True, True),
        (None, "trackdone", False, True),
        (None, "endplay", False, True),
        (None, "unknown", None, False),
        (None, "", None, False),
        (None, None, None, False),
    ],
)
def test_a_skip_that_no_source_tells_is_derived_and_said_to_be(
    engine: DuckDbDelta, skipped: bool | None, reason_end: str | None, was_skipped: bool | None, is_derived: bool
) -> None:
    found = play(engine, skipped=skipped, reason_end=reason_end)
    assert (found["skipped"], found["skipped_is_derived"]) == (was_skipped, is_derived)


@pytest.mark.parametrize(
    ("private_out", "incognito", "is_excluded"),
    [(True, True, True), (True, False, False), (True, None, False), (False, True, False)],
)
def test_private_sessions_are_kept_and_left_out_where_the_user_wants_it(
    engine: DuckDbDelta, private_out: bool, incognito: bool | None, is_excluded: bool
) -> None:
    found = play(engine, private_out=private_out, incognito=incognito)
    assert (found["incognito"], found["is_excluded"]) == (incognito, is_excluded)


@pytest.mark.parametrize(
    ("ended_at", "zone", "day"),
    [
        ("2024-06-30 14:59:59", "Europe/Berlin", date(2024, 6, 30)),
        ("2024-06-30 15:00:00", "Asia/Tokyo", date(2024, 7, 1)),
        ("2024-07-14 14:59:59", "Asia/Tokyo", date(2024, 7, 14)),
        ("2024-07-14 15:00:00", "Europe/Berlin", date(2024, 7, 14)),
    ],
)
def test_days_of_a_stay_are_told_on_its_clocks(engine: DuckDbDelta, ended_at: str, zone: str, day: date) -> None:
    stay = Stay(date(2024, 7, 1), "Asia/Tokyo", date(2024, 7, 14))
    found = play(engine, zone="Europe/Berlin", stays=(stay,), ended_at=ended_at)
    assert (found["time_zone"], found["local_date"]) == (zone, day)
