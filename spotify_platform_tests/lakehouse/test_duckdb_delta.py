"""The embedded engine's snapshots: what was opened stays what it was, whoever moves the table on."""

from collections.abc import Iterator

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Conflict
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Snapshot

SCHEMA = LEDGER.types


def row(batch: int, key: str) -> dict[str, object]:
    known = {"batch": batch, "action": "load", "key": key, "etag": "1", "user_id": "me"}
    return {**dict.fromkeys(SCHEMA), **known, "planned_at": "2024-01-01T00:00:00+00:00"}


def add(engine: DuckDbDelta, snapshot: Snapshot, batch: int) -> Snapshot:
    return engine.append(snapshot, engine.values([row(batch, f"it's {batch}")], SCHEMA), batch)


def batches(engine: DuckDbDelta, snapshot: Snapshot, where: str | None = None) -> list[int]:
    return sorted(engine.fetch(engine.read(snapshot, where).select("batch"))["batch"].to_pylist())


@pytest.fixture
def fresh(engine: DuckDbDelta) -> DuckDbDelta:
    """The module's engine over a ledger with a few batches more than before."""
    for _ in range(2):
        add(engine, engine.open(LEDGER), engine.open(LEDGER).holds + 1)
    return engine


def test_a_snapshot_reads_its_own_version_after_the_table_moved_on(fresh: DuckDbDelta) -> None:
    before = fresh.open(LEDGER)
    held = before.holds
    add(fresh, fresh.open(LEDGER), held + 1)
    for where in (None, "true", "batch > 0"):
        assert max(batches(fresh, before, where)) == held
        assert max(batches(fresh, fresh.open(LEDGER), where)) == held + 1
    assert max(row["batch"] for row in fresh.look_up(before, ["batch"])) == held


def test_a_snapshot_that_was_opened_anew_since_commits_nothing(fresh: DuckDbDelta) -> None:
    stale = fresh.open(LEDGER)
    held = stale.holds
    add(fresh, fresh.open(LEDGER), held + 1)
    with pytest.raises(Conflict):
        add(fresh, stale, held + 1)
    assert batches(fresh, fresh.open(LEDGER)).count(held + 1) == 1


def test_conditions_choose_rows_exactly(fresh: DuckDbDelta) -> None:
    last = fresh.open(LEDGER)
    assert batches(fresh, last, f"batch = {last.holds} or batch = 1") == [1, last.holds]
    assert batches(fresh, last, "false") == []
    keys = fresh.look_up(last, ["key"], among=("key", ["it's 1", "none"]))
    assert keys == [{"key": "it's 1"}]
    assert fresh.look_up(last, ["key"], among=("key", [])) == []


def test_the_log_keeps_the_bounds_of_what_rows_are_found_by_and_no_others(engine: DuckDbDelta) -> None:
    """Who opens a table reads the bounds of all of its files."""
    once = add(engine, engine.open(LEDGER), engine.open(LEDGER).holds + 1)
    kept = pa.table(once.handle.get_add_actions(flatten=True)).column_names
    assert {name.removeprefix("min.") for name in kept if name.startswith("min.")} == set(LEDGER.found_by)


def test_what_a_part_was_made_of_is_gone_when_the_next_is_made(fresh: DuckDbDelta) -> None:
    """A batch of a thousand albums is a hundred parts: all of them at once take more memory than there is."""
    there: list[int] = []

    def parts() -> Iterator[ir.Table]:
        for number in range(3):
            there.append(len(fresh.connection.sql("from duckdb_tables() where temporary").fetchall()))
            yield fresh.cache(fresh.values([row(number, "part")], SCHEMA))

    gathered = fresh.gather(parts())
    assert sorted(fresh.fetch(gathered)["batch"].to_pylist()) == [0, 1, 2]
    assert there[2] == there[1] == there[0] + 1  # what is gathered
