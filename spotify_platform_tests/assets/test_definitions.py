"""The graph as Dagster sees it, and what loading it imports."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import dagster as dg
import pytest

from spotify_platform.contracts.tables import CHECKED
from spotify_platform.definitions import build_defs
from spotify_platform.quality.demands import checks_of
from spotify_platform.resources import PlatformResource

STATISTICS = {"album_stats", "artist_stats", "release_trends", "audio_feature_distributions", "genre_stats"}
TOLD_OF = {
    "artist": {"dim_artists", "top_artists", "artist_stats", "genre_stats"},
    "album": {"dim_albums", "top_albums", "album_stats", "release_trends"},
    "track": {"dim_tracks", "top_tracks", "top_recordings", "audio_feature_distributions"},
    "play": {"fct_plays"},
}
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
    assert {(spec.asset_key, spec.name) for spec in ours} == {
        (dg.AssetKey([table.layer, table.name]), name) for table in CHECKED for name in checks_of(table)
    }
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
        assert {key.path[-1] for key, condition in conditions.items() if condition} == starts | STATISTICS
    sensor = defs.get_repository_def().get_sensor_def("automation")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_sensor_and_schedule_run_by_default(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert repository.get_sensor_def("landing_sensor").default_status is dg.DefaultSensorStatus.RUNNING
    assert repository.get_schedule_def("hourly_sweep").default_status is dg.DefaultScheduleStatus.RUNNING


def names(keys: Iterable[dg.AssetKey], layer: str) -> set[str]:
    return {key.path[-1] for key in keys if key.path[0] == layer}


def test_statistics_are_no_part_of_a_refresh(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    in_gold = names(graph.get_all_asset_keys(), "gold")
    assert in_gold > STATISTICS
    refreshed = defs.resolve_job_def("refresh").asset_layer.selected_asset_keys
    assert names(refreshed, "gold") == in_gold - STATISTICS
    for name in STATISTICS:
        assert graph.get(dg.AssetKey(["gold", name])).group_name == "gold"
        assert names(graph.get(dg.AssetKey(["gold", name])).parent_keys, "gold")


@pytest.mark.parametrize("entity", TOLD_OF)
def test_the_job_of_an_entity_has_what_gold_tells_of_it_and_all_that_needs(defs: dg.Definitions, entity: str) -> None:
    graph = defs.resolve_asset_graph()
    selected = defs.resolve_job_def(entity).asset_layer.selected_asset_keys
    in_gold = {key for key in selected if key.path[0] == "gold"}
    assert names((key for key in in_gold if graph.get(key).tags["entity"] == entity), "gold") == TOLD_OF[entity]
    for key in in_gold:
        assert all(parent in selected for parent in graph.get(key).parent_keys), key
    assert selected >= {dg.AssetKey([table.layer, table.name]) for table in CHECKED}
    assert "daily_user_stats" not in names(selected, "gold")


def test_a_run_of_any_mart_waits_for_all_of_silver(defs: dg.Definitions) -> None:
    """Gold is published at a version that all of Silver has, whichever marts a run selects."""
    graph = defs.resolve_asset_graph()
    all_of_silver = {dg.AssetKey([table.layer, table.name]) for table in CHECKED}
    marts = [asset for asset in graph.get_all_asset_keys() if graph.get(asset).group_name == "gold"]
    assert len(marts) > 20
    for mart in marts:
        assert reached({mart}, lambda key: graph.get(key).parent_keys) >= all_of_silver, mart


@pytest.mark.parametrize("entity", TOLD_OF)
def test_the_graph_of_an_entity_reads_from_landing_to_gold(defs: dg.Definitions, entity: str) -> None:
    graph = defs.resolve_asset_graph()
    labelled = {key for key in graph.get_all_asset_keys() if entity in graph.get(key).tags}
    landing = {key for key in labelled if key.path[0] == "landing"}
    from_landing = reached(landing, lambda key: graph.get(key).child_keys & labelled)
    assert {key.path[0] for key in from_landing} >= {"landing", "bronze", "silver", "gold"}
    assert names(from_landing, "gold") == TOLD_OF[entity]
    beside = reached(landing, lambda key: (graph.get(key).child_keys | graph.get(key).parent_keys) & labelled)
    assert beside == labelled  # what the page of this label shows hangs together


def reached(keys: set[dg.AssetKey], beside: Callable[[dg.AssetKey], Iterable[dg.AssetKey]]) -> set[dg.AssetKey]:
    found, left = set(keys), [*keys]
    while left:
        new = set(beside(left.pop())) - found
        found |= new
        left += new
    return found


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_tables_are_said_to_be_of_the_engine_that_makes_them(platform_resource: PlatformResource, engine: str) -> None:
    made = build_defs(platform=PlatformResource(overrides={**platform_resource.overrides, "engine": engine}))
    kinds = {spec.key.to_user_string(): spec.kinds for spec in made.resolve_all_asset_specs()}
    assert kinds["silver/plays"] == {engine, "deltalake"}
    assert kinds["gold/top_tracks"] == {engine, "deltalake", "dbt"}
