"""Several processes at work at once: safety is Delta's, not that of a pool or a lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.exactly_once.children import CONTEXT, PATIENCE_SECONDS, finished, meeting, refreshing, started
from spotify_platform_tests.exactly_once.conftest import Undisturbed
from spotify_platform_tests.exactly_once.scenario import SETTINGS, Wave, assert_counts, assert_sound, state

BRONZE = ("bronze/extended_history", "bronze/account_history", "bronze/recently_played")
DERIVED = ("bronze/quarantine", "silver/play_records", "ops/accounting", "silver/plays")
EVERY = ("ops/ledger", *BRONZE, *DERIVED, "gold/daily_user_stats", "ops/published")


def assert_as_undisturbed(settings: Settings, waves: int, undisturbed: Undisturbed) -> None:
    """After one more run, all is as in a lake that nobody disturbed."""
    with opened(settings) as platform:
        refresh(platform)
        assert_counts(platform, waves)
        assert_sound(platform)
        assert state(platform) == undisturbed(waves)


@pytest.mark.parametrize("rebuild", [False, True])
def test_two_runs_meet_at_every_commit(rebuild: bool, make_settings: MakeSettings, undisturbed: Undisturbed) -> None:
    settings = make_settings(**SETTINGS)
    Wave(0).land(settings.home / "landing")
    with opened(settings) as platform:
        refresh(platform)
    Wave(1).land(settings.home / "landing")
    # Both have computed the same commit of each table before either makes it: one of them loses every time.
    barrier = CONTEXT.Barrier(2)
    pipes = [CONTEXT.Pipe(duplex=False) for _ in range(2)]
    finished(*(started(meeting, settings, barrier, EVERY, pipes[n][1], rebuild and n == 0) for n in range(2)))
    lost = {table for receive, _ in pipes for table in receive.recv()}
    assert lost >= set(EVERY)
    assert_as_undisturbed(settings, 2, undisturbed)


def test_runs_that_start_at_the_same_moment(make_settings: MakeSettings, undisturbed: Undisturbed) -> None:
    """On a lake that is not even made: three refreshes, one of which looks through everything."""
    settings = make_settings(**SETTINGS)
    Wave(0).land(settings.home / "landing")
    barrier = CONTEXT.Barrier(4)
    runs = [started(refreshing, settings, barrier, full) for full in (False, False, True)]
    barrier.wait(PATIENCE_SECONDS)
    Wave(1).land(settings.home / "landing")  # while they are at work
    finished(*runs)
    assert_as_undisturbed(settings, 2, undisturbed)


def test_the_command_line_beside_another_run(make_settings: MakeSettings, undisturbed: Undisturbed, tmp_path: Path) -> None:
    settings = make_settings(**SETTINGS)
    Wave(0).land(settings.home / "landing")
    environment = {f"SPOTIFY_PLATFORM_{name.upper()}": str(value) for name, value in SETTINGS.items()}
    environment |= {"SPOTIFY_PLATFORM_HOME": str(settings.home), "SPOTIFY_PLATFORM_BUCKETS": "4", "PATH": ""}
    program = str(Path(sys.executable).with_name("spotify-platform"))
    command = subprocess.Popen(
        [program, "refresh"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    barrier = CONTEXT.Barrier(1)
    finished(started(refreshing, settings, barrier))
    Wave(1).land(settings.home / "landing")
    finished(started(refreshing, settings, barrier))
    _, complaints = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 0, complaints.decode()
    assert_as_undisturbed(settings, 2, undisturbed)
