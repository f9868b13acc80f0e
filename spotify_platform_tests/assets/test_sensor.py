"""Ticks of the sensor against a landing zone that is a folder: what starts a run, and what it says when none would help."""

import dagster as dg
import pytest

from spotify_platform.automation import WHY_TAG, landing_sensor
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.resources import PlatformResource
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop, extended


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A lake of one user, published."""
    made = make_settings()
    drop(made.home / "landing", "inbox/anna/endsong.json", [extended(1)])
    with opened(made) as platform:
        refresh(platform)
    return made


def tick(settings: Settings) -> str:
    """Why a run starts, or why none does."""
    overrides = {"home": str(settings.home), "settle_seconds": "0", "buckets": str(settings.buckets)}
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"platform": PlatformResource(overrides=overrides)}
        answer = landing_sensor(dg.build_sensor_context(instance=instance, resources=resources, sensor_name="landing_sensor"))
    if isinstance(answer, dg.SkipReason):
        return f"skipped: {answer.skip_message}"
    assert isinstance(answer, dg.SensorResult)
    [request] = answer.run_requests or []
    return request.tags[WHY_TAG]


def test_a_changed_profile_starts_a_run(settings: Settings) -> None:
    assert tick(settings) == "skipped: nothing new has landed"
    drop(settings.home / "profile", "anna.toml", b'time_zone = "Asia/Tokyo"')
    assert tick(settings) == "other settings of anna"
    with opened(settings) as platform:
        refresh(platform)
    assert tick(settings) == "skipped: nothing new has landed"


def test_a_wrong_profile_is_told_and_starts_nothing_until_it_is_mended(settings: Settings) -> None:
    profile = drop(settings.home / "profile", "anna.toml", b'time_zone = "Europe/Berlinn"')
    drop(settings.home / "landing", "inbox/anna/later.json", [extended(300)])
    assert tick(settings).startswith(f"skipped: {profile}: 'Europe/Berlinn' is no IANA time zone")
    profile.write_text('time_zone = "Europe/Berlin"')
    assert tick(settings) == "1 new, first inbox/anna/later.json"
