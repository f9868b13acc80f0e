"""One engine writes a lake at a time, and what a killed process left behind stops nobody for long."""

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Outside
from spotify_platform.lakehouse import writers
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Means
from spotify_platform.lakehouse.writers import DEAD_AFTER, FOLDER, Writer
from spotify_platform.storage import Location


@pytest.fixture
def lake(tmp_path: Path) -> Location:
    return Location.of(tmp_path)


def signs(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*"))


def aged(folder: Path) -> Path:
    """The only sign, as one that nobody has renewed for long."""
    [sign] = signs(folder)
    long_ago = time.time() - DEAD_AFTER.total_seconds() - 1
    os.utime(sign, (long_ago, long_ago))
    return sign


def test_the_other_engine_is_refused_until_the_first_has_ended(lake: Location, tmp_path: Path) -> None:
    first, second = Writer(lake, "duckdb", alone=False), Writer(lake, "spark", alone=True)
    first.begin()
    with pytest.raises(Outside, match="'duckdb' is writing this lake"):
        second.begin()
    assert len(signs(tmp_path)) == 1
    first.end()
    second.begin()
    second.end()
    assert signs(tmp_path) == []


@pytest.mark.parametrize("alone", [True, False])
def test_processes_of_one_engine_write_together_where_they_may(lake: Location, *, alone: bool) -> None:
    first, second = (Writer(lake, "any", alone=alone) for _ in range(2))
    first.begin()
    if alone:
        with pytest.raises(Outside):
            second.begin()
    else:
        second.begin()
    first.end()
    second.end()


def test_a_killed_process_stops_nobody_for_long(lake: Location, tmp_path: Path) -> None:
    Writer(lake, "spark", alone=True).begin()  # and never ends
    sign = aged(tmp_path)
    second = Writer(lake, "duckdb", alone=False)
    second.begin()
    assert sign not in signs(tmp_path)
    second.end()


def test_signs_of_the_dead_do_not_stay(lake: Location, tmp_path: Path) -> None:
    Writer(lake, "duckdb", alone=False).begin()  # and never ends
    aged(tmp_path)
    second = Writer(lake, "duckdb", alone=False)
    second.begin()
    second.end()
    assert signs(tmp_path) == []


def test_beginning_twice_is_beginning_once(lake: Location, tmp_path: Path) -> None:
    writer = Writer(lake, "duckdb", alone=False)
    writer.begin()
    writer.begin()
    assert len(signs(tmp_path)) == 1
    writer.end()
    writer.end()


def test_who_was_asleep_looks_again_before_the_next_commit(lake: Location, tmp_path: Path) -> None:
    first, second = Writer(lake, "spark", alone=True), Writer(lake, "duckdb", alone=False)
    first.begin()
    aged(tmp_path)
    second.begin()  # takes the first for dead
    with time_machine.travel(datetime.now(UTC) + DEAD_AFTER), pytest.raises(Outside, match="'duckdb' is writing"):
        first.begin()
    second.end()
    first.begin()
    first.end()
    assert signs(tmp_path) == []


def test_a_sign_renewed_after_a_sleep_is_not_believed(lake: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that renews it may wake up before the next commit, and does not know who came meanwhile."""
    monkeypatch.setattr(writers, "RENEWED_EVERY", timedelta(milliseconds=1))
    first = Writer(lake, "spark", alone=True)
    first.begin()
    [sign] = signs(tmp_path)
    with time_machine.travel(datetime.now(UTC) + DEAD_AFTER):
        (tmp_path / FOLDER / "duckdb-1").write_text("{}")  # who took the first for dead
        for _ in range(2):  # at the second it has ended the first
            sign.unlink()
            while not sign.exists():
                pass
        with pytest.raises(Outside, match="'duckdb' is writing"):
            first.begin()


def test_who_was_taken_for_dead_ends_as_any_other(lake: Location, tmp_path: Path) -> None:
    first = Writer(lake, "spark", alone=True)
    first.begin()
    aged(tmp_path).unlink()
    first.end()
    assert signs(tmp_path) == []


def test_a_column_is_added_by_who_may_write_alone(lake: Location, tmp_path: Path) -> None:
    """Whoever opens a table adds what its contract has come to know: that is a commit as any other."""
    means = Means("384MB", 1, spill=tmp_path / "spill", compiled=tmp_path / "compiled")
    engine = DuckDbDelta(lake, means)
    before = engine.open(replace(LEDGER, columns=LEDGER.columns[:-1]))
    other = Writer(lake, "spark", alone=True)
    other.begin()
    reader = DuckDbDelta(lake, means)
    with pytest.raises(Outside, match="'spark' is writing"):
        reader.open(LEDGER)
    assert engine.is_newest(before)
    other.end()
    assert reader.open(LEDGER).version == before.version + 1
    for one in (engine, reader):
        one.close()
    assert signs(tmp_path) == []
