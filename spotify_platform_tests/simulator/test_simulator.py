"""One seed, one history, byte for byte; and the truth beside it is a plain count."""

import hashlib
import json
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from spotify_platform.simulator import simulate, truth, write_account_zip, write_extended_zip, write_polls, write_truth
from spotify_platform.simulator.truth import account_identities, extended_identity

# Of the documents of seed 7 with 500 plays. Another Python, process or machine must come to the same bytes.
PINNED = "140c9b7b3de476ee7061099c70d5e1493272f659d09295ab385a2b869a52b21e"


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
        "import pathlib, sys; from spotify_platform_tests.simulator.test_simulator import digest;"
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


def test_another_seed_is_another_history() -> None:
    assert simulate(seed=1, plays=50) != simulate(seed=2, plays=50)


def test_plays_do_not_overlap_and_are_as_many_as_asked() -> None:
    plays = simulate(seed=3, plays=2_000).plays
    assert len(plays) == 2_000
    assert all(a.ended_at_ms <= b.started_at_ms for a, b in pairwise(plays))


def test_rates_are_those_of_real_histories() -> None:
    plays = simulate(seed=4, plays=20_000).plays
    short = sum(play.ms_played < 30_000 for play in plays) / len(plays)
    episodes = sum(play.episode is not None for play in plays) / len(plays)
    nothing = sum(play.content_type == "unknown" for play in plays) / len(plays)
    assert 0.05 < short < 0.5
    assert 0.01 < episodes < 0.02
    assert 0 < nothing < 0.004


def test_truth_is_what_a_plain_count_of_the_files_finds(tmp_path: Path) -> None:
    history = simulate(seed=5, plays=3_000, years=2)
    written = write_extended_zip(history, tmp_path / "e.zip", repeats=0.02)
    write_account_zip(history, tmp_path / "a.zip")
    expected = truth(history)
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        rows = [row for name in archive.namelist() if name.endswith(".json") for row in json.loads(archive.read(name))]
    assert len(rows) == written > expected.plays
    assert len({extended_identity(row) for row in rows}) == expected.extended_records
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        files = [json.loads(archive.read(name)) for name in archive.namelist() if "StreamingHistory" in name]
    assert sum(account_identities(files).values()) == expected.account_records
