"""dbt's models: what their yml says of them is so, and their unit tests, which stand beside them, pass."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from spotify_platform.contracts.silver_catalogue import AUDIO_FEATURES, OBSERVATIONS
from spotify_platform.lakehouse.dbt import PARSED, DbtResult, build, manifest_dir, run_unit_tests
from spotify_platform.pipeline.gold_build import audited, build_aside
from spotify_platform.pipeline.gold_given import Given, nothing_of
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.statistics import give, statistics_tables
from spotify_platform.settings import load_settings

Described = dict[str, dict[str, tuple[str | None, str]]]
MADE_OF_NOTHING = {"dim_dates"}  # dbt can give it no rows and would compare all of its days; test_marts looks at some


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, warm_home: Path) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("unit")
    (home / "cache").symlink_to(warm_home / "cache")
    with opened(load_settings(home=home)) as found:
        yield found


@pytest.fixture(scope="module")
def scratch(platform: Platform) -> Path:
    """Gold of no plays at all, and the statistics beside it: dbt asks it for the types of columns."""
    area = build_aside(platform, Given.of_nobody(platform)).areas[0]
    give(platform, area, {table.path: nothing_of(platform.engine, table) for table in (AUDIO_FEATURES, OBSERVATIONS)})
    audited(platform, area, {table.name for table in statistics_tables(platform)}, left="Nothing is there")
    return area


@pytest.fixture(scope="module")
def results(platform: Platform, scratch: Path) -> list[DbtResult]:
    settings = platform.settings
    return run_unit_tests(scratch, settings.home, memory_limit=settings.memory_limit, threads=settings.threads)


@pytest.fixture(scope="module")
def described(platform: Platform) -> Described:
    """Model -> column -> type and description, as the yml files say it."""
    manifest = json.loads((manifest_dir(platform.settings.home) / PARSED).read_text())
    return {
        node["name"]: {column["name"]: (column["data_type"], column["description"]) for column in node["columns"].values()}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def test_the_yml_describes_every_column_by_the_type_it_is_built_with(described: Described, scratch: Path) -> None:
    """Publishing casts to what the yml says: what differs would be changed on the way, and nobody would see it."""
    with duckdb.connect(str(scratch), read_only=True) as con:
        rows = con.sql(
            "select table_name, column_name, lower(data_type) from duckdb_columns() where schema_name in ('staging', 'gold')"
        ).fetchall()
    built: dict[str, dict[str, str]] = {}
    for model, column, type_ in rows:
        built.setdefault(model, {})[column] = type_
    assert {model: {name: type_ for name, (type_, _) in columns.items()} for model, columns in described.items()} == built
    assert [(model, name) for model, columns in described.items() for name, (_, said) in columns.items() if not said] == []


def test_each_unit_test_passes(results: list[DbtResult]) -> None:
    assert {result.resource_type for result in results} == {"unit_test"}
    assert "\n\n".join(f"{result.name}: {result.message}" for result in results if result.status != "pass") == ""


def test_each_model_has_unit_tests(results: list[DbtResult], described: Described) -> None:
    tested = {result.unique_id.split(".")[-2] for result in results}
    assert tested == set(described) - MADE_OF_NOTHING


def test_a_refresh_runs_no_unit_test(platform: Platform, scratch: Path) -> None:
    settings = platform.settings
    done = build(scratch, settings.home, memory_limit=settings.memory_limit, threads=settings.threads)
    assert {result.resource_type for result in done} == {"model", "test"}
