"""Real processes that run a refresh and die, meet or meet a poison at a place that is named beforehand.

They are forked from a server that has imported all and opened nothing, so that each costs what the refresh costs. What is
replaced in them is gone with the process.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Barrier
from typing import Any

import obstore
import pyarrow as pa
from deltalake.exceptions import CommitFailedError

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse import dbt, duckdb_delta
from spotify_platform.pipeline import bronze
from spotify_platform.pipeline.plan import order_rebuild
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "dbt.cli.main",
        "dbt.adapters.duckdb",
        "ibis.backends.duckdb",
        "spotify_platform.pipeline.rebuild",
        "spotify_platform.pipeline.refresh",
    ]
)
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Point:
    """Where a process ends: a table (or a mark) and a place in its n-th commit of the run."""

    table: str
    place: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.table}:{self.place}" + (f":{self.nth}" if self.nth > 1 else "")


def killed(settings: Settings, point: Point) -> int:
    """Run a refresh that ends at a point; the number of new Parquet files the commit in hand had written by then."""
    receive, send = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_dying, args=(settings, point, send))
    process.start()
    send.close()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode == -signal.SIGKILL, f"{point} was not reached: exit code {process.exitcode}"
    reached, files = receive.recv()
    assert reached == point
    return int(files)


def started(target: Callable[..., None], *args: Any) -> ForkServerProcess:
    """A process at work."""
    process = CONTEXT.Process(target=target, args=args)
    process.start()
    return process


def finished(*processes: ForkServerProcess) -> None:
    """Wait until all have ended well."""
    for process in processes:
        process.join(PATIENCE_SECONDS)
    assert [process.exitcode for process in processes] == [0] * len(processes)


# What runs in the processes -------------------------------------------------------------------------------------------


def meeting(settings: Settings, barrier: Barrier, tables: Iterable[str], conflicts: Connection, rebuild: bool = False) -> None:
    """Refresh, and wait for the other process before the first commit of each of these tables, all computed.

    Before the first of Bronze both wait until each has written the ledger: who came by between would find some of the
    batch's tables pending and some not, and they would wait for each other at different ones.
    """
    waiting = set(tables)
    write = duckdb_delta.write_deltalake
    settled = False

    def settle() -> None:
        nonlocal settled
        if not settled:
            settled = True
            barrier.wait(PATIENCE_SECONDS)

    def write_together(handle: Any, data: pa.RecordBatchReader, **how: Any) -> None:
        if _path(handle) != LEDGER.path:
            settle()
        if _path(handle) in waiting:
            waiting.remove(_path(handle))
            barrier.wait(PATIENCE_SECONDS)
        try:
            write(handle, data, **how)
        except CommitFailedError:
            lost.append(_path(handle))
            raise

    lost: list[str] = []
    duckdb_delta.write_deltalake = write_together  # type: ignore[assignment]
    with opened(settings) as platform:
        if rebuild:
            order_rebuild(platform)
            settle()
        refresh(platform)
    conflicts.send(lost)


def refreshing(settings: Settings, barrier: Barrier, full: bool = False) -> None:
    """Refresh, begun at the same moment as others."""
    barrier.wait(PATIENCE_SECONDS)
    with opened(settings) as platform:
        refresh(platform, full=full)


def poisoned(settings: Settings, key: str) -> None:
    """Refresh; loading one object ends the process."""
    rows = bronze.bronze_rows

    def die_of_it(platform: Any, source: Any, framed: Any, refused: Any, number: int) -> Any:
        if any(read.planned.key == key for read in framed.objects):
            os.kill(os.getpid(), signal.SIGKILL)
        return rows(platform, source, framed, refused, number)

    bronze.bronze_rows = die_of_it
    with opened(settings) as platform:
        refresh(platform)


def _dying(settings: Settings, point: Point, told: Connection) -> None:
    Death(settings, point, told).prepare()
    with opened(settings) as platform:
        refresh(platform, full=point.table == "_state/last_sweep")


class Death:
    """Ends this process at a point."""

    def __init__(self, settings: Settings, point: Point, told: Connection) -> None:
        self.lake = settings.home / "lake"
        self.point = point
        self.told = told
        self.seen: dict[str, int] = {}
        self.files_before = 0

    def prepare(self) -> None:
        """Put the places to die in the way of the run."""
        write, build, make = duckdb_delta.write_deltalake, dbt.build, duckdb_delta.DuckDbDelta._open_or_create  # noqa: SLF001
        put, delete = obstore.put, obstore.delete

        def dying_write(handle: Any, data: pa.RecordBatchReader, **how: Any) -> None:
            self.write(write, handle, data, how)

        def dying_open(engine: Any, table: Table) -> Any:
            new = not engine.exists(table)
            handle = make(engine, table)
            if new:
                self.at(table.path, "created")
            return handle

        def dying_build(*args: Any, **how: Any) -> Any:
            self.at("gold", "before the build")
            found = build(*args, **how)
            self.at("gold", "built aside")
            return found

        def dying_put(store: Any, key: str, *args: Any, **how: Any) -> Any:
            self.at(_mark(key), "before")
            done = put(store, key, *args, **how)
            self.at(_mark(key), "after")
            return done

        def dying_delete(store: Any, keys: Any) -> None:
            self.at(_mark(keys if isinstance(keys, str) else keys[0]), "before delete")
            delete(store, keys)
            self.at(_mark(keys if isinstance(keys, str) else keys[0]), "deleted")

        duckdb_delta.write_deltalake = dying_write  # type: ignore[assignment]
        duckdb_delta.DuckDbDelta._open_or_create = dying_open  # type: ignore[method-assign] # noqa: SLF001
        dbt.build = dying_build
        obstore.put = dying_put  # type: ignore[assignment]
        obstore.delete = dying_delete  # type: ignore[assignment]

    def at(self, table: str, place: str) -> None:
        """This is the place; end here if it is the one that was named."""
        if (table, place) != (self.point.table, self.point.place):
            return
        self.seen[place] = self.seen.get(place, 0) + 1
        if self.seen[place] == self.point.nth:
            self.told.send((self.point, len(self._files(table)) - self.files_before))
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, write: Callable[..., None], handle: Any, data: pa.RecordBatchReader, how: dict[str, Any]) -> None:
        table = _path(handle)
        if table != self.point.table:
            write(handle, data, **how)
            return
        self.files_before = len(self._files(table))
        self.at(table, "before")
        if self.point.place == "written":
            self._written(write, handle, data, how)
            return
        if self.point.place == "after":
            write(handle, data, **how)
            self.at(table, "after")
            return
        watched = pa.RecordBatchReader.from_batches(data.schema, self._one_by_one(table, data))
        write(handle, watched, **how)

    def _one_by_one(self, table: str, data: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        consumed = 0
        for batch in data:
            for row in range(batch.num_rows):
                if consumed == 1:
                    self.at(table, "inside")
                yield batch.take([row])  # arrow-rs ends the process on nested columns of a slice
                consumed += 1
        self.at(table, "all read")

    def _written(self, write: Callable[..., None], handle: Any, data: pa.RecordBatchReader, how: dict[str, Any]) -> None:
        # A directory in the place of the next log entry: delta-rs writes every file and cannot commit. It is taken away
        # before the end, so what is left is exactly what an end between the two leaves.
        entry = self.lake / _path(handle) / "_delta_log" / f"{handle.version() + 1:020d}.json"
        entry.mkdir()
        try:
            write(handle, data, **how)
        except Exception:
            entry.rmdir()
            self.at(_path(handle), "written")
            raise

    def _files(self, table: str) -> list[Path]:
        return list((self.lake / table).rglob("*.parquet"))


def _path(handle: Any) -> str:
    return "/".join(handle.table_uri.rstrip("/").split("/")[-2:])


def _mark(key: str) -> str:
    return "/".join(key.split("/")[:2])
