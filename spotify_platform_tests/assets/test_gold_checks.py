"""dbt's tests as Dagster shows them: each is a check of the mart it is about, which says what it demands."""

import json
from pathlib import Path

import dagster as dg
import pytest

from spotify_platform.lakehouse.dbt import manifest_dir
from spotify_platform.lakehouse.dbt_project import PARSED

FACTS = "fct_plays"


@pytest.fixture
def shown(defs: dg.Definitions) -> dict[str, list[dg.AssetCheckSpec]]:
    """Checks of Gold by the name of the table."""
    found: dict[str, list[dg.AssetCheckSpec]] = {}
    for asset in defs.assets or []:
        for spec in asset.check_specs if isinstance(asset, dg.AssetsDefinition) else ():
            if spec.asset_key.path[0] == "gold":
                found.setdefault(spec.asset_key.path[-1], []).append(spec)
    return found


def test_each_test_of_dbt_is_a_check_of_its_mart(shown: dict[str, list[dg.AssetCheckSpec]], warm_home: Path) -> None:
    nodes = json.loads((manifest_dir(warm_home, "duckdb") / PARSED).read_text())["nodes"]
    expected: dict[str, set[str]] = {}
    for node in nodes.values():
        if node["resource_type"] == "test":
            about = node.get("attached_node")
            expected.setdefault(nodes[about]["name"] if about else FACTS, set()).add(node["name"])
    assert {table: {spec.name for spec in specs} for table, specs in shown.items()} == expected
    assert [spec.name for specs in shown.values() for spec in specs if not (spec.description and spec.blocking)] == []


def test_checks_of_keys_say_where_they_lead(shown: dict[str, list[dg.AssetCheckSpec]]) -> None:
    said = {spec.name: spec.description for specs in shown.values() for spec in specs}
    leads = said["fct_plays_track_key_is_there"] or ""
    assert all(part in leads for part in ("relationships", "to: ref('dim_tracks')", "field: track_key", "column_name: track_key"))
    assert {"top_artists_artist_key_is_there", "dim_tracks_album_key_is_there", "dim_albums_artist_key_is_there"} <= set(said)
