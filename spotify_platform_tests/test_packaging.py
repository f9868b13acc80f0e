"""The wheel works outside a clone: it carries the dbt project and Dagster's settings."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy of what git knows."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(target), str(source)]
    subprocess.run(build, check=True)
    return next(target.glob("*.whl"))


def test_it_carries_what_is_no_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "spotify_platform/_dbt_project/dbt_project.yml" in names
    assert "spotify_platform/_dbt_project/models/marts/fct_plays.sql" in names
    assert "spotify_platform/dagster.yaml" in names
    assert {f"spotify_platform/lakehouse/spark_{rest}" for rest in ("jars.xml", "jars.sha256", "log4j2.properties")} <= names
    assert not [name for name in names if name.startswith("spotify_platform_tests")]


def test_the_demo_runs_from_it_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    places = {"PYTHONPATH": str(installed), "SPOTIFY_PLATFORM_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    run = {"env": os.environ | places, "cwd": tmp_path, "capture_output": True, "text": True}
    where = "import spotify_platform.lakehouse.dbt_project as d; print(d.project_dir())"
    found = subprocess.run([sys.executable, "-c", where], check=True, **run)
    assert found.stdout.strip() == str(installed / "spotify_platform" / "_dbt_project")
    demo = [sys.executable, "-m", "spotify_platform.cli", "demo", "--plays", "300"]
    done = subprocess.run(demo, check=True, **run)
    assert "exactly those that the export tells apart" in done.stdout


def names_of(requirements: Iterable[str], extras: Iterable[str] = ("",)) -> Iterator[Requirement]:
    """Requirements that hold on this machine."""
    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def test_what_is_imported_is_declared() -> None:
    """What comes with another package today may leave with it tomorrow."""
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["spark"]]
    declared = {canonicalize_name(requirement.name) for requirement in names_of(needed)}
    homes = packages_distributions()
    for path in (ROOT / "spotify_platform").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for module in {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"spotify_platform"}:
                assert declared & {canonicalize_name(home) for home in homes[module]}, f"{module} in {path}"


def test_all_that_is_installed_with_it_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}
    waiting = list(names_of(PROJECT["dependencies"]))
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        mark = (name, ",".join(sorted(requirement.extras)))
        if mark not in seen:
            seen.add(mark)
            assert name in pinned
            waiting += names_of(requires(name) or [], ("", *requirement.extras))
