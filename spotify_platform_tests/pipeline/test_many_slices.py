"""More slices than one predicate holds: the whole table is written anew, with all that it held."""

import pytest

from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline import parts
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.scenario import drop, extended


@pytest.mark.parametrize("limit", ["MOST_IN_ONE_PREDICATE", "MOST_TOLD"])
def test_a_change_of_more_slices_than_fit_keeps_the_others(
    limit: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/anna/endsong.json", [extended(ts=f"{year}-06-01T10:00:00Z") for year in (2019, 2020, 2021)])
    refresh(platform)
    monkeypatch.setattr(parts, limit, 1)
    drop(landing, "inbox/anna/more.json", [extended(ts=f"{year}-07-01T10:00:00Z") for year in (2020, 2021, 2022)])
    refresh(platform)
    assert [platform.engine.rows_in(platform.engine.open(table)) for table in (PLAY_RECORDS, PLAYS)] == [6, 6]
    assert all(one.is_equal for one in verify(platform))
