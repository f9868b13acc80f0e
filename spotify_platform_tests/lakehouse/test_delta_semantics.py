"""What delta-rs really does, where exactly-once leans on it. Upgrade on purpose."""

import shutil
import subprocess
import sys
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

APP = "lake"
SLICE = "bucket = 3 and year = 2024"
KEYS = ("bucket", "year")


def rows(bucket: int, year: int, *values: str) -> pa.Table:
    columns = {"bucket": [bucket] * len(values), "year": [year] * len(values), "value": list(values)}
    return pa.table(columns, schema=pa.schema([("bucket", pa.int32()), ("year", pa.int32()), ("value", pa.string())]))


def at(version: int, app: str = APP) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(app, version)])


def values(table: Path, version: int | None = None) -> list[str]:
    return sorted(DeltaTable(table, version=version).to_pyarrow_table()["value"].to_pylist())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table"
    write_deltalake(path, rows(0, 2000, "seed"), partition_by=list(KEYS))
    return path


def test_this_is_the_version_that_was_measured() -> None:
    assert deltalake.__version__ == "1.6.6"


class TestStaleHandle:
    """A commit that carries the app transaction conflicts if anybody committed it since the handle was opened."""

    @pytest.mark.parametrize("version", [1, 2])
    def test_append_after_append(self, table: Path, version: int) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="append", commit_properties=at(1))
        with pytest.raises(CommitFailedError, match="Concurrent transaction"):
            write_deltalake(second, rows(0, 2000, "second"), mode="append", commit_properties=at(version))
        assert values(table) == ["first", "seed"]

    @pytest.mark.parametrize("before", [[], ["old"]], ids=["new slice", "old slice"])
    def test_replace_after_replace(self, table: Path, before: list[str]) -> None:
        if before:
            write_deltalake(table, rows(3, 2024, *before), mode="append")
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(3, 2024, "first"), mode="overwrite", predicate=SLICE, commit_properties=at(1))
        with pytest.raises(CommitFailedError):
            write_deltalake(second, rows(3, 2024, "second"), mode="overwrite", predicate=SLICE, commit_properties=at(1))
        assert values(table) == ["first", "seed"]

    @pytest.mark.parametrize("before", [[], ["old"]], ids=["new slice", "old slice"])
    def test_replace_after_replace_of_the_same_slice_even_without_a_common_transaction(
        self, table: Path, before: list[str]
    ) -> None:
        if before:
            write_deltalake(table, rows(3, 2024, *before), mode="append")
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(3, 2024, "first"), mode="overwrite", predicate=SLICE, commit_properties=at(1, "a"))
        with pytest.raises(CommitFailedError, match="added new data"):
            write_deltalake(second, rows(3, 2024, "second"), mode="overwrite", predicate=SLICE, commit_properties=at(1, "b"))

    def test_replace_of_another_slice(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="overwrite", predicate="bucket = 0", commit_properties=at(1))
        with pytest.raises(CommitFailedError, match="Concurrent transaction"):
            write_deltalake(second, rows(3, 2024, "second"), mode="overwrite", predicate=SLICE, commit_properties=at(1))

    def test_replace_after_append(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(3, 2024, "first"), mode="append", commit_properties=at(1))
        with pytest.raises(CommitFailedError):
            write_deltalake(second, rows(3, 2024, "second"), mode="overwrite", predicate=SLICE, commit_properties=at(2))

    def test_overwrite_after_append(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(3, 2024, "first"), mode="append", commit_properties=at(1))
        with pytest.raises(CommitFailedError):
            write_deltalake(second, rows(3, 2024, "second"), mode="overwrite", commit_properties=at(2))

    def test_append_without_a_transaction_goes_through(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="append", commit_properties=at(1))
        write_deltalake(second, rows(0, 2000, "second"), mode="append")
        assert values(table) == ["first", "second", "seed"]

    def test_a_loser_that_begins_again_on_a_new_handle_gets_through(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="append", commit_properties=at(1))
        with pytest.raises(CommitFailedError):
            write_deltalake(second, rows(0, 2000, "second"), mode="append", commit_properties=at(1))
        again = DeltaTable(table)
        assert again.transaction_version(APP) == 1
        write_deltalake(again, rows(0, 2000, "second"), mode="append", commit_properties=at(2))
        assert values(table) == ["first", "second", "seed"]

    def test_one_handle_makes_many_commits(self, table: Path) -> None:
        handle = DeltaTable(table)
        for version in (1, 2, 3):
            write_deltalake(handle, rows(0, 2000, str(version)), mode="append", commit_properties=at(version))
        assert (handle.version(), handle.transaction_version(APP)) == (3, 3)

    def test_brought_up_to_date_it_is_as_good_as_a_new_one(self, table: Path) -> None:
        """Its version, transaction and files are the newest, it commits, and from then on others conflict."""
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="append", commit_properties=at(1))
        second.update_incremental()
        assert (second.version(), second.transaction_version(APP), len(second.file_uris())) == (1, 1, 2)
        write_deltalake(second, rows(0, 2000, "second"), mode="append", commit_properties=at(2))
        with pytest.raises(CommitFailedError, match="Concurrent transaction"):
            write_deltalake(first, rows(0, 2000, "third"), mode="append", commit_properties=at(3))
        assert values(table) == ["first", "second", "seed"]

    def test_brought_up_to_date_after_a_compaction_it_knows_the_new_files(self, table: Path) -> None:
        first, second = DeltaTable(table), DeltaTable(table)
        write_deltalake(first, rows(0, 2000, "first"), mode="append", commit_properties=at(1))
        first.optimize.compact()
        second.update_incremental()
        assert (second.transaction_version(APP), len(second.file_uris())) == (1, 1)

    def test_it_does_not_move_by_itself(self, table: Path) -> None:
        handle = DeltaTable(table)
        write_deltalake(table, rows(0, 2000, "new"), mode="append", commit_properties=at(1))
        assert (handle.version(), handle.transaction_version(APP)) == (0, None)
        assert handle.to_pyarrow_table()["value"].to_pylist() == ["seed"]


class TestWriteByPath:
    """The trap: whatever the table holds, the write goes through."""

    @pytest.mark.parametrize("version", [5, 4, 0])
    def test_accepts_an_equal_and_a_lower_version(self, table: Path, version: int) -> None:
        write_deltalake(table, rows(0, 2000, "once"), mode="append", commit_properties=at(5))
        write_deltalake(table, rows(0, 2000, "once"), mode="append", commit_properties=at(version))
        assert values(table) == ["once", "once", "seed"]
        assert DeltaTable(table).transaction_version(APP) == version

    def test_a_fresh_handle_accepts_a_lower_version_too(self, table: Path) -> None:
        write_deltalake(table, rows(0, 2000, "once"), mode="append", commit_properties=at(5))
        write_deltalake(DeltaTable(table), rows(0, 2000, "once"), mode="append", commit_properties=at(4))
        assert DeltaTable(table).transaction_version(APP) == 4


class TestOneCommit:
    """What fits into one commit, and what is refused."""

    @pytest.mark.parametrize("how", [{"mode": "append"}, {"mode": "overwrite", "predicate": SLICE}])
    def test_no_rows_still_commit_the_transaction(self, table: Path, how: dict[str, str]) -> None:
        write_deltalake(DeltaTable(table), rows(3, 2024), commit_properties=at(7), **how)
        assert (DeltaTable(table).version(), DeltaTable(table).transaction_version(APP)) == (1, 7)
        assert values(table) == ["seed"]

    def test_no_rows_empty_a_slice(self, table: Path) -> None:
        write_deltalake(DeltaTable(table), rows(0, 2000), mode="overwrite", predicate="bucket = 0 and year = 2000")
        assert values(table) == []

    def test_many_slices_are_replaced_at_once(self, table: Path) -> None:
        for bucket, year in ((3, 2024), (3, 2025), (4, 2024)):
            write_deltalake(table, rows(bucket, year, f"{bucket} {year}"), mode="append")
        new = pa.concat_tables([rows(3, 2024, "new"), rows(4, 2024, "new")])
        slices = f"({SLICE}) or (bucket = 4 and year = 2024)"
        write_deltalake(DeltaTable(table), new, mode="overwrite", predicate=slices, commit_properties=at(1))
        assert values(table) == ["3 2025", "new", "new", "seed"]
        assert DeltaTable(table).version() == 4

    def test_rows_outside_the_predicate_are_refused(self, table: Path) -> None:
        with pytest.raises(DeltaError, match="failed validation"):
            write_deltalake(DeltaTable(table), rows(5, 2024, "out"), mode="overwrite", predicate=SLICE)
        assert (values(table), DeltaTable(table).version()) == (["seed"], 0)


class TestMaintenance:
    """Compaction and dropping under the feet of others."""

    def test_compaction_makes_a_replace_of_the_slice_conflict_and_keeps_the_transaction(self, table: Path) -> None:
        for version in (1, 2, 3):
            handle = DeltaTable(table)
            write_deltalake(handle, rows(3, 2024, str(version)), mode="append", commit_properties=at(version))
        stale = DeltaTable(table)
        DeltaTable(table).optimize.compact()
        with pytest.raises(CommitFailedError):
            write_deltalake(stale, rows(3, 2024, "new"), mode="overwrite", predicate=SLICE, commit_properties=at(4))
        assert values(table) == ["1", "2", "3", "seed"]
        assert DeltaTable(table).transaction_version(APP) == 3

    def test_compaction_lets_an_append_through(self, table: Path) -> None:
        write_deltalake(table, rows(0, 2000, "more"), mode="append")
        stale = DeltaTable(table)
        DeltaTable(table).optimize.compact()
        write_deltalake(stale, rows(0, 2000, "new"), mode="append", commit_properties=at(1))
        assert values(table) == ["more", "new", "seed"]

    def test_a_table_made_anew_refuses_a_handle_that_is_ahead_of_it(self, table: Path) -> None:
        write_deltalake(table, rows(0, 2000, "more"), mode="append")
        stale = DeltaTable(table)
        shutil.rmtree(table)
        write_deltalake(table, rows(0, 2000, "anew"), partition_by=list(KEYS))
        with pytest.raises(DeltaError, match="Invalid table version"):
            write_deltalake(stale, rows(0, 2000, "stale"), mode="append", commit_properties=at(9))

    def test_a_table_made_anew_takes_the_rows_of_a_stale_handle_of_the_same_version(self, table: Path) -> None:
        write_deltalake(table, rows(0, 2000, "more"), mode="append", commit_properties=at(1))
        stale = DeltaTable(table)
        shutil.rmtree(table)
        write_deltalake(table, rows(0, 2000, "anew"), partition_by=list(KEYS))
        write_deltalake(DeltaTable(table), rows(0, 2000, "two"), mode="append", commit_properties=at(2))
        write_deltalake(stale, rows(0, 2000, "two"), mode="append", commit_properties=at(2))
        assert values(table) == ["anew", "two", "two"]


DIES_WHILE_WRITING = """
import os, sys
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

schema = pa.schema([("bucket", pa.int32()), ("year", pa.int32()), ("value", pa.string())])
def batches():
    for n in range(40):
        if n == 30:
            os._exit(9)
        size = 50_000
        slices = [pa.array([number] * size, pa.int32()) for number in (n, 2024)]
        columns = [*slices, pa.array([os.urandom(16).hex() for _ in range(size)])]
        yield pa.record_batch(columns, schema=schema)
write_deltalake(DeltaTable(sys.argv[1]), pa.RecordBatchReader.from_batches(schema, batches()), mode="append",
                target_file_size=100_000, commit_properties=CommitProperties(app_transactions=[Transaction("lake", 1)]))
"""


def test_a_process_killed_while_it_writes_leaves_files_and_no_commit(table: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIES_WHILE_WRITING, str(table)], check=False)
    assert died.returncode == 9
    handle = DeltaTable(table)
    assert (handle.version(), handle.transaction_version(APP), values(table)) == (0, None, ["seed"])
    assert len(list(table.rglob("*.parquet"))) > len(handle.file_uris()), "it had begun to write"
    write_deltalake(handle, rows(0, 2000, "again"), mode="append", commit_properties=at(1))
    assert values(table) == ["again", "seed"]


def test_a_lower_transaction_through_an_open_handle_is_taken_and_guards_as_well(table: Path) -> None:
    """So a table that is written in parts says that it is not complete."""
    handle, late = DeltaTable(table), DeltaTable(table)
    write_deltalake(handle, rows(0, 2000, "whole"), mode="overwrite", commit_properties=at(7))
    stale = DeltaTable(table)
    write_deltalake(handle, rows(0, 2000, "part"), mode="overwrite", commit_properties=at(0))
    assert (DeltaTable(table).transaction_version(APP), values(table)) == (0, ["part"])
    for loser in (late, stale):
        with pytest.raises(CommitFailedError):
            write_deltalake(loser, rows(0, 2000, "other"), mode="append", commit_properties=at(8))
    write_deltalake(handle, rows(0, 2000, "rest"), mode="append", commit_properties=at(8))
    assert (DeltaTable(table).transaction_version(APP), values(table)) == (8, ["part", "rest"])


def test_a_pinned_version_is_read_as_it_was(table: Path) -> None:
    write_deltalake(table, rows(0, 2000, "new"), mode="overwrite", commit_properties=at(1))
    assert values(table, version=0) == ["seed"]
    assert DeltaTable(table, version=0).transaction_version(APP) is None
