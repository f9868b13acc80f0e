"""dbt's own unit tests, which stand beside the models: each passes, each model has some, and a refresh runs none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spotify_platform.contracts.silver import PLAYS
from spotify_platform.lakehouse.dbt import DbtResult, build, gold_tables, manifest_dir, run_unit_tests
from spotify_platform.pipeline.gold import build_aside
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.settings import load_settings

MADE_OF_NOTHING = {"dim_dates"}  # dbt can give it no rows and would compare all of its days; test_marts looks at some


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, dbt_home: Path) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("unit")
    (home / "dbt").symlink_to(dbt_home / "dbt")
    with opened(load_settings(home=home)) as found:
        yield found


@pytest.fixture(scope="module")
def scratch(platform: Platform) -> Path:
    """Gold of no plays at all: dbt asks it for the types of columns."""
    return build_aside(platform, platform.engine.values([], {column.name: column.type for column in PLAYS.columns}))[0]


@pytest.fixture(scope="module")
def results(platform: Platform, scratch: Path) -> list[DbtResult]:
    settings = platform.settings
    return run_unit_tests(scratch, settings.home, memory_limit=settings.memory_limit, threads=settings.threads)


def test_each_passes(results: list[DbtResult]) -> None:
    assert {result.resource_type for result in results} == {"unit_test"}
    assert "\n\n".join(f"{result.name}: {result.message}" for result in results if result.status != "pass") == ""


def test_each_model_has_some(results: list[DbtResult], platform: Platform) -> None:
    marts = {table.name for table in gold_tables(manifest_dir(platform.settings.home))}
    tested = {result.unique_id.split(".")[-2] for result in results}
    assert tested == {"stg_plays"} | marts - MADE_OF_NOTHING


def test_a_refresh_runs_none(platform: Platform, scratch: Path) -> None:
    settings = platform.settings
    done = build(scratch, settings.home, memory_limit=settings.memory_limit, threads=settings.threads)
    assert {result.resource_type for result in done} == {"model", "test"}
