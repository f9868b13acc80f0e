"""Law 4: what a change costs is counted in files and bytes, and does not grow with what else the lake holds."""

from pathlib import Path

import ibis.expr.types as ir
import pytest

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.duckdb_reading import SnapshotReading
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.pipeline.checks import stop_at_bad_data
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh, steps
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop, extended


def fill(platform: Platform, users: int) -> None:
    """Two years of each user, then published."""
    for user in range(users):
        rows = [extended(n, ts=f"{year}-03-0{n % 9 + 1}T10:00:{n % 60:02d}Z") for year in (2022, 2023) for n in range(30)]
        drop(platform.settings.home / "landing", f"inbox/user{user}/endsong.json", rows)
    refresh(platform)


def to_gold(platform: Platform) -> None:
    """A refresh but for the statistics."""
    plan(platform)
    for step in steps().values():
        step(platform)
    stop_at_bad_data(platform)
    advance_gold(platform)


def files(lake: Path) -> dict[str, int]:
    """Data files of all tables with their sizes."""
    return {
        str(path.relative_to(lake)): path.stat().st_size for path in lake.rglob("*.parquet") if "_delta_log" not in path.parts
    }


def written(settings_name: str, make_settings: MakeSettings, users: int) -> tuple[int, int]:
    """Files and bytes that fifty new plays of one user write into a lake of so many users."""
    settings = make_settings(settings_name, buckets=256)
    with opened(settings) as platform:
        fill(platform, users)
        before = files(settings.home / "lake")
        drop(settings.home / "landing", "inbox/user0/new.json", [extended(n, ts=f"2023-05-05T10:00:{n:02d}Z") for n in range(50)])
        refresh(platform)
        new = {name: size for name, size in files(settings.home / "lake").items() if name not in before}
    return len(new), sum(new.values())


def test_a_change_writes_as_much_into_a_lake_of_ten_users_as_into_one_of_two(make_settings: MakeSettings) -> None:
    small, large = written("small", make_settings, 2), written("large", make_settings, 10)
    assert large[0] == small[0]
    assert large[1] == pytest.approx(small[1], rel=0.1)


def read(name: str, make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, users: int) -> tuple[int, set[str]]:
    """Files that are opened for fifty new plays of one user, and the tables that are read whole."""
    settings = make_settings(name, buckets=256)
    with opened(settings) as platform:
        fill(platform, users)
    named: list[int] = []
    whole: set[str] = set()
    pruned, read_ = SnapshotReading.pruned, DuckDbDelta.read  # what is asked of DuckDB is what counts

    def counted(reading: SnapshotReading, snapshot: Snapshot, where: str) -> str | None:
        relation = pruned(reading, snapshot, where)
        named.append((relation or "").count(".parquet'"))
        return relation

    def watched(engine: DuckDbDelta, snapshot: Snapshot, where: str | None = None) -> ir.Table:
        if where is None:
            whole.add(snapshot.table.path)
        return read_(engine, snapshot, where)

    with monkeypatch.context() as watch, opened(settings) as platform:
        watch.setattr(SnapshotReading, "pruned", counted)
        watch.setattr(DuckDbDelta, "read", watched)
        drop(settings.home / "landing", "inbox/user0/new.json", [extended(n, ts=f"2023-05-05T10:00:{n:02d}Z") for n in range(50)])
        # The statistics after it are of the whole lake, and no publication waits for them.
        to_gold(platform)
    return sum(named), whole


def test_a_change_opens_as_many_files_in_a_lake_of_ten_users_as_in_one_of_two(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = read("small", make_settings, monkeypatch, 2), read("large", make_settings, monkeypatch, 10)
    assert large == small
    assert small[0] > 20
    assert small[1] == set()


def test_slices_that_are_not_touched_keep_their_files(make_settings: MakeSettings) -> None:
    settings = make_settings("slices", buckets=256)
    lake = settings.home / "lake"
    touched = ("year=2023", "year=1970")  # the second is Gold's all time

    def others() -> set[str]:
        cut = [name for name in files(lake) if "year=" in name]
        return {name for name in cut if not any(year in name for year in touched)}

    with opened(settings) as platform:
        fill(platform, 2)
        before = others()
        drop(settings.home / "landing", "inbox/user0/new.json", [extended(ts="2023-06-01T12:00:00Z")])
        refresh(platform)
    assert others() == before
    tables = {"silver/play_records", "silver/plays", "gold/fct_plays", "gold/daily_user_stats", "gold/top_tracks"}
    assert tables < {"/".join(name.split("/")[:2]) for name in before}


def test_a_refresh_with_nothing_new_writes_nothing(make_settings: MakeSettings) -> None:
    settings = make_settings("idle")
    with opened(settings) as platform:
        fill(platform, 1)
        before = sorted(path for path in (settings.home / "lake").rglob("*") if path.is_file())
        refresh(platform)
        assert sorted(path for path in (settings.home / "lake").rglob("*") if path.is_file()) == before
