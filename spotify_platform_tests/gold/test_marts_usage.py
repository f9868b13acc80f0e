"""Devices and hours of a winter that was worked out by hand."""

from datetime import date

import duckdb

from spotify_platform_tests.gold.winter import lists, utc

# device, platform, counted plays, all plays, milliseconds, percent of the counted plays
DEVICES = {
    ("all", date(1970, 1, 1)): [
        ("phone", "android", 6, 8, 2_430_000, 66.67),  # the short play and the episode are listening
        ("unknown", "unknown", 3, 3, 320_000, 33.33),  # neither account data nor the API tell of one
    ],
    ("year", date(2023, 1, 1)): [("phone", "android", 3, 3, 280_000, 100.0)],
    ("year", date(2024, 1, 1)): [
        ("phone", "android", 3, 5, 2_150_000, 50.0),
        ("unknown", "unknown", 3, 3, 320_000, 50.0),
    ],
    ("month", date(2023, 12, 1)): [("phone", "android", 3, 3, 280_000, 100.0)],
    ("month", date(2024, 1, 1)): [
        ("phone", "android", 2, 3, 250_000, 66.67),
        ("unknown", "unknown", 1, 1, 60_000, 33.33),
    ],
    ("month", date(2024, 2, 1)): [
        ("phone", "android", 0, 1, 1_800_000, 0.0),  # an episode
        ("unknown", "unknown", 1, 1, 200_000, 100.0),
    ],
    ("month", date(2024, 3, 1)): [
        ("phone", "android", 1, 1, 100_000, 50.0),
        ("unknown", "unknown", 1, 1, 60_000, 50.0),
    ],
}


def test_device_usage(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "device_type, platform, play_count, all_play_count, listening_ms, play_percentage"
    assert lists(gold, "device_usage", columns) == DEVICES
    heard = gold.sql(
        "select first_played_at, last_played_at, estimated_share from gold.device_usage where period = 'all' order by 1"
    )
    assert heard.fetchall() == [
        (utc(2023, 12, 30, 12), utc(2024, 3, 10, 10), 0),
        (utc(2024, 1, 6, 10), utc(2024, 3, 11, 10), 200_000 / 320_000),
    ]


# weekday, hour, counted plays, all plays, milliseconds
HOURS = {
    ("all", date(1970, 1, 1)): [
        (1, 0, 1, 1, 200_000),  # the first half hour of 2024
        (1, 11, 1, 1, 60_000),
        (4, 11, 1, 1, 200_000),
        (4, 12, 0, 1, 1_800_000),  # an episode
        (5, 11, 1, 2, 50_000),  # one too short to count
        (6, 11, 1, 1, 60_000),
        (6, 13, 2, 2, 80_000),
        (7, 11, 1, 1, 100_000),
        (7, 23, 1, 1, 200_000),
    ],
    ("year", date(2023, 1, 1)): [(6, 13, 2, 2, 80_000), (7, 23, 1, 1, 200_000)],
    ("year", date(2024, 1, 1)): [
        (1, 0, 1, 1, 200_000),
        (1, 11, 1, 1, 60_000),
        (4, 11, 1, 1, 200_000),
        (4, 12, 0, 1, 1_800_000),
        (5, 11, 1, 2, 50_000),
        (6, 11, 1, 1, 60_000),
        (7, 11, 1, 1, 100_000),
    ],
    ("month", date(2023, 12, 1)): [(6, 13, 2, 2, 80_000), (7, 23, 1, 1, 200_000)],
    ("month", date(2024, 1, 1)): [(1, 0, 1, 1, 200_000), (5, 11, 1, 2, 50_000), (6, 11, 1, 1, 60_000)],
    ("month", date(2024, 2, 1)): [(4, 11, 1, 1, 200_000), (4, 12, 0, 1, 1_800_000)],
    ("month", date(2024, 3, 1)): [(1, 11, 1, 1, 60_000), (7, 11, 1, 1, 100_000)],
}


def test_listening_clock(gold: duckdb.DuckDBPyConnection) -> None:
    assert lists(gold, "listening_clock", "weekday, local_hour, play_count, all_play_count, listening_ms") == HOURS
    estimated = gold.sql("select weekday, local_hour from gold.listening_clock where period = 'all' and estimated_share = 1")
    assert estimated.fetchall() == [(4, 11)]
