"""One seed, one history, byte for byte: in every process and every Python."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from spotify_platform.simulator import simulate, write_account_zip, write_extended_zip, write_polls, write_truth

# Of the documents of seed 7 with 500 plays. Another Python, process or machine must come to the same bytes.
PINNED = "35ab60d4c9090dc1e1984320dc6b25830f8419803b32951a0673acd92e948f71"


def digest(folder: Path) -> str:
    """SHA-256 over all that a small history is written as, member by member."""
    history = simulate(seed=7, plays=500, years=1.5)
    write_extended_zip(history, folder / "extended.zip")
    write_extended_zip(history, folder / "endsong.zip", naming="endsong")
    write_account_zip(history, folder / "account.zip")
    write_polls(history, folder / "polls")
    write_truth(history, folder / "truth.json")
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                found.update(name.encode() + b"\0" + archive.read(name))
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
