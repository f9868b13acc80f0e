"""The dbt project as it is parsed: its models, and the tests that each has."""

import json
from pathlib import Path
from typing import Any

import pytest

from spotify_platform.lakehouse.dbt import PARSED, manifest_dir

Node = dict[str, Any]


@pytest.fixture(scope="session")
def nodes(warm_home: Path) -> list[Node]:
    """What dbt made of every sql and yml file."""
    manifest = json.loads((manifest_dir(warm_home) / PARSED).read_text())
    return list(manifest["nodes"].values())


@pytest.fixture(scope="session")
def models(nodes: list[Node]) -> dict[str, Node]:
    """Every model, by its name."""
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.fixture(scope="session")
def marts(models: dict[str, Node]) -> dict[str, Node]:
    """Models that are published."""
    return {name: node for name, node in models.items() if node["config"]["materialized"] == "table"}


@pytest.fixture(scope="session")
def tests(nodes: list[Node]) -> dict[str, list[Node]]:
    """Generic tests of each model, by its name."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        if node["resource_type"] == "test" and node.get("attached_node"):
            found.setdefault(node["attached_node"].rpartition(".")[2], []).append(node)
    return found
