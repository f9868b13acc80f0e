"""dbt's models: what their yml says of them is so, and their unit tests, which stand beside them, pass."""

import re
from pathlib import Path

import duckdb
import pytest

from spotify_platform.lakehouse.dbt import DbtResult, Target, build, manifest_dir, run_unit_tests
from spotify_platform.lakehouse.dbt_project import STATISTICS
from spotify_platform.pipeline.platform import Platform
from spotify_platform_tests.gold.conftest import Node

MADE_OF_NOTHING = {"dim_dates"}  # dbt can give it no rows and would compare all of its days; test_marts looks at some


@pytest.fixture(scope="module")
def results(of_nobody: Platform, scratch: Path) -> list[DbtResult]:
    settings = of_nobody.settings
    return run_unit_tests(
        Target("duckdb", scratch, settings.memory_limit, settings.threads), manifest_dir(settings.home, "duckdb")
    )


def test_the_yml_describes_every_column_by_the_type_it_is_built_with(models: dict[str, Node], scratch: Path) -> None:
    """Publishing casts to what the yml says: what differs would be changed on the way, and nobody would see it."""
    with duckdb.connect(str(scratch), read_only=True) as con:
        rows = con.sql(
            "select table_name, column_name, lower(data_type) from duckdb_columns() "
            "where schema_name in ('staging', 'gold') and database_name = 'scratch'"
        ).fetchall()
    built: dict[str, dict[str, str]] = {}
    for model, column, type_ in rows:
        built.setdefault(model, {})[column] = type_
    columns = {name: node["columns"].values() for name, node in models.items()}
    assert {model: {column["name"]: column["data_type"] for column in these} for model, these in columns.items()} == built
    assert [(model, column["name"]) for model, these in columns.items() for column in these if not column["description"]] == []


def test_no_model_knows_an_engine(models: dict[str, Node]) -> None:
    """What engines spell differently is in macros that dbt chooses by its adapter."""
    texts = {name: node["raw_code"] for name, node in models.items()}
    assert all(texts.values())
    assert [name for name, text in texts.items() if re.search(r"\b(target|adapter|duckdb|spark)\b", text, re.IGNORECASE)] == []


def test_each_mart_is_a_promise_to_its_readers(marts: dict[str, Node], tests: dict[str, list[Node]]) -> None:
    """Dbt refuses to build a mart that breaks its contract, other projects may read it, and what no type says is tested."""
    for name, node in marts.items():
        assert node["config"]["contract"]["enforced"] is True, name
        assert node["config"]["access"] == node["access"] == "public", name
        assert node["config"]["meta"]["entity"], name
        assert node["description"].endswith("."), name
        [contract] = [test for test in tests[name] if test["test_metadata"]["name"] == "contract"]
        grain, required = (contract["test_metadata"]["kwargs"][what] for what in ("grain", "required"))
        assert set(grain) <= set(required) <= set(node["columns"]), name
        ranked_in = contract["test_metadata"]["kwargs"].get("ranked_in", [])
        assert ranked_in == (grain[:-1] if "rank" in node["columns"] else []), name


def test_each_test_stops_publishing(nodes: list[Node]) -> None:
    assert {node["config"]["severity"].lower() for node in nodes if node["resource_type"] == "test"} == {"error"}


def test_each_key_leads_to_its_dimension(marts: dict[str, Node], tests: dict[str, list[Node]]) -> None:
    """A column that is called as the key of a dimension, in whatever mart, is looked up there; by statistics, as published."""
    keys = {f"{entity}_key": f"dim_{entity}s" for entity in ("artist", "album", "track")} | {"main_track_key": "dim_tracks"}
    leads = {
        (name, test["column_name"], test["test_metadata"]["kwargs"]["to"])
        for name, these in tests.items()
        for test in these
        if test["test_metadata"]["name"] == "relationships"
    }
    demanded = {
        (name, key, f"source('gold', '{dimension}')" if STATISTICS in node["tags"] else f"ref('{dimension}')")
        for name, node in marts.items()
        for key, dimension in keys.items()
        if key in node["columns"] and name != dimension
    }
    assert leads == demanded | {("fct_plays", "local_date", "ref('dim_dates')")}


def test_each_unit_test_passes(results: list[DbtResult]) -> None:
    assert {result.resource_type for result in results} == {"unit_test"}
    assert "\n\n".join(f"{result.name}: {result.message}" for result in results if result.status != "pass") == ""


def test_each_model_has_unit_tests(results: list[DbtResult], models: dict[str, Node]) -> None:
    tested = {result.unique_id.split(".")[-2] for result in results}
    assert tested == set(models) - MADE_OF_NOTHING


def test_a_refresh_runs_no_unit_test(of_nobody: Platform, scratch: Path, marts: dict[str, Node]) -> None:
    settings = of_nobody.settings
    done = build(Target("duckdb", scratch, settings.memory_limit, settings.threads), manifest_dir(settings.home, "duckdb"), marts)
    assert {result.resource_type for result in done} == {"model", "test"}


@pytest.mark.parametrize(("model", "is_audited"), [("top_albums", True), ("listening_coverage", True), ("dim_albums", False)])
def test_marts_of_users_are_compared_with_silver_whichever_are_built(
    of_nobody: Platform, scratch: Path, model: str, *, is_audited: bool
) -> None:
    """News of the catalogue restate some of the marts; dimensions alone are made of no plays."""
    settings = of_nobody.settings
    # One thread: what is in the database already is replaced, and there two of them may be in each other's way.
    done = build(Target("duckdb", scratch, settings.memory_limit, 1), manifest_dir(settings.home, "duckdb"), {model})
    assert [result for result in done if result.status not in ("success", "pass")] == []
    assert ("gold_equals_silver" in {result.name for result in done}) is is_audited
