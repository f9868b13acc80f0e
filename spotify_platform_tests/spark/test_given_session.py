"""In a session that somebody else started: it is taken as it is, and its metastore is told of the tables."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from spotify_platform.contracts.tables import TABLES
from spotify_platform.errors import Outside, WrongCall
from spotify_platform.lakehouse import spark_delta
from spotify_platform.lakehouse.spark_catalog import register
from spotify_platform.lakehouse.spark_delta import SparkDelta
from spotify_platform.lakehouse.spark_session import REQUIRED
from spotify_platform.pipeline.platform import Platform, opened, spark_conf
from spotify_platform.pipeline.state import state
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import through_silver
from spotify_platform_tests.scenario import drop, extended

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture
def platform(make_settings: MakeSettings, spark: "SparkSession") -> Iterator[Platform]:  # noqa: ARG001 - the session that is there
    """A platform that is told of no master."""
    settings = make_settings(engine="duckdb", spark_conf={})
    drop(settings.home / "landing", "inbox/me/history.json", [extended(1), extended(2)])
    drop(settings.home / "landing", "inbox/me/notes.json", [{"title": "x"}])
    with opened(settings) as embedded:
        through_silver(embedded)
    with opened(settings.model_copy(update={"engine": "spark", "spark_master": "session"})) as found:
        yield found


def test_nothing_is_set_but_what_makes_tables_alike(platform: Platform, spark: "SparkSession") -> None:
    assert spark_conf(platform.settings) == REQUIRED
    assert isinstance(platform.engine, SparkDelta)
    assert platform.engine.session is spark


def test_what_is_told_of_a_lake_may_be_long(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_delta, "MOST_FETCHED", 1)
    with opened(platform.settings.model_copy(update={"engine": "duckdb"})) as embedded:
        expected = state(embedded)
    assert len(expected["accounting"]) == 2
    assert state(platform) == expected


def test_names_that_would_end_with_the_session_are_refused(platform: Platform) -> None:
    assert isinstance(platform.engine, SparkDelta)
    with pytest.raises(WrongCall, match="no metastore"):
        register(platform.engine, TABLES, "listening")


def test_tables_are_known_by_name_where_they_lie(platform: Platform, spark: "SparkSession") -> None:
    assert isinstance(platform.engine, SparkDelta)
    for _ in range(2):
        names = register(platform.engine, TABLES, "spark_catalog.listening")
    assert {"spark_catalog.listening.silver_plays", "spark_catalog.listening.bronze_extended_history"} <= set(names)
    assert spark.sql("select * from listening.silver_plays").count() == 2
    spark.sql("drop table listening.ops_ledger")
    spark.sql("create table listening.ops_ledger (n int) using delta")
    with pytest.raises(Outside, match=r"`ops_ledger` is already the name of a table at file:.*Drop it"):
        register(platform.engine, TABLES, "spark_catalog.listening")
    spark.sql("drop schema listening cascade")
    [plays] = [table for table in TABLES if table.path == "silver/plays"]
    assert platform.engine.rows_in(platform.engine.open(plays)) == 2  # the lake's, not the metastore's
