"""Runs of the statistics under Dagster: by their condition after a refresh, and in the jobs of entities."""

from typing import Any

import dagster as dg

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.statistics import advance_statistics, made_statistics
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import artist, drop, extended, track

STATISTICS = dg.AssetSelection.tag("statistics", "")
FIVE = {"album_stats", "artist_stats", "audio_feature_distributions", "genre_stats", "release_trends"}


def rows_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Rows of each table of Gold that a run shows as materialised."""
    events = [e for e in result.get_asset_materialization_events() if e.asset_key and e.asset_key.path[0] == "gold"]
    return {e.asset_key.path[-1]: e.materialization.metadata["dagster/row_count"].value for e in events if e.asset_key}


def test_tick_by_tick(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    """They are asked for after a refresh that changed what they are made of, once, and never before one."""
    landing = make_settings().home / "landing"
    drop(landing, "inbox/me/endsong.json", [extended(1), extended(300)])
    drop(landing, "inbox/me/tracks.json", [track(1)])
    job = dg.define_asset_job("statistics", selection=STATISTICS, executor_def=dg.in_process_executor)
    with_job = dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
    refresh, statistics = with_job.resolve_job_def("refresh"), with_job.resolve_job_def("statistics")
    cursor = None

    def asked() -> set[str]:
        nonlocal cursor
        tick = dg.evaluate_automation_conditions(with_job, instance, STATISTICS, cursor=cursor)
        cursor = tick.cursor
        return {result.key.path[-1] for result in tick.results if result.true_subset.size}

    with dg.DagsterInstance.ephemeral() as instance:
        assert asked() == set()  # nothing was ever made
        assert refresh.execute_in_process(instance=instance).success
        assert asked() == FIVE
        assert asked() == set()
        result = statistics.execute_in_process(instance=instance)
        assert result.success
        assert all(check.passed for check in result.get_asset_check_evaluations())
        assert {check.asset_key.path[-1] for check in result.get_asset_check_evaluations()} == FIVE
        made = rows_of(result)
        assert made == {
            "album_stats": 1, "artist_stats": 1, "audio_feature_distributions": 0, "genre_stats": 0, "release_trends": 0,
        }  # fmt: skip
        assert asked() == set()
        assert refresh.execute_in_process(instance=instance).success  # which finds nothing new
        assert asked() == set()
        drop(landing, "inbox/me/more.json", [extended(600)])
        assert refresh.execute_in_process(instance=instance).success
        assert asked() == FIVE


def test_each_job_of_an_entity_goes_the_whole_way_alone(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    settings, behind = make_settings(), 0
    with dg.DagsterInstance.ephemeral() as instance:
        for number, entity in enumerate(("artist", "album", "track", "play"), start=1):
            drop(settings.home / "landing", f"inbox/me/{number}.json", [extended(number)])
            drop(settings.home / "landing", f"inbox/me/c{number}.json", [artist(number, genres=["dub"]), track(number)])
            job = defs.resolve_job_def(entity)
            result = job.execute_in_process(instance=instance)
            assert result.success
            made = {event.asset_key for event in result.get_asset_materialization_events()}
            assert made == job.asset_layer.selected_asset_keys
            checks = result.get_asset_check_evaluations()
            assert {check.asset_key for check in checks} <= made
            assert all(check.passed for check in checks)
            with opened(settings) as lake:
                published, statistics = lake.engine.open(PUBLISHED).holds, {s.holds for s in made_statistics(lake)}
            assert published > behind
            assert statistics == {behind if entity == "play" else published}  # no statistics are of plays
            behind = published
    assert rows_of(result)["fct_plays"] == 4
    with opened(settings) as lake:
        advance_statistics(lake)
        assert [one for one in verify(lake) if not one.is_equal] == []
