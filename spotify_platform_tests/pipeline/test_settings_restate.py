"""Settings that are inputs: a changed zone restates that user, and nobody else."""

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop, extended


def days(platform: Platform) -> dict[str, str]:
    rows = platform.engine.fetch(platform.engine.read(platform.engine.open(PLAYS)).select("user_id", "local_date", "time_zone"))
    return {row["user_id"]: f"{row['local_date']} {row['time_zone']}" for row in rows.to_pylist()}


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
            assert refresh(platform).planned
            assert days(platform) == {"anna": f"{day} {zone}"}
            assert refresh(platform).planned == []


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
