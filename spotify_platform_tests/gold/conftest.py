"""The dbt project as it is parsed, with its models and their tests; a small lake and one that was landed in pieces."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spotify_platform.contracts.silver_told import AUDIO_FEATURES, OBSERVATIONS
from spotify_platform.lakehouse.dbt import manifest_dir
from spotify_platform.lakehouse.dbt_project import PARSED
from spotify_platform.pipeline.gold_build import audited, build_aside
from spotify_platform.pipeline.gold_given import Given, nothing_of
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.statistics import give, statistics_tables
from spotify_platform.settings import load_settings
from spotify_platform_tests.gold.listeners import LANDINGS, PROFILE, land, pieces
from spotify_platform_tests.gold.winter import DOCUMENTS
from spotify_platform_tests.scenario import drop

Node = dict[str, Any]


@pytest.fixture(scope="session")
def nodes(warm_home: Path) -> list[Node]:
    """What dbt made of every sql and yml file."""
    manifest = json.loads((manifest_dir(warm_home, "duckdb") / PARSED).read_text())
    return list(manifest["nodes"].values())


@pytest.fixture(scope="session")
def models(nodes: list[Node]) -> dict[str, Node]:
    """Every model, by its name."""
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.fixture(scope="session")
def marts(models: dict[str, Node]) -> dict[str, Node]:
    """Models that are published."""
    return {name: node for name, node in models.items() if node["config"]["schema"] == "gold"}


@pytest.fixture(scope="session")
def tests(nodes: list[Node]) -> dict[str, list[Node]]:
    """Generic tests of each model, by its name."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        if node["resource_type"] == "test" and node.get("attached_node"):
            found.setdefault(node["attached_node"].rpartition(".")[2], []).append(node)
    return found


@pytest.fixture(scope="session")
def of_nobody(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """A platform on which nobody has heard anything."""
    home = tmp_path_factory.mktemp("unit")
    (home / "cache").symlink_to(warm_home / "cache")
    with opened(load_settings(home=home)) as found:
        yield found


@pytest.fixture(scope="session")
def scratch(of_nobody: Platform) -> Path:
    """Gold of no plays at all, and the statistics beside it: dbt asks it for the types of columns."""
    area = build_aside(of_nobody, Given.of_nobody(of_nobody)).areas[0]
    give(of_nobody, area, {table.path: nothing_of(of_nobody.engine, table) for table in (AUDIO_FEATURES, OBSERVATIONS)})
    audited(of_nobody, area, {table.name for table in statistics_tables(of_nobody)}, left="Nothing is there")
    return area


@pytest.fixture(scope="session")
def piecemeal(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    """The lake of `listeners`, refreshed after each landing."""
    home = tmp_path_factory.mktemp("slices")
    (home / "cache").symlink_to(warm_home / "cache")
    settings = load_settings(home=home, settle_seconds=0, buckets=2, timezone="America/New_York")
    drop(home / "profile", "anna.toml", PROFILE)
    found = pieces()
    for names in LANDINGS:
        land(home / "landing", found, names)
        with opened(settings) as platform:
            refresh(platform)
    with opened(settings) as platform:
        yield platform


@pytest.fixture
def con(piecemeal: Platform) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to what is published of it."""
    with reading_connection(piecemeal.settings) as found:
        yield found


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to what is published of the winter."""
    home = tmp_path_factory.mktemp("gold")
    (home / "cache").symlink_to(warm_home / "cache")
    settings = load_settings(home=home, settle_seconds=0, buckets=4, timezone="Europe/Berlin")
    for key, document in DOCUMENTS.items():
        drop(home / "landing", key, document)
    with opened(settings) as platform:
        refresh(platform)
    with reading_connection(settings) as found:
        yield found
