"""The graph as Dagster sees it, what loading it imports, and what a run of it does."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.definitions import build_defs
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.resources import PlatformResource
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import account, answer, drop, extended, item

HEAVY = ("pyspark", "pandas", "dagster_aws", "dagster_pyspark", "ibis", "duckdb", "deltalake", "pyarrow", "numpy")


@pytest.fixture
def platform_resource(make_settings: MakeSettings) -> PlatformResource:
    return PlatformResource(overrides={"home": str(make_settings().home), "settle_seconds": "0", "buckets": "4"})


@pytest.fixture
def defs(platform_resource: PlatformResource) -> dg.Definitions:
    return build_defs(platform=platform_resource)


def test_loading_definitions_imports_no_engine(dbt_home: Path) -> None:
    code = f"import sys, spotify_platform.definitions; print([m for m in {HEAVY!r} if m in sys.modules])"
    environment = {"SPOTIFY_PLATFORM_HOME": str(dbt_home), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_asset_is_described_owned_and_tagged(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.tags.get("entity"), spec.key
        assert spec.group_name in {"landing", "bronze", "silver", "gold", "ops"}, spec.key


def test_the_graph_has_the_order_of_the_steps(defs: dg.Definitions) -> None:
    """Two spellings of one order: what `refresh` does one after the other, the graph does along its edges."""
    graph = defs.resolve_asset_graph()
    order = [dg.AssetKey([table.layer, table.name]) for table in CHECKED]
    for number, key in enumerate(order):
        upstream = {parent for parent in graph.get(key).parent_keys if parent in order}
        assert all(order.index(parent) < number for parent in upstream), key
    plays, gold = dg.AssetKey(["silver", "plays"]), dg.AssetKey(["gold", "fct_plays"])
    assert dg.AssetKey(["ops", "accounting"]) in graph.get(plays).parent_keys
    assert gold in graph.get_all_asset_keys()


def test_every_check_blocks(defs: dg.Definitions) -> None:
    specs = [spec for asset in defs.assets or [] if isinstance(asset, dg.AssetsDefinition) for spec in asset.check_specs]
    ours = [spec for spec in specs if spec.asset_key.path[0] in {"bronze", "silver", "ops"}]
    assert len(ours) == 13
    assert all(spec.blocking for spec in ours)


def test_a_run_goes_from_landing_to_gold(defs: dg.Definitions, make_settings: MakeSettings) -> None:
    settings = make_settings()
    landing = settings.home / "landing"
    drop(landing, "inbox/me/endsong.json", [extended(1), extended(2), extended(3, ts="no")])
    drop(landing, "inbox/me/StreamingHistory0.json", [account(5, trackName="Other")])
    drop(landing, "inbox/me/poll.json", answer(item(600)))
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("refresh").execute_in_process(instance=instance)
    assert result.success
    checks = result.get_asset_check_evaluations()
    assert len(checks) >= 20
    assert all(check.passed for check in checks)
    rows = {e.asset_key.path[-1]: e.materialization.metadata for e in result.get_asset_materialization_events() if e.asset_key}
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


def test_sensor_and_schedule_run_by_default(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert repository.get_sensor_def("landing_sensor").default_status is dg.DefaultSensorStatus.RUNNING
    assert repository.get_schedule_def("hourly_sweep").default_status is dg.DefaultScheduleStatus.RUNNING
