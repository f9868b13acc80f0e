"""Law 6: readers see whole publications only; a failed check leaves what is published as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.tables import TABLES
from spotify_platform.errors import DataFailedCheck
from spotify_platform.lakehouse import dbt_project
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import NOTHING, Snapshot
from spotify_platform.lakehouse.publishing import published
from spotify_platform.pipeline import parts
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.gold_build import GoldNotPublished, gold_tables
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.assets.damage import double_a_row, lose_a_row
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import begun_again, copied, through_silver
from spotify_platform_tests.scenario import drop, extended


def land(platform: Platform, name: str, *rows: object) -> None:
    drop(platform.settings.home / "landing", f"inbox/me/{name}.json", list(rows))


def land_for(platform: Platform, user: str, name: str, *years: int) -> None:
    rows = [extended(ts=f"{year}-06-01T10:00:00Z") for year in years]
    drop(platform.settings.home / "landing", f"inbox/{user}/{name}.json", rows)


def gold_plays(platform: Platform) -> int:
    with reading_connection(platform.settings) as con:
        row = con.sql("select count(*) from gold.fct_plays").fetchone()
    assert row
    return int(row[0])


def contract_of(platform: Platform, path: str) -> Table:
    return next(table for table in (*TABLES, *gold_tables(platform)) if table.path == path)


def test_readers_read_the_pinned_versions(platform: Platform) -> None:
    land(platform, "a", extended(1), extended(2))
    refresh(platform)
    facts = next(table for table in gold_tables(platform) if table.name == "fct_plays")
    double_a_row(platform, facts, changed={"play_id": "unpublished"})
    assert platform.engine.count(platform.engine.read(platform.engine.open(facts))) == 3
    assert gold_plays(platform) == 2


def test_a_lost_row_stops_the_way_before_plays(platform: Platform) -> None:
    land(platform, "a", extended(1), extended(2))
    refresh(platform)
    land(platform, "b", extended(3))
    before = published(platform.engine)
    lose_a_row(platform)
    with pytest.raises(DataFailedCheck, match="rows_are_all_there failed"):
        refresh(platform)
    assert published(platform.engine) == before
    assert gold_plays(platform) == 2
    with pytest.raises(DataFailedCheck):  # it fails again, whoever runs it, until the data is mended
        refresh(platform)


def test_a_failed_audit_publishes_nothing(platform: Platform) -> None:
    land(platform, "a", extended(1), extended(2))
    refresh(platform)
    land(platform, "b", extended(3))
    through_silver(platform)
    double_a_row(platform, PLAYS)
    with pytest.raises(GoldNotPublished, match="contract"):
        advance_gold(platform)
    assert gold_plays(platform) == 2
    assert platform.engine.open(PUBLISHED).holds == 1


def test_gold_that_lost_a_play_is_not_published(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project with a model that drops a play: the reconciliation sees it before anything is published."""
    land(platform, "a", extended(1), extended(2), extended(3, ms_played=10))
    project = tmp_path / "project"
    shutil.copytree(dbt_project.project_dir(), project)
    model = project / "models" / "marts" / "fct_plays.sql"
    model.write_text(model.read_text() + "where ms_played > 1000\n")
    monkeypatch.setattr(dbt_project, "project_dir", lambda: project)
    with pytest.raises(GoldNotPublished, match="gold_equals_silver"):
        refresh(platform)
    assert published(platform.engine) is None


class KilledError(BaseException):
    """As if the process ended here: nothing catches it."""


USERS = "acf"
"""In buckets of their own."""


@pytest.fixture(scope="module")
def heard(make_shared: MakeSettings) -> Settings:
    """Settings of a platform that knows two years of each user."""
    settings = make_shared("heard", engine="duckdb")
    with opened(settings) as platform:
        for user in USERS:
            land_for(platform, user, "first", 2020, 2022)
        refresh(platform)
    return settings


@pytest.mark.parametrize("at_once", [parts.MOST_IN_ONE_PREDICATE, 3], ids=["everything", "whole buckets"])
@pytest.mark.parametrize("last", [("silver/plays", 1), ("gold/fct_plays", 2), ("gold/top_tracks", 1)], ids="{0[0]} {0[1]}".format)
def test_a_run_killed_between_the_parts_of_a_table_is_made_good(
    heard: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, last: tuple[str, int]
) -> None:
    """Large tables are committed in parts: readers keep the version that is pinned, and the next run begins anew."""
    settings = copied(heard, tmp_path)
    monkeypatch.setattr(DuckDbDelta, "rows_at_once", 1)
    monkeypatch.setattr(DuckDbDelta, "buckets_at_once", at_once)
    monkeypatch.setattr(parts, "MOST_IN_ONE_PREDICATE", at_once)
    with opened(settings) as platform, monkeypatch.context() as watch:
        for user in USERS:
            land_for(platform, user, "second", 2021, 2023)
        if at_once > 3:
            order_rebuild(platform)
        watch.setattr(DuckDbDelta, "_commit", dying_after(*last))
        with pytest.raises(KilledError):
            refresh(platform)
        assert gold_plays(platform) == 6
    with opened(settings) as again:
        assert again.engine.open(contract_of(again, last[0])).holds == NOTHING  # a part of it was there
        results = refresh(again).gold.results
        assert len({result.unique_id for result in results}) == len(results) > 20  # Dagster takes one verdict a check
        assert gold_plays(again) == 12
        assert all(one.is_equal for one in verify(again))


def dying_after(table: str, nth: int) -> Callable[..., Snapshot]:
    """A commit after which the process ends, if it is the n-th to this table."""
    committed = DuckDbDelta._commit  # noqa: SLF001 - where a process may die
    left = nth

    def commit_and_die(engine: DuckDbDelta, snapshot: Snapshot, *given: Any, **how: Any) -> Snapshot:
        nonlocal left
        done = committed(engine, snapshot, *given, **how)
        left -= snapshot.table.path == table
        if not left:
            raise KilledError
        return done

    return commit_and_die


def test_a_gold_table_that_is_new_in_an_old_lake_is_built_whole(platform: Platform) -> None:
    """As after an update that brings a model: its table is not there, all others are published."""
    for user in "abcdef":
        drop(platform.settings.home / "landing", f"inbox/{user}/endsong.json", [extended(1)])
    refresh(platform)
    shutil.rmtree(platform.settings.home / "lake" / "gold" / "top_artists")
    drop(platform.settings.home / "landing", "inbox/a/more.json", [extended(2)])
    with begun_again(platform) as updated:
        refresh(updated)
        assert all(one.is_equal for one in verify(updated))
