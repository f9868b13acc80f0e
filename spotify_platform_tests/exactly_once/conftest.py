"""What a lake is that nobody ever disturbed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform_tests.exactly_once.scenario import Wave, state

State = dict[str, list[str]]
Undisturbed = Callable[[int], State]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Undisturbed:
    """All tables after so many waves, loaded at once in one run."""

    @cache
    def made(waves: int) -> State:
        home = tmp_path_factory.mktemp("undisturbed")
        (home / "cache").symlink_to(warm_home / "cache")
        for n in range(waves):
            Wave(n).land(home / "landing")
        with opened(load_settings(home=home, settle_seconds=0, buckets=4)) as platform:
            refresh(platform)
            return state(platform)

    return made
