"""Runs of the CSV zone under Dagster: by hand at any time, by themselves at night after what they are made of."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from spotify_platform.definitions import build_defs
from spotify_platform.resources import PlatformResource
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop, extended

STATISTICS = {"album_stats", "artist_stats", "audio_feature_distributions", "genre_stats", "release_trends"}
FOLDERS = dg.AssetSelection.groups("exports")


def materialised(defs: dg.Definitions, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run of all exports."""
    job = dg.define_asset_job("files", selection=FOLDERS, executor_def=dg.in_process_executor)
    return (
        dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
        .resolve_job_def("files")
        .execute_in_process(instance=instance, raise_on_error=False)
    )


def test_by_hand(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    settings = make_settings()
    with dg.DagsterInstance.ephemeral() as instance:
        nothing = materialised(defs, instance)
        assert not nothing.success
        [failed, *_] = nothing.get_step_failure_events()
        assert "spotify-platform refresh" in str(failed.step_failure_data.error)
        drop(settings.home / "landing", "inbox/me/endsong.json", [extended(1), extended(300)])
        assert defs.resolve_job_def("refresh").execute_in_process(instance=instance).success
        assert not (settings.home / "exports").exists()
        result = materialised(defs, instance)
    assert result.success
    made = {e.asset_key.path[-1]: e.materialization.metadata for e in result.get_asset_materialization_events() if e.asset_key}
    assert set(made) == {"raw", "processed", "gold"}
    assert made["raw"]["dagster/row_count"].value == 2
    assert made["gold"]["files_written"].value == made["gold"]["files"].value
    assert (settings.home / "exports" / "gold" / "fct_plays.csv").is_file()


def test_at_night_after_the_refresh(platform_resource: PlatformResource, make_settings: MakeSettings) -> None:
    """Not before: a file of yesterday's tables would be a day old when it is new."""
    defs = build_defs(platform=PlatformResource(overrides={**platform_resource.overrides, "exports_daily": "true"}))
    drop(make_settings().home / "landing", "inbox/me/endsong.json", [extended(1)])

    def asked(at: datetime, cursor: Any = None) -> dg.EvaluateAutomationConditionsResult:
        return dg.evaluate_automation_conditions(defs, instance, FOLDERS, cursor=cursor, evaluation_time=at)

    with dg.DagsterInstance.ephemeral() as instance:
        evening = asked(datetime(2024, 5, 5, 23, tzinfo=UTC))
        night = asked(datetime(2024, 5, 6, 4, 5, tzinfo=UTC), evening.cursor)
        assert (evening.total_requested, night.total_requested) == (0, 0)
        assert defs.resolve_job_def("refresh").execute_in_process(instance=instance).success
        after = asked(datetime(2024, 5, 6, 5, 5, tzinfo=UTC), night.cursor)
        assert after.total_requested == 3
        assert asked(datetime(2024, 5, 6, 6, 5, tzinfo=UTC), after.cursor).total_requested == 0
        tables = dg.AssetSelection.all() - dg.AssetSelection.groups("landing")
        both = dg.evaluate_automation_conditions(defs, instance, tables, evaluation_time=datetime(2024, 5, 7, 3, tzinfo=UTC))
        assert both.total_requested == 0
        drop(make_settings().home / "landing", "inbox/me/more.json", [extended(300)])
        assert defs.resolve_job_def("refresh").execute_in_process(instance=instance).success
        at = datetime(2024, 5, 7, 4, 5, tzinfo=UTC)
        both = dg.evaluate_automation_conditions(defs, instance, tables, cursor=both.cursor, evaluation_time=at)
        asked_for = {result.key.path[-1] for result in both.results if result.true_subset.size}
        assert asked_for == {"raw", "processed", *STATISTICS}  # `gold` waits for them
