"""Trouble of the machine is no fault of an object: what could not be read for want of room is loaded once there is room."""

import errno
from typing import Any

import pytest

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.pipeline import bronze
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.exactly_once.scenario import assert_sound
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.tables import rows_of


def test_a_full_disk_refuses_no_object(platform_here: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform, read = platform_here, bronze.read_objects

    def no_room(store: Any, planned: Any, *rest: Any) -> Any:
        if planned:  # nothing is written where there is nothing to read
            raise OSError(errno.ENOSPC, "No space left on device")
        return read(store, planned, *rest)

    drop(platform.settings.home / "landing", "inbox/anna/history.json", [extended(1)])
    with monkeypatch.context() as full:
        full.setattr(bronze, "read_objects", no_room)
        for _ in range(8):
            with pytest.raises(OSError, match="No space left"):
                refresh(platform)
    refresh(platform)
    assert [(row["status"], row["rows_new"]) for row in rows_of(platform, ACCOUNTING)] == [("loaded", 1)]
    assert_sound(platform)
