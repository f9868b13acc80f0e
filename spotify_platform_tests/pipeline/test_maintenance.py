"""Upkeep changes files and nothing else."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.contracts.tables import TABLES
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.maintenance import maintain
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.rebuild import verify
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import copied
from spotify_platform_tests.scenario import answer, drop, item
from spotify_platform_tests.tables import rows_of

POLLS = 6


@pytest.fixture(scope="module")
def settings(make_shared: MakeSettings) -> Settings:
    """Settings of a platform after several polls of one play each."""
    made = make_shared("polled")
    with opened(made) as platform:
        for n in range(POLLS):
            drop(made.home / "landing", f"api/me/2024/05/05/20240505T10{n:02d}00Z-{n:08x}.json", answer(item(n)))
            refresh(platform)
    return made


@pytest.fixture
def polled(settings: Settings, tmp_path: Path) -> Iterator[Platform]:
    """A platform of one's own after those polls."""
    with opened(copied(settings, tmp_path)) as platform:
        yield platform


def rows(platform: Platform) -> dict[str, list[dict[str, object]]]:
    return {table.path: sorted(rows_of(platform, table), key=repr) for table in TABLES}


def files(snapshot: Snapshot) -> list[str]:
    return list(snapshot.handle.file_uris())


def age(platform: Platform, path: str, days: int) -> Path:
    """Have all that a table's folder tells of times have happened so long before; the folder."""
    folder = Path(platform.settings.home) / "lake" / path
    for log in (folder / "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        for action in (action for line in actions for action in line.values()):
            for name in {"timestamp", "deletionTimestamp", "modificationTime"} & set(action):
                action[name] -= days * 86_400_000
        log.write_text("\n".join(map(json.dumps, actions)), encoding="utf-8")
    for file in (file for file in folder.rglob("*") if file.is_file()):
        then = file.stat().st_mtime - days * 86_400
        os.utime(file, (then, then))
    return folder


def test_many_small_files_become_few_and_say_the_same(polled: Platform) -> None:
    before = rows(polled)
    holds = {table.path: polled.engine.open(table).holds for table in TABLES}
    assert len(files(polled.engine.open(LEDGER))) == POLLS
    done = maintain(polled)
    assert done[LEDGER.path].files_before == POLLS
    assert done[LEDGER.path].files_after == len(files(polled.engine.open(LEDGER))) == 1
    assert len(files(polled.engine.open(RECENTLY_PLAYED.table))) == 2  # rows, and headers
    assert rows(polled) == before
    assert {table.path: polled.engine.open(table).holds for table in TABLES} == holds
    with reading_connection(polled.settings) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchall() == [(POLLS,)]


def test_the_way_goes_on_after_it(polled: Platform) -> None:
    maintain(polled)
    drop(polled.settings.home / "landing", "api/me/2024/05/05/20240505T110000Z-0000ffff.json", answer(item(50), item(0)))
    refresh(polled)
    assert all(one.is_equal for one in verify(polled))
    assert refresh(polled).planned == []


def test_batches_stay_in_their_order(polled: Platform) -> None:
    """So that what is new lies in few row groups."""
    maintain(polled)
    file = next(path for path in files(polled.engine.open(LEDGER)))
    with reading_connection(polled.settings) as con:
        batches = [batch for (batch,) in con.sql(f"select batch from read_parquet('{file}')").fetchall()]
    assert batches in (sorted(batches), sorted(batches, reverse=True))


def test_files_of_this_week_are_kept(polled: Platform) -> None:
    folder = Path(polled.settings.home) / "lake" / "ops" / "ledger"
    maintain(polled)
    assert len(list(folder.glob("*.parquet"))) == POLLS + 1


def test_what_no_version_of_a_week_needs_is_deleted(polled: Platform) -> None:
    folder = age(polled, PLAYS.path, 8)
    [live] = files(polled.engine.open(PLAYS))
    left = Path(live).parent / "part-of-a-killed-writer.parquet"
    for name, days in ((left, 8), (left.with_stem("part-of-one-at-work"), 0)):
        name.write_bytes(b"x")
        os.utime(name, (name.stat().st_mtime - days * 86_400,) * 2)
    assert len(list(folder.rglob("*.parquet"))) == POLLS + 2
    maintain(polled)
    assert {file.name for file in folder.rglob("*.parquet") if "_delta_log" not in file.parts} == {
        Path(live).name,
        "part-of-one-at-work.parquet",
    }


def test_what_is_published_stays_however_long_nothing_lands(polled: Platform) -> None:
    [plays] = [table for table in gold_tables(polled) if table.name == "fct_plays"]
    own = polled.engine.open(plays)
    # Of a run that died before it published. (Small files put together are the same: others take their place.)
    polled.engine.overwrite(own, polled.engine.read(own), own.holds + 1)
    for _ in range(3):
        age(polled, plays.path, 40)
        maintain(polled)
    with reading_connection(polled.settings) as con:
        assert con.sql("select count(*) from gold.fct_plays").fetchall() == [(POLLS,)]


def test_marks_of_loaded_batches_are_removed_and_others_kept(polled: Platform) -> None:
    for number in (POLLS, POLLS + 1):
        obstore.put(polled.lake, f"_attempts/recently_played/{number}/try-x", b"")
    maintain(polled)
    left = [meta["path"] for batch in obstore.list(polled.lake, "_attempts") for meta in batch]
    assert left == [f"_attempts/recently_played/{POLLS + 1}/try-x"]


def test_what_an_older_version_compiled_is_deleted(polled: Platform) -> None:
    home = polled.settings.home
    (home / "cache").unlink()  # it is shared with other tests
    refresh(polled)
    for what in ("dbt-duckdb", "transforms"):
        (home / "cache" / what / "0123456789abcdef").mkdir(parents=True, exist_ok=True)
    before = {path for path in (home / "cache").rglob("*") if "0123456789abcdef" not in path.parts}
    maintain(polled)
    assert set((home / "cache").rglob("*")) >= before
    assert not list((home / "cache").glob("*/0123456789abcdef"))


def test_a_table_of_an_older_version_gets_the_properties_of_this_one(polled: Platform) -> None:
    own = polled.engine.open(LEDGER)
    own.handle.alter.set_table_properties({"delta.checkpointInterval": "100", "delta.dataSkippingStatsColumns": "reason"})
    held = rows(polled)
    maintain(polled)
    now = polled.engine.open(LEDGER).handle.metadata().configuration
    assert now["delta.checkpointInterval"] == "10"
    assert now["delta.dataSkippingStatsColumns"] == ",".join(LEDGER.found_by)
    assert rows(polled) == held
