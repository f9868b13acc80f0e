"""The heaviest queries as Spark means to do them: no product of tables, no needless file, no user's rows all in one hand."""

import re

import pytest

from spotify_platform_tests.spark.plans import Made

pytestmark = pytest.mark.usefixtures("spark")

HISTORIES = ("silver/artists_history", "silver/albums_history", "silver/tracks_history")
TOPS = ("dbt/top_tracks", "dbt/top_recordings", "dbt/top_albums", "dbt/top_artists")
HEAVY = ("silver/plays", *HISTORIES, *TOPS)
OF_A_USER = {"user_id", "user_bucket"}
_WINDOW = re.compile(r"Window \[.*?\], \[([^\]]*)\]")
_READS_PLAYS = re.compile(r"FileScan .*DeltaFileIndex.*/(silver/play_records|silver/plays|gold/fct_plays)\]")


@pytest.mark.parametrize("table", HEAVY)
def test_no_tables_are_multiplied(table: str, by_spark: Made) -> None:
    plans = by_spark.plans.of[table]
    assert plans
    assert not [plan for plan in plans if "CartesianProduct" in plan or "BroadcastNestedLoopJoin" in plan]


@pytest.mark.parametrize("table", HEAVY)
def test_no_window_holds_all_rows_of_a_user(table: str, by_spark: Made) -> None:
    keys = [set(found.split(", ")) for plan in by_spark.plans.of[table] for found in _WINDOW.findall(plan)]
    assert keys
    assert [found for found in keys if found <= OF_A_USER] == []


def test_of_plays_only_the_slices_that_change_are_read(by_turns: Made) -> None:
    plans = [plan for table, found in by_turns.plans.of.items() if table == "silver/plays" or "dbt/" in table for plan in found]
    reads = [line for plan in plans for line in plan.split("\n") if _READS_PLAYS.search(line)]
    assert len(reads) > 10
    assert [line for line in reads if not re.search(r"PartitionFilters: \[.*user_bucket", line)] == []
