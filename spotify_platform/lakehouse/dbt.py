"""dbt in this process: parsed once a content, built in a scratch database, its results as plain values.

Importing dbt takes a second or two, so it is imported only where it is used.
"""

import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spotify_platform.contracts.model import TIMESTAMP, Column, Table
from spotify_platform.errors import Outside
from spotify_platform.lakehouse.cache import cache_of

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT = "dbt"
PARSED = "manifest.json"
GOLD = "gold"
"""Schema of the models that are published."""
STATISTICS = "statistics"
"""Tag of those that are made of published Gold, apart from the marts that are published together."""
_TYPES = {
    "varchar": "string",
    "bigint": "int64",
    "integer": "int32",
    "double": "float64",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": TIMESTAMP,
}


@dataclass(frozen=True, slots=True)
class DbtResult:
    """What came of one model or test. `status` is success | pass | fail | warn | error | skipped; `failures` counts rows."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    failures: int | None
    message: str | None
    seconds: float


def import_ahead() -> None:
    """Begin to import dbt beside other work: two seconds that a process pays for its first build."""
    threading.Thread(target=import_module, args=("dbt.cli.main",), name="import dbt", daemon=True).start()


def project_dir() -> Path:
    """The dbt project: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parents[1]
    inside = package / "_dbt_project"
    return inside if inside.exists() else package.parent / "dbt_project"


def manifest_dir(home: Path) -> Path:
    """Folder with dbt's manifest of exactly this project; parsed at the first call for a content, found at the next."""
    folder = cache_of(home, DBT) / project_hash()
    if not (folder / PARSED).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent))
        _invoke(["parse", *_folders(aside)])
        try:
            aside.rename(folder)
        except OSError:  # another process was first; its folder holds the same
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def gold_tables(folder: Path, *, statistics: bool = False) -> list[Table]:
    """Contracts of the marts, or of the statistics, as their yml files say them.

    Marts of users are cut in buckets, and years where they have one.
    """
    found = []
    nodes = _manifest_values(folder)["nodes"]
    keys = {of: tuple(grain) for of, grain in _grains(nodes.values())}
    for unique_id, node in nodes.items():
        is_mart = node["resource_type"] == "model" and _is_mart(node)
        if is_mart and (STATISTICS in node["tags"]) is statistics:
            columns = tuple(
                Column(name=c["name"], type=_ibis_type(c["data_type"]), meaning=c["description"])
                for c in node["columns"].values()
            )
            cut = tuple(name for name in ("user_bucket", "year") if "user_bucket" in node["columns"] and name in node["columns"])
            found.append(
                Table(
                    layer="gold",
                    name=node["name"],
                    grain=node["description"].rstrip("."),
                    entity=node["config"]["meta"]["entity"],
                    columns=columns,
                    key=keys.get(unique_id, ()),
                    partition_by=cut,
                    sort_by=tuple(c.name for c in columns if c.name == "ended_at"),
                )
            )
    return sorted(found, key=lambda table: table.name)


def _grains(nodes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Models, and the columns that their test `contract` demands to be unique together."""
    for node in nodes:
        test = node.get("test_metadata") or {}
        if test.get("name") == "contract":
            yield node["attached_node"], test["kwargs"]["grain"]


def _is_mart(node: Mapping[str, Any]) -> bool:
    """Whether a model is a table of Gold, and not a step on the way there."""
    return bool(node["config"]["schema"] == GOLD)


def constant_tables(folder: Path) -> set[str]:
    """Names of the marts that read no source: they change with the project alone."""
    nodes = _manifest_values(folder)["nodes"]

    def reads(unique_id: str) -> bool:
        return unique_id.startswith("source.") or any(map(reads, nodes[unique_id]["depends_on"]["nodes"]))

    return {node["name"] for key, node in nodes.items() if node["resource_type"] == "model" and not reads(key)}


def _ibis_type(data_type: str) -> str:
    if data_type.endswith("[]"):
        return f"array<{_ibis_type(data_type.removesuffix('[]'))}>"
    return _TYPES[data_type]


def build(scratch: Path, home: Path, models: Collection[str], *, memory_limit: str, threads: int) -> list[DbtResult]:
    """Build marts, with the steps they read, and run the tests of their rows in a scratch database, in this process.

    Args:
        scratch: database file with the source's tables; always called scratch.duckdb, since the manifest names it so.
        home: the platform's home.
        models: names of the marts; others that they read are in the database already.
        memory_limit: of its DuckDB.
        threads: of its DuckDB, and models built at once.

    Raises:
        Outside: dbt itself failed.
    """
    chosen = " ".join(sorted(_chosen(manifest_dir(home), models)))
    what = ["build", "--no-populate-cache", "--indirect-selection", "empty", "--select", chosen]
    return _run(what, scratch, home, memory_limit=memory_limit, threads=threads)


def _chosen(folder: Path, models: Collection[str]) -> set[str]:
    """Names of marts, of the steps that they read, and of the tests that can be run then.

    A test of one mart reads none but these. One of several is run wherever the steps it reads are built: in place of the
    other marts something stands in the database. dbt's own ways to choose tests leave out those that read a source, or take
    those of marts that are not built.
    """
    nodes = _manifest_values(folder)["nodes"]
    of_models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    chosen = {key for key, node in of_models.items() if node["name"] in models}
    left = list(chosen)
    while left:
        above = _steps(nodes[left.pop()], of_models)
        left += above - chosen
        chosen |= above
    tests = [node for node in nodes.values() if node["resource_type"] == "test"]
    whole = [node["name"] for node in tests if _needed(node, of_models) <= chosen]
    return {*(nodes[key]["name"] for key in chosen), *whole}


def _needed(test: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Keys of the models that must be built for a test: those that it reads, of a test of several marts the steps alone."""
    read = set(models) & set(test["depends_on"]["nodes"])
    return read if test.get("attached_node") else _steps(test, models)


def _steps(node: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Keys of the models that are no marts and that a model or test reads."""
    return {key for key in node["depends_on"]["nodes"] if key in models and not _is_mart(models[key])}


def sources_of(folder: Path) -> dict[str, set[str]]:
    """Names of the sources that each mart reads, by itself or by way of steps, as `source.table`."""
    nodes = {key: node for key, node in _manifest_values(folder)["nodes"].items() if node["resource_type"] == "model"}

    def read(key: str) -> set[str]:
        if key.startswith("source."):
            return {".".join(key.split(".")[-2:])}
        above = nodes[key]["depends_on"]["nodes"]
        return set().union(*(read(one) for one in above if one not in nodes or not _is_mart(nodes[one])))

    return {node["name"]: read(key) for key, node in nodes.items() if _is_mart(node)}


def run_unit_tests(scratch: Path, home: Path, *, memory_limit: str, threads: int) -> list[DbtResult]:
    """Run the unit tests of the models, which need no rows. They are for development, and no part of a build.

    The arguments are those of `build`, which made the tables in `scratch`: dbt reads the types of columns there.

    Raises:
        Outside: dbt itself failed.
    """
    return _run(["test", "--select", "test_type:unit"], scratch, home, memory_limit=memory_limit, threads=threads)


def _run(what: Sequence[str], scratch: Path, home: Path, *, memory_limit: str, threads: int) -> list[DbtResult]:
    folder = manifest_dir(home)
    profile = {"DBT_SCRATCH_DATABASE": str(scratch), "DBT_SCRATCH_MEMORY": memory_limit, "DBT_SCRATCH_THREADS": str(threads)}
    with _environment(profile):
        try:
            found = _invoke([*what, *_folders(folder), "--no-write-json"], _manifest(folder))
        finally:
            _close_connections()
    return [_result(one) for one in found.results]


def _result(found: Any) -> DbtResult:
    node = found.node
    return DbtResult(
        node.unique_id,
        node.name,
        str(node.resource_type),
        str(found.status),
        found.failures,
        found.message,
        found.execution_time,
    )


def project_hash() -> str:
    """Fingerprint of all files that dbt parses, and of the versions that parse them."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')}".encode())
    root = project_dir()
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".sql", ".yml"} and "target" not in p.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _folders(target: Path) -> list[str]:
    root = str(project_dir())
    return ["--project-dir", root, "--profiles-dir", root, "--target-path", str(target), "--log-path", str(target)]


def _invoke(arguments: Sequence[str], manifest: "Manifest | None" = None) -> Any:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - a second of imports

    quiet = [
        "--quiet",
        "--log-level",
        "none",  # what fails is in the result; on Ctrl+C dbt would print a traceback
        "--no-version-check",
        "--no-use-colors",
        "--log-level-file",
        "none",
        "--warn-error-options",
        "{}",
    ]
    with _environment({"DO_NOT_TRACK": "1"}):
        done = dbtRunner(manifest=manifest).invoke([*quiet, *arguments])
    if done.exception:
        said = str(done.exception).strip() or type(done.exception).__name__
        raise Outside(f"dbt failed: {said.splitlines()[0]}") from done.exception
    return done.result


def _manifest(folder: Path) -> "Manifest":
    """A copy for one invocation, which changes it."""
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415

    return Manifest.from_dict(_manifest_values(folder))


@lru_cache(maxsize=2)
def _manifest_values(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / PARSED).read_text(encoding="utf-8"))
    return values


def _close_connections() -> None:
    """dbt-duckdb keeps its database open; the caller wants to read the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    DuckDBConnectionManager.close_all_connections()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Dbt's profile is filled in from the environment, and from nowhere else."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
