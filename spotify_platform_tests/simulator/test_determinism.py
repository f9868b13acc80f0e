"""One seed, one history, byte for byte: in every process and every Python."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from spotify_platform.simulator import simulate, write_extended_zip, write_population

# Of the documents of seed 7: two users with 600 plays. Another Python, process or machine must come to the same bytes.
PINNED = "360c4fec5f69a76e68eb35b75ccd86cbaa4813a9c52ae99293b512c76b9bb41f"


def digest(folder: Path) -> str:
    """SHA-256 over all that a small population is written as, member by member."""
    for _ in write_population(folder, seed=7, users=2, plays=600, years=1.5, last_days=20):
        pass
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                found.update(f"{path.parent.name} {name}".encode() + b"\0" + archive.read(name))
    for path in sorted(folder.rglob("*.json")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def test_bytes_are_the_pinned_ones(tmp_path: Path) -> None:
    assert digest(tmp_path) == PINNED


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_bytes_do_not_depend_on_the_process(tmp_path: Path, hash_seed: str) -> None:
    code = (
        "import pathlib, sys; from spotify_platform_tests.simulator.test_determinism import digest;"
        " print(digest(pathlib.Path(sys.argv[1])))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root), "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
    )
    assert done.stdout.strip() == PINNED


def test_two_writes_are_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_extended_zip(simulate(seed=8, plays=200), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_another_seed_is_another_history() -> None:
    assert simulate(seed=1, plays=50).plays != simulate(seed=2, plays=50).plays
