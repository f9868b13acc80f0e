"""One platform, two engines: from the same landed objects every table comes out the same, row by row."""

from pathlib import Path

import pytest

from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import copied, through_silver
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.spark.lakes import differing, landed, processed, tables_of
from spotify_platform_tests.spark.plans import Made

pytestmark = pytest.mark.usefixtures("spark")


def test_every_table_is_the_same(simulated: Settings, by_spark: Made) -> None:
    assert differing(simulated, by_spark.lake) == {}
    assert len(tables_of(simulated)) > 40


def test_a_real_history_is_the_same(real_history: Path, make_settings: MakeSettings, on_spark: dict[str, object]) -> None:
    by_duckdb, by_spark = make_settings("duckdb", engine="duckdb"), make_settings("spark", **on_spark)
    import_paths(by_duckdb, [real_history], "me")
    landed(by_spark, by_duckdb.home / "landing")
    for settings in (by_duckdb, by_spark):
        processed(settings)
    assert differing(by_duckdb, by_spark) == {}


def test_more_of_the_only_source_of_a_lake_is_the_same(
    make_settings: MakeSettings, on_spark: dict[str, object], tmp_path: Path
) -> None:
    """Spark's own notes of what holds for rows that are kept are wrong at times, and the only ones here."""
    lakes = make_settings("duckdb", engine="duckdb"), make_settings("spark", **on_spark)
    for number, plays in enumerate(([extended(1), extended(300)], [extended(600)])):
        drop(tmp_path / str(number), f"inbox/me/endsong_{number}.json", plays)
        for settings in lakes:
            landed(settings, tmp_path / str(number))
            with opened(settings) as platform:
                through_silver(platform)
    assert differing(*lakes) == {}


def test_nothing_is_made_twice(by_spark: Made) -> None:
    with opened(by_spark.lake) as platform:
        done = refresh(platform)
    assert not done.planned
    assert not done.gold.results


def test_engines_take_turns_on_one_lake(simulated: Settings, by_turns: Made, winter: Path, tmp_path: Path) -> None:
    alone = copied(simulated, tmp_path / "alone")
    landed(alone, winter)
    processed(alone)
    assert differing(alone, by_turns.lake) == {}
    # And back: what Spark wrote is gone on with by the other.
    back = copied(by_turns.lake, tmp_path / "back").model_copy(update={"engine": "duckdb"})
    more = tmp_path / "more"
    drop(more, "inbox/me/more.json", [extended(7), extended(ts="2024-01-05T10:05:00Z", ms_played=1)])
    for settings in (alone, back):
        landed(settings, more)
        processed(settings)
    assert differing(alone, back) == {}
