"""One platform, two engines: from the same landed objects every table comes out the same, row by row."""

import json
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.lakehouse import spark_delta
from spotify_platform.lakehouse.spark_session import REQUIRED
from spotify_platform.lakehouse.spark_tasks import packed
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import copied, through_silver
from spotify_platform_tests.scenario import drop, extended
from spotify_platform_tests.spark.lakes import differing, landed, processed, tables_of
from spotify_platform_tests.spark.plans import Made
from spotify_platform_tests.tables import rows_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

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


def test_odd_names_and_copies_in_many_tasks_are_the_same(
    make_settings: MakeSettings, on_spark: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark would read `${env:HOME}` as what the environment holds; a copy must be in its first one's task."""
    names = ["${env:HOME}.json", "${x}", "it's \\ `q` %41 é.json", "${env:HOME}!endsong_${spark.master}.json", "$x #1?.json"]
    for number, name in enumerate(names):
        drop(tmp_path / "landing", f"inbox/me/{name}", [extended(300 * number + n) for n in (0, 1)])
        drop(tmp_path / "landing", f"inbox/me/copies/{number}", [extended(300 * number + n) for n in (0, 1)])
    with zipfile.ZipFile(tmp_path / "landing" / "inbox" / "me" / "my.zip", "w") as archive:
        for number, name in enumerate(("endsong_0.json", "endsong_${env:HOME}.json")):
            archive.writestr(name, json.dumps([extended(3000 + number)]))
    monkeypatch.setattr(spark_delta, "packed", partial(packed, most_bytes=1_000))
    lakes = make_settings("duckdb", engine="duckdb"), make_settings("spark", **on_spark)
    for settings in lakes:
        landed(settings, tmp_path / "landing")
        with opened(settings) as platform:
            through_silver(platform)
            statuses = [row["status"] for row in rows_of(platform, ACCOUNTING)]
            assert (statuses.count("loaded"), statuses.count("repeat"), len(statuses)) == (7, 5, 12)
    assert differing(*lakes) == {}


def test_nothing_is_made_twice(by_spark: Made) -> None:
    with opened(by_spark.lake) as platform:
        done = refresh(platform)
    assert not done.planned
    assert not done.gold.results


def test_the_session_is_as_it_was_set_after_gold_is_made(by_spark: Made, spark: "SparkSession") -> None:
    """dbt-spark turns ANSI off, left to itself: an overflow would be a number like any other."""
    assert by_spark.lake.engine == "spark"
    required = {name: value for name, value in REQUIRED.items() if name.startswith("spark.sql.")}
    assert {name: spark.conf.get(name) for name in required} == required


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
