"""The bundle for Databricks says what Databricks knows, and what this package has: as far as that is seen without Databricks."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from databricks.bundles.jobs import Job
from typer.main import get_command

from spotify_platform.cli.app import app
from spotify_platform.lakehouse.spark_session import REQUIRED
from spotify_platform.pipeline.platform import spark_conf
from spotify_platform.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "spark" / "databricks"


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    return read("databricks.yml")


@pytest.fixture(scope="module", params=["refresh", "upkeep"])
def job(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = read("jobs.yml")["resources"]["jobs"][request.param]
    return found


def test_a_job_has_no_field_that_databricks_does_not_know(job: dict[str, Any]) -> None:
    made = Job.from_dict(job)
    clusters = {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
    keys = {task["task_key"] for task in job["tasks"]}
    assert len(made.tasks) == len(keys)
    for task in job["tasks"]:
        assert task["job_cluster_key"] in clusters
        assert {above["task_key"] for above in task.get("depends_on", [])} < keys
    with pytest.raises(ValueError, match="Unexpected field"):
        Job.from_dict(job | {"max_concurrent_run": 1})


def test_targets_give_every_variable_that_has_no_default(bundle: dict[str, Any]) -> None:
    assert set(bundle["targets"]) == {"dev", "prod"}
    assert [name for name, target in bundle["targets"].items() if target.get("default")] == ["dev"]
    wanted = {name for name, variable in bundle["variables"].items() if "default" not in variable}
    for target in bundle["targets"].values():
        assert wanted <= set(target["variables"]) <= set(bundle["variables"])
    used = set(re.findall(r"\$\{var\.(\w+)\}", (FOLDER / "jobs.yml").read_text(encoding="utf-8")))
    assert used == set(bundle["variables"])


def test_settings_and_commands_are_those_of_this_package(
    bundle: dict[str, Any], job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    [cluster] = job["job_clusters"]
    said = cluster["new_cluster"]["spark_env_vars"]
    assert {name.removeprefix("SPOTIFY_PLATFORM_").lower() for name in said} <= {*Settings.model_fields, "aws_region"}
    dev = bundle["targets"]["dev"]["variables"] | {"time_zone": bundle["variables"]["time_zone"]["default"]}
    for name, value in said.items():
        monkeypatch.setenv(name, re.sub(r"\$\{var\.(\w+)\}", lambda m: dev[m[1]], value))
    settings = load_settings()
    assert settings.engine == "spark"
    assert spark_conf(settings) == REQUIRED  # the cluster's own session, and no jars of ours
    assert settings.lake_location.s3_options()["aws_region"] == dev["region"]
    assert settings.profile_folder.is_relative_to("/Volumes")
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    said_twice = [library["pypi"]["package"] for task in job["tasks"] for library in task["libraries"] if "pypi" in library]
    assert set(said_twice) <= set(pins)
    commands = get_command(app)
    for task in job["tasks"]:
        wheel = task["python_wheel_task"]
        assert wheel["package_name"] == wheel["entry_point"] == "spotify-platform"
        words = [word for word in wheel["parameters"] if not word.startswith(("-", "$"))]
        found: Any = commands
        for word in words:
            found = found.commands[word]
