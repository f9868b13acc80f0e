"""The same graph under Dagster on Spark: one run of the job materialises every table, with its checks."""

from pathlib import Path

import dagster as dg

from spotify_platform.definitions import build_defs
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import resource_of
from spotify_platform_tests.spark.lakes import differing, landed, processed


def test_a_run_of_the_job(
    winter: Path, winter_by_duckdb: Settings, make_settings: MakeSettings, on_spark: dict[str, object]
) -> None:
    settings = make_settings(**on_spark)
    landed(settings, winter)
    job = build_defs(platform=resource_of(settings)).resolve_job_def("refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        run = job.execute_in_process(instance=instance)
        checks = run.get_asset_check_evaluations()
    assert run.success
    assert {"plays", "fct_plays", "top_artists"} <= {event.asset_key.path[-1] for event in run.get_asset_materialization_events()}
    assert "gold_equals_silver" in {check.check_name for check in checks}
    assert [check.check_name for check in checks if not check.passed] == []
    processed(settings)  # the statistics are a job of their own
    assert differing(winter_by_duckdb, settings) == {}
