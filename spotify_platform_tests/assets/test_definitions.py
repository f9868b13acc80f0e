"""The graph as Dagster sees it, and what loading it imports."""

import subprocess
import sys
from pathlib import Path

import dagster as dg

from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.definitions import build_defs
from spotify_platform.resources import PlatformResource

HEAVY = ("pyspark", "pandas", "dagster_aws", "dagster_pyspark", "ibis", "duckdb", "deltalake", "pyarrow", "numpy")


def test_loading_definitions_imports_no_engine(warm_home: Path) -> None:
    code = f"import sys, spotify_platform.definitions; print([m for m in {HEAVY!r} if m in sys.modules])"
    environment = {"SPOTIFY_PLATFORM_HOME": str(warm_home), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_asset_is_described_owned_and_tagged(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.tags.get("entity"), spec.key
        assert spec.group_name in {"landing", "bronze", "silver", "gold", "ops", "exports"}, spec.key


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
    assert len(ours) == 24
    assert all(spec.blocking for spec in ours)


def test_exports_are_made_of_every_table_of_their_layer_and_no_part_of_a_refresh(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for folder, layer in (("raw", "bronze"), ("processed", "silver"), ("gold", "gold")):
        tables = {key for key in graph.get_all_asset_keys() if key.path[0] == layer}
        assert graph.get(dg.AssetKey(["exports", folder])).parent_keys == tables
    refreshed = defs.resolve_job_def("refresh").asset_layer.selected_asset_keys
    assert dg.AssetKey(["silver", "plays"]) in refreshed
    assert not [key for key in refreshed if key.path[0] == "exports"]


def test_exports_start_by_themselves_only_where_they_are_wanted(
    defs: dg.Definitions, platform_resource: PlatformResource
) -> None:
    daily = build_defs(platform=PlatformResource(overrides={**platform_resource.overrides, "exports_daily": "true"}))
    for built, starts in ((defs, set()), (daily, {"raw", "processed", "gold"})):
        conditions = {spec.key: spec.automation_condition for spec in built.resolve_all_asset_specs()}
        assert {key.path[-1] for key, condition in conditions.items() if condition} == starts
    sensor = defs.get_repository_def().get_sensor_def("automation")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_sensor_and_schedule_run_by_default(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert repository.get_sensor_def("landing_sensor").default_status is dg.DefaultSensorStatus.RUNNING
    assert repository.get_schedule_def("hourly_sweep").default_status is dg.DefaultScheduleStatus.RUNNING
