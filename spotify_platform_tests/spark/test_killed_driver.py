"""A driver that is killed at any point loses nothing and doubles nothing: the next run goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spotify_platform.lakehouse.writers import DEAD_AFTER, FOLDER
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.spark.dying import AFTER, BEFORE, BUILT, WRITING
from spotify_platform_tests.spark.lakes import differing, environment, landed, processed

POINTS = (
    ("ops/ledger", BEFORE),
    ("ops/ledger", AFTER),
    ("bronze/extended_history", WRITING),
    ("bronze/recently_played", AFTER),
    ("silver/play_records", BEFORE),
    ("silver/plays", WRITING),
    ("silver/observations", AFTER),
    ("silver/tracks_history", WRITING),
    ("gold", BUILT),
    ("gold/top_tracks", WRITING),
    ("ops/published", BEFORE),
)
"""In the order of a refresh, so that each run goes on from where the one before died."""


@pytest.mark.usefixtures("spark")
def test_each_run_goes_on_where_one_was_killed(
    winter: Path, winter_by_duckdb: Settings, make_settings: MakeSettings, on_spark: dict[str, object]
) -> None:
    settings = make_settings(**on_spark)
    landed(settings, winter)
    for table, place in POINTS:
        assert killed(settings, table, place) == place
        as_if_waited(settings)
    processed(settings)
    assert differing(winter_by_duckdb, settings) == {}


def killed(settings: Settings, table: str, place: str) -> str:
    """Run a refresh that dies; the place that it told last."""
    command = [sys.executable, "-m", "spotify_platform_tests.spark.dying", table, place]
    done = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False, start_new_session=True)
    assert done.returncode < 0, done.stderr[-3000:]
    return done.stdout


def as_if_waited(settings: Settings) -> None:
    """Let the signs of killed writers be as old as those of the dead are."""
    for sign in (settings.home / "lake" / FOLDER).glob("*"):
        then = sign.stat().st_mtime - DEAD_AFTER.total_seconds() - 1
        os.utime(sign, (then, then))
