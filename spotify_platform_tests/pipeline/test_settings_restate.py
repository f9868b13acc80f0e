"""Settings that are inputs: a changed zone restates that user, and nobody else."""

from dataclasses import replace
from datetime import UTC, datetime
from operator import itemgetter

import pytest

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import MATCH_REPORT, PLAY_RECORDS, PLAYS
from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.ledger import append_batch
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform.transforms.rules import Rules
from spotify_platform_tests.assets.damage import double_a_row
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import through_silver
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.tables import rows_of


def days(platform: Platform) -> dict[str, str]:
    return {row["user_id"]: f"{row['local_date']} {row['time_zone']}" for row in rows_of(platform, PLAYS)}


def test_a_changed_zone_restates_its_user(make_settings: MakeSettings) -> None:
    settings = make_settings()
    late = extended(ts="2024-12-31T23:30:00Z")
    for user in ("anna", "bert"):
        drop(settings.home / "landing", f"inbox/{user}/endsong.json", [late])
    with opened(settings) as platform:
        refresh(platform)
        assert days(platform) == {"anna": "2024-12-31 UTC", "bert": "2024-12-31 UTC"}
    drop(settings.home / "profile", "anna.toml", b'time_zone = "Europe/Berlin"')
    with opened(settings) as platform:
        assert refresh(platform).planned == [2]
        assert days(platform) == {"anna": "2025-01-01 Europe/Berlin", "bert": "2024-12-31 UTC"}
        assert all(one.is_equal for one in verify(platform))
        assert refresh(platform).planned == []


def test_a_zone_that_changes_and_changes_back(make_settings: MakeSettings) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(ts="2024-12-31T23:30:00Z")])
    for zone, day in (
        ("Europe/Berlin", "2025-01-01"),
        ("UTC", "2024-12-31"),
        ("Asia/Tokyo", "2025-01-01"),
        ("UTC", "2024-12-31"),
    ):
        drop(settings.home / "profile", "anna.toml", f'time_zone = "{zone}"'.encode())
        with opened(settings) as platform:
            through_silver(platform)
            assert days(platform) == {"anna": f"{day} {zone}"}
            assert plan(platform) == []


def test_a_zone_that_changes_between_plan_and_plays_waits_for_its_batch(make_settings: MakeSettings) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(ts="2024-12-31T23:30:00Z")])
    with opened(settings) as platform:
        plan(platform)
    profile = drop(settings.home / "profile", "anna.toml", b'time_zone = "Europe/Berlin"')
    with opened(settings) as platform:
        for name, step in steps().items():
            if name != LEDGER.path:
                step(platform)
        assert days(platform) == {"anna": "2024-12-31 UTC"}
    profile.unlink()
    with opened(settings) as platform:
        refresh(platform)
        assert days(platform) == {"anna": "2024-12-31 UTC"}
        assert all(one.is_equal for one in verify(platform))


STAY = b"""
[[stays]]
time_zone = "Asia/Tokyo"
first_day = 2023-07-01
last_day = 2023-07-14
"""


def test_a_stay_restates_its_year_and_no_other(make_settings: MakeSettings) -> None:
    settings = make_settings()
    rows = [extended(ts=f"{year}-07-05T20:00:00Z") for year in (2021, 2022, 2023, 2024)]
    drop(settings.home / "landing", "inbox/anna/endsong.json", rows)
    with opened(settings) as platform:
        refresh(platform)
    drop(settings.home / "profile", "anna.toml", STAY)
    with opened(settings) as platform:
        files = {table: set(platform.engine.open(table).handle.file_uris()) for table in (PLAYS, MATCH_REPORT)}
        assert refresh(platform).planned == [2]
        for table, before in files.items():
            renewed = set(platform.engine.open(table).handle.file_uris()) ^ before
            assert renewed
            assert all("year=2023" in path for path in renewed)
        found = sorted(rows_of(platform, PLAYS), key=itemgetter("ended_at"))
        assert [str(row["local_date"]) for row in found] == ["2021-07-05", "2022-07-05", "2023-07-06", "2024-07-05"]
        assert [row["time_zone"] for row in found] == ["UTC", "UTC", "Asia/Tokyo", "UTC"]
        assert all(one.is_equal for one in verify(platform))
        assert refresh(platform).planned == []


def test_private_sessions_leave_gold_and_come_back(make_settings: MakeSettings) -> None:
    settings = make_settings()
    rows = [extended(1), extended(300, incognito_mode=True)]
    drop(settings.home / "landing", "inbox/anna/endsong.json", rows)
    profile = settings.home / "profile"
    for text, plays in ((b"", 2), (b"leave_out_incognito = true", 1), (b"leave_out_incognito = false", 2)):
        drop(profile, "anna.toml", text)
        with opened(settings) as platform:
            refresh(platform)
            facts = next(table for table in gold_tables(platform) if table.name == "fct_plays")
            assert platform.engine.rows_in(platform.engine.open(PLAYS)) == 2
            assert platform.engine.rows_in(platform.engine.open(facts)) == plays
            assert all(one.is_equal for one in verify(platform))


def test_other_rules_restate_everybody(make_settings: MakeSettings) -> None:
    settings = make_settings()
    for user in ("anna", "bert"):
        drop(settings.home / "landing", f"inbox/{user}/endsong.json", [extended(1), extended(300, ms_played=40_000)])
    with opened(settings) as platform:
        refresh(platform)
        stricter = replace(platform, rules=Rules(counted_ms=60_000))
        assert refresh(stricter).planned == [2]
        plays = rows_of(platform, PLAYS)
        assert sorted(row["user_id"] for row in plays if row["is_counted"]) == ["anna", "bert"]
        assert all(one.is_equal for one in verify(stricter))
        assert refresh(stricter).planned == []


def test_restated_plays_are_checked(make_settings: MakeSettings) -> None:
    """No record is new in them, and yet they are made anew: a check that only looks at new records sees none."""
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(1)])
    with opened(settings) as platform:
        refresh(platform)
        stricter = replace(platform, rules=Rules(counted_ms=60_000))
        through_silver(stricter)
        assert all(outcome.passed for outcome in check(stricter, PLAYS))
        double_a_row(platform, PLAYS)
        assert [outcome.passed for outcome in check(stricter, PLAYS)] == [False, False]


def test_a_lake_that_knew_zones_alone_is_brought_on(make_settings: MakeSettings) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(1)])
    with opened(settings) as platform:
        older = {"action": "restate", "key": "user/anna", "etag": "x", "user_id": "anna", "sha256": "x", "reason": "Asia/Tokyo"}
        append_batch(platform.engine, lambda _: [older | {"planned_at": datetime.now(UTC)}])
        assert refresh(platform).planned == [2]
        assert days(platform) == {"anna": "2024-05-05 UTC"}
        assert all(one.is_equal for one in verify(platform))


def test_a_program_of_other_rules_makes_no_plays(make_settings: MakeSettings) -> None:
    """A daemon that still runs the older version must not make plays that the newer one has ordered."""
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(1)])
    with opened(settings) as older:
        plan(replace(older, rules=Rules(counted_ms=60_000)))
        todo = steps()
        for path in [path for path in todo if path.startswith("bronze/")] + [PLAY_RECORDS.path]:
            todo[path](older)
        with pytest.raises(WrongCall, match="other rules"):
            todo[PLAYS.path](older)


def test_gold_waits_until_its_inputs_stand_together(make_settings: MakeSettings) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/anna/endsong.json", [extended(1)])
    with opened(settings) as platform:
        refresh(platform)
        drop(settings.home / "landing", "inbox/anna/later.json", [extended(300)])
        plan(platform)
        todo = steps()
        for path in todo:
            if path not in (LEDGER.path, MATCH_REPORT.path):
                todo[path](platform)
        assert advance_gold(platform).pins is None
        todo[MATCH_REPORT.path](platform)
        pins = advance_gold(platform).pins
        assert pins is not None
        assert pins.batch == 2
