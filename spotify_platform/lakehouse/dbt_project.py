"""The dbt project as its files and its manifest tell of it: marts, what they read, and what a build of some of them takes."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from spotify_platform.contracts.model import TIMESTAMP, Column, Table

PARSED = "manifest.json"
GOLD = "gold"
"""Schema of the models that are published."""
STATISTICS = "statistics"
"""Tag of those that are made of published Gold, apart from the marts that are published together."""
WANTED = "wanted"
"""Tag of what one build is to make and test."""
_TYPES = {
    "varchar": "string",
    "bigint": "int64",
    "integer": "int32",
    "double": "float64",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": TIMESTAMP,
}


def project_dir() -> Path:
    """The dbt project: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parents[1]
    inside = package / "_dbt_project"
    return inside if inside.exists() else package.parent / "dbt_project"


def project_hash() -> str:
    """Fingerprint of all files that dbt parses, and of the versions that parse them."""
    adapters = [found for name in ("dbt-core", "dbt-duckdb", "dbt-spark") if (found := _version(name))]
    digest = hashlib.sha256(" ".join(adapters).encode())
    root = project_dir()
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".sql", ".yml"} and "target" not in p.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # of an extra that is not installed
        return None


@lru_cache(maxsize=2)
def manifest_values(folder: Path) -> dict[str, Any]:
    """What dbt wrote of the project into a folder; not to be changed."""
    values: dict[str, Any] = json.loads((folder / PARSED).read_text(encoding="utf-8"))
    return values


def gold_tables(folder: Path, *, statistics: bool = False) -> list[Table]:
    """Contracts of the marts, or of the statistics, as their yml files say them.

    Marts of users are cut in buckets, and years where they have one.
    """
    nodes = manifest_values(folder)["nodes"]
    keys = {of: tuple(grain) for of, grain in _grains(nodes.values())}
    marts = {key: node for key, node in nodes.items() if node["resource_type"] == "model" and _is_mart(node)}
    chosen = [key for key, node in marts.items() if (STATISTICS in node["tags"]) is statistics]
    return sorted((_table(marts[key], keys.get(key, ())) for key in chosen), key=lambda table: table.name)


def _table(node: Mapping[str, Any], key: tuple[str, ...]) -> Table:
    described = node["columns"]
    columns = tuple(Column(name=c["name"], type=_ibis_type(c["data_type"]), meaning=c["description"]) for c in described.values())
    return Table(
        layer="gold",
        name=node["name"],
        grain=node["description"].rstrip("."),
        entity=node["config"]["meta"]["entity"],
        columns=columns,
        key=key,
        partition_by=tuple(name for name in ("user_bucket", "year") if "user_bucket" in described and name in described),
        sort_by=tuple(name for name in described if name == "ended_at"),
    )


def _grains(nodes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Models, and the columns that their test `contract` demands to be unique together."""
    for node in nodes:
        test = node.get("test_metadata") or {}
        if test.get("name") == "contract":
            yield node["attached_node"], test["kwargs"]["grain"]


def _is_mart(node: Mapping[str, Any]) -> bool:
    """Whether a model is a table of Gold, and not a step on the way there."""
    return bool(node["config"]["schema"] == GOLD)


def _ibis_type(data_type: str) -> str:
    if data_type.endswith("[]"):
        return f"array<{_ibis_type(data_type.removesuffix('[]'))}>"
    return _TYPES[data_type]


def constant_tables(folder: Path) -> set[str]:
    """Names of the marts that read no source: they change with the project alone."""
    nodes = manifest_values(folder)["nodes"]

    def reads(unique_id: str) -> bool:
        return unique_id.startswith("source.") or any(map(reads, nodes[unique_id]["depends_on"]["nodes"]))

    return {node["name"] for key, node in nodes.items() if node["resource_type"] == "model" and not reads(key)}


def sources_of(folder: Path) -> dict[str, set[str]]:
    """Names of the sources that each mart reads, by itself or by way of steps, as `source.table`."""
    nodes = {key: node for key, node in manifest_values(folder)["nodes"].items() if node["resource_type"] == "model"}

    def read(key: str) -> set[str]:
        if key.startswith("source."):
            return {".".join(key.split(".")[-2:])}
        above = nodes[key]["depends_on"]["nodes"]
        return set().union(*(read(one) for one in above if one not in nodes or not _is_mart(nodes[one])))

    return {node["name"]: read(key) for key, node in nodes.items() if _is_mart(node)}


def wanted(folder: Path, models: Collection[str]) -> dict[str, Any]:
    """The manifest of a build of some marts: they, the steps that they read and the tests that can be run then have a tag.

    dbt looks at every node for every name that it is told to select; one tag, among few nodes, is half a second less.
    """
    values = manifest_values(folder)
    nodes, keys = values["nodes"], _chosen(values["nodes"], models)
    found, left = set(keys), list(keys)
    while left:
        above = {key for key in nodes[left.pop()]["depends_on"]["nodes"] if key in nodes} - found
        left += above
        found |= above
    marked = {key: nodes[key] | {"tags": [*nodes[key]["tags"], *([WANTED] if key in keys else [])]} for key in sorted(found)}
    return {**values, "nodes": marked, "unit_tests": {}}


def _chosen(nodes: Mapping[str, Mapping[str, Any]], models: Collection[str]) -> set[str]:
    """Keys of marts, of the steps that they read, and of the tests that can be run then.

    A test of one mart reads none but these. One of several is run wherever the steps it reads are built: in place of the
    other marts something stands in the database. dbt's own ways to choose tests leave out those that read a source, or take
    those of marts that are not built.
    """
    of_models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    chosen = {key for key, node in of_models.items() if node["name"] in models}
    left = list(chosen)
    while left:
        above = _steps(nodes[left.pop()], of_models)
        left += above - chosen
        chosen |= above
    return chosen | {key for key, node in nodes.items() if node["resource_type"] == "test" and _needed(node, of_models) <= chosen}


def _needed(test: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Keys of the models that must be built for a test: those that it reads, of a test of several marts the steps alone."""
    read = set(models) & set(test["depends_on"]["nodes"])
    return read if test.get("attached_node") else _steps(test, models)


def _steps(node: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Keys of the models that are no marts and that a model or test reads."""
    return {key for key in node["depends_on"]["nodes"] if key in models and not _is_mart(models[key])}
