"""Files that are still being written: not taken before they rest, not loaded as anything but what was planned."""

import json
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.contracts.ops import ACCOUNTING, LEDGER
from spotify_platform.landing import arrivals
from spotify_platform.pipeline import reading
from spotify_platform.pipeline.plan import new_arrivals, plan
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.refresh import steps
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.tables import rows_of

KEY = "inbox/me/endsong.json"


def test_a_file_that_grows_between_two_looks_is_left_for_later(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(platform.settings.home / "landing", KEY, b'[{"ts":')
    with monkeypatch.context() as moving:
        moving.setattr(arrivals.time, "sleep", lambda _: path.write_bytes(b'[{"ts": "2024"'))
        assert new_arrivals(platform) == []
    assert [arrival.key for arrival in new_arrivals(platform)] == [KEY]


def test_bytes_that_are_not_those_planned_are_not_loaded_under_their_hash(
    platform_here: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = platform_here
    path = drop(platform.settings.home / "landing", KEY, [extended(1)])
    plan(platform)
    opened = reading.opened

    def swapped(*args: Any) -> Any:  # after the look, before the first byte is read
        replace(path, [extended(2), extended(3)])
        return opened(*args)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(reading, "opened", swapped)
        through_silver(platform)
    assert accounts(platform) == [("refused", 0, reading.CHANGED)]
    plan(platform)
    through_silver(platform)
    assert sorted(accounts(platform)) == [("loaded", 2, None), ("refused", 0, reading.CHANGED)]


def replace(path: Path, rows: list[Any]) -> None:
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps(rows))
    fresh.replace(path)


def through_silver(platform: Platform) -> None:
    for name, step in steps().items():
        if name != LEDGER.path:
            step(platform)


def accounts(platform: Platform) -> list[tuple[str, int, str | None]]:
    return [(row["status"], row["rows_in"], row["reason"]) for row in rows_of(platform, ACCOUNTING)]
