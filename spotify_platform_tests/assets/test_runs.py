"""What a run of the graph does: the whole way, or none of it where a check fails."""

import dagster as dg

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import account, answer, drop, extended, item


def test_a_run_goes_from_landing_to_gold(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    settings = make_settings()
    landing = settings.home / "landing"
    drop(landing, "inbox/me/endsong.json", [extended(1), extended(2), extended(3, ts="no")])
    drop(landing, "inbox/me/StreamingHistory0.json", [account(5, trackName="Other")])
    drop(landing, "inbox/me/poll.json", answer(item(600)))
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("refresh").execute_in_process(instance=instance)
        again = defs.resolve_job_def("refresh").execute_in_process(instance=instance)
    assert result.success
    checks = result.get_asset_check_evaluations()
    assert len(checks) >= 20
    assert all(check.passed for check in checks)
    for run in (result, again):  # a run that finds nothing to do says how many rows there are, too
        events = run.get_asset_materialization_events()
        rows = {e.asset_key.path[-1]: e.materialization.metadata for e in events if e.asset_key}
        assert rows["fct_plays"]["dagster/row_count"].value == 4
    with reading_connection(settings) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchone() == (4,)


def test_a_failed_check_stops_the_run_and_publishes_nothing(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/me/endsong.json", [extended(1), extended(2)])
    job = defs.resolve_job_def("refresh")
    assert job.execute_in_process().success
    with opened(settings) as lake:
        from spotify_platform_tests.assets.damage import lose_a_row  # noqa: PLC0415 - needs an engine

        lose_a_row(lake)
    drop(settings.home / "landing", "inbox/me/more.json", [extended(9)])
    result = job.execute_in_process(raise_on_error=False)
    assert not result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.check_name for check in failed] == ["rows_are_all_there"]
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key}
    assert not made & {"play_records", "plays", "fct_plays"}
    with opened(settings) as lake:
        assert lake.engine.open(PUBLISHED).holds == 1
