"""The graph as Dagster sees it, and what loading it imports."""

import subprocess
import sys
from pathlib import Path

import dagster as dg

from spotify_platform.contracts.catalogue import CHECKED

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
    assert len(ours) == 24
    assert all(spec.blocking for spec in ours)


def test_sensor_and_schedule_run_by_default(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert repository.get_sensor_def("landing_sensor").default_status is dg.DefaultSensorStatus.RUNNING
    assert repository.get_schedule_def("hourly_sweep").default_status is dg.DefaultScheduleStatus.RUNNING
