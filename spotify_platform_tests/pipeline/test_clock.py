"""Days that are none, and clocks that were ahead, hide nothing of what lands afterwards."""

import json
from datetime import UTC, datetime, timedelta

import obstore
import pytest

from spotify_platform.contracts.silver import PLAY_RECORDS
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.refresh import steps
from spotify_platform.pipeline.sweeps import SWEEP_MARK
from spotify_platform_tests.scenario import drop, extended

TODAY = datetime.now(UTC)


def through_silver(platform: Platform) -> int:
    for step in steps().values():
        step(platform)
    return platform.engine.rows_in(platform.engine.open(PLAY_RECORDS))


def swept_at(platform: Platform, when: datetime) -> None:
    noted = json.loads(bytes(obstore.get(platform.lake, SWEEP_MARK).bytes()))
    obstore.put(platform.lake, SWEEP_MARK, json.dumps({**noted, "at": when.isoformat()}).encode())


def imported(platform: Platform, day: str, second: int) -> None:
    key = f"inbox/me/{day}/{day.replace('/', '')}T000000000Z-{second:08x}/endsong.json"
    drop(platform.settings.home / "landing", key, [extended(second)])


@pytest.mark.parametrize("folder", ["2024/13/45", "2023/02/30", "0000/00/00", "9999/99/99"])
def test_a_folder_that_looks_like_a_day_and_is_none(folder: str, platform: Platform) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{folder}/endsong.json", [extended(1)])
    assert through_silver(platform) == 1
    drop(platform.settings.home / "landing", "inbox/me/later.json", [extended(2)])
    assert through_silver(platform) == 2


def test_a_key_of_the_future_does_not_hide_what_lands_today(platform: Platform) -> None:
    imported(platform, "2090/01/01", 1)
    through_silver(platform)
    imported(platform, f"{TODAY:%Y/%m/%d}", 2)
    assert through_silver(platform) == 2


def test_a_sweep_of_the_future_does_not_put_off_the_next(platform: Platform) -> None:
    imported(platform, f"{TODAY:%Y/%m/%d}", 1)
    through_silver(platform)
    imported(platform, "2020/01/01", 2)
    assert through_silver(platform) == 1, "an old name waits for the sweep"
    swept_at(platform, TODAY + timedelta(days=900))
    assert through_silver(platform) == 2


def test_the_sweep_is_due_after_a_day(platform: Platform) -> None:
    imported(platform, f"{TODAY:%Y/%m/%d}", 1)
    through_silver(platform)
    imported(platform, "2020/01/01", 2)
    swept_at(platform, TODAY - timedelta(days=1, minutes=1))
    assert through_silver(platform) == 2
