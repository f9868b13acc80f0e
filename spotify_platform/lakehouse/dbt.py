"""dbt in this process: parsed once a content, built in a scratch database, its results as plain values.

Importing dbt takes a second or two, so it is imported only where it is used.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spotify_platform.errors import Outside
from spotify_platform.lakehouse import dbt_project
from spotify_platform.lakehouse.cache import cache_of

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT = "dbt"
TARGETS = ("duckdb", "spark")


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


@dataclass(frozen=True, slots=True)
class Target:
    """Where dbt builds: a target of profiles.yml, and what that leaves open.

    `scratch` is a database file with the source's tables, always called scratch.duckdb, since the manifest names it so. (Spark
    has databases of its session instead.) `threads` are of the database, and models built at once.
    """

    name: str
    scratch: Path
    memory_limit: str
    threads: int


def import_ahead() -> None:
    """Begin to import dbt beside other work: two seconds that a process pays for its first build."""
    threading.Thread(target=import_module, args=("dbt.cli.main",), name="import dbt", daemon=True).start()


def manifest_dir(home: Path, target: str) -> Path:
    """Folder with dbt's manifest of exactly this project; parsed at the first call for a content, found at the next.

    Args:
        home: of the platform.
        target: of profiles.yml, one of `TARGETS`; the manifest names its databases.
    """
    folder = cache_of(home, f"{DBT}-{target}") / dbt_project.project_hash()
    if not (folder / dbt_project.PARSED).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent))
        _invoke(["parse", "--target", target, *_folders(aside)])
        try:
            aside.rename(folder)
        except OSError:  # another process was first; its folder holds the same
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def build(target: Target, folder: Path, models: Collection[str]) -> list[DbtResult]:
    """Build marts, with the steps they read, and run the tests of their rows in a scratch database, in this process.

    Args:
        target: where.
        folder: what `manifest_dir` gives.
        models: names of the marts; others that they read are in the database already.

    Raises:
        Outside: dbt itself failed.
    """
    what = ["build", "--no-populate-cache", "--indirect-selection", "empty", "--select", f"tag:{dbt_project.WANTED}"]
    return _run(what, dbt_project.wanted(folder, models), folder, target)


def run_unit_tests(target: Target, folder: Path) -> list[DbtResult]:
    """Run the unit tests of the models, which need no rows. They are for development, and no part of a build.

    The arguments are those of `build`, which made the tables in the target: dbt reads the types of columns there.

    Raises:
        Outside: dbt itself failed.
    """
    what = ["test", "--select", "test_type:unit"]
    return _run(what, dbt_project.manifest_values(folder), folder, target)


def _run(what: Sequence[str], values: Mapping[str, Any], folder: Path, target: Target) -> list[DbtResult]:
    profile = {
        "DBT_SCRATCH_DATABASE": str(target.scratch),
        "DBT_SCRATCH_MEMORY": target.memory_limit,
        "DBT_SCRATCH_THREADS": str(target.threads),
    }
    if target.name == "spark":
        from spotify_platform.lakehouse.spark_dbt import leave_session_as_it_is  # noqa: PLC0415 - dbt-spark is there where Spark is

        leave_session_as_it_is()
    with _environment(profile):
        try:
            found = _invoke([*what, "--target", target.name, *_folders(folder), "--no-write-json"], _manifest(values))
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


def _folders(target: Path) -> list[str]:
    root = str(dbt_project.project_dir())
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


def _manifest(values: Mapping[str, Any]) -> "Manifest":
    """A copy for one invocation, which changes it."""
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415

    return Manifest.from_dict(dict(values))


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
