"""The wheel works outside a clone: it carries the dbt project and Dagster's settings."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
    assert not [name for name in names if name.startswith("spotify_platform_tests")]


def test_the_demo_runs_from_it_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    places = {"PYTHONPATH": str(installed), "SPOTIFY_PLATFORM_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    run = {"env": os.environ | places, "cwd": tmp_path, "capture_output": True, "text": True}
    where = "import spotify_platform.lakehouse.dbt as d; print(d.project_dir())"
    found = subprocess.run([sys.executable, "-c", where], check=True, **run)
    assert found.stdout.strip() == str(installed / "spotify_platform" / "_dbt_project")
    demo = [sys.executable, "-m", "spotify_platform.cli", "demo", "--plays", "300"]
    done = subprocess.run(demo, check=True, **run)
    assert "exactly those that the simulator knows of" in done.stdout
