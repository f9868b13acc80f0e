"""Many users, one after another, in the memory of one."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import date
from itertools import chain, pairwise
from pathlib import Path

import pytest

from spotify_platform.simulator import deliveries, population, truth_of, write_population

# Peak of the whole process. Measured: 88 MB where the largest of four users has 107,000 plays, 20 MB before any.
MOST_MB = 105
MEASURED = """
import pathlib, re, sys
from spotify_platform.simulator import population, write_extended_zip
folder = pathlib.Path(sys.argv[1])
users = population(seed=1, users=4, plays=300_000, years=8.0)
rows = sum(write_extended_zip(history, folder / f"{name}.zip", repeats=0).rows for name, history in users)
# Not getrusage, which knows the peak of the process that started this one as well.
print(rows, int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_users_have_seeds_zones_and_habits_of_their_own() -> None:
    users = dict(population(seed=3, users=12, plays=6_000, end=date(2024, 12, 31), years=2.0))
    assert list(users) == [f"user{number}" for number in range(1, 13)]
    counts = [len(history.plays) for history in users.values()]
    assert sum(counts) == 6_000
    assert max(counts) > 3 * min(counts)
    assert len({history.seed for history in users.values()}) == 12
    assert len({history.time_zone for history in users.values()}) > 5
    short = [sum(play.ms_played < 30_000 for play in history.plays) / len(history.plays) for history in users.values()]
    assert 0.1 < min(short) < 0.2
    assert 0.4 < max(short) < 0.55
    assert len({max(Counter(play.session.country for play in history.plays)) for history in users.values()}) > 1
    assert users["user2"] == dict(population(seed=3, users=12, plays=6_000, end=date(2024, 12, 31), years=2.0))["user2"]


def test_one_user_has_all_plays() -> None:
    ((name, history),) = population(seed=3, users=1, plays=777)
    assert (name, len(history.plays)) == ("user1", 777)


def test_no_users() -> None:
    with pytest.raises(ValueError, match="1 user or more"):
        next(population(seed=3, users=0, plays=777))


def test_each_user_gets_a_folder_and_the_truth_of_it(tmp_path: Path) -> None:
    written = list(write_population(tmp_path, seed=5, users=3, plays=3_000, years=3.0))
    histories = dict(population(seed=5, users=3, plays=3_000, years=3.0))
    for user in written:
        found = {path.name for path in user.folder.iterdir()}
        assert user.folder == tmp_path / user.name
        assert found == {*(name for name, _ in user.deliveries), "truth.json"}
        assert len(user.deliveries) == 5
        told = chain.from_iterable(one.documents() for one in deliveries(histories[user.name]))
        assert json.loads((user.folder / "truth.json").read_text()) == asdict(truth_of(histories[user.name], told))


def test_only_the_sources_asked_for(tmp_path: Path) -> None:
    (user,) = write_population(tmp_path, seed=5, users=1, plays=300, sources=["account"])
    assert all("account" in name for name, _ in user.deliveries)
    assert (user.truth.extended_rows, user.truth.api_items) == (0, 0)
    assert user.truth.plays_by_sources["none"] == 300 - user.truth.account_plays


def test_former_exports_overlap_later_ones_or_leave_a_hole() -> None:
    holes = set()
    for _, history in population(seed=1, users=8, plays=8_000, years=4.0):
        former, later = [
            sorted(index for document in one.documents() for index in document.plays)
            for one in deliveries(history, sources=["account"])
        ]
        holes.add(former[-1] < later[0] - 1)
        early, late = [
            {index for document in one.documents() for index in document.plays}
            for one in deliveries(history, sources=["extended"])
        ]
        assert early < late
        assert all(a < b for a, b in pairwise(sorted(early)))
    assert holes == {True, False}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
def test_memory_is_that_of_one_user(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    plays, peak_mb = map(int, done.stdout.split())
    assert plays == 300_000
    assert peak_mb < MOST_MB
