"""A refresh on Spark, without its checks, whose driver dies at a named place: this process and its JVM with it."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.spark_delta import SparkDelta
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.platform import opened
from spotify_platform.settings import load_settings
from spotify_platform_tests.homes import through_silver

BEFORE, WRITING, AFTER = "before its commit", "while it writes files", "after its commit"
BUILT = "built aside"


def die(point: str) -> None:
    """End the process group; what is written to the pipe says that the point was reached."""
    os.write(1, point.encode())
    os.killpg(os.getpgid(0), signal.SIGKILL)


def dying_commit(table: str, place: str) -> Callable[..., Snapshot]:
    """The engine's commit, deadly for one table."""
    commit = SparkDelta._commit  # noqa: SLF001 - where a driver may die

    def _commit(engine: SparkDelta, snapshot: Snapshot, *given: Any, **how: Any) -> Snapshot:
        if snapshot.table.path != table:
            return commit(engine, snapshot, *given, **how)
        if place == BEFORE:
            die(place)
        if place == WRITING:
            folder = Path(engine.lake.join(table))
            threading.Thread(target=_die_of_files, args=(folder, set(folder.rglob("*.parquet")), place), daemon=True).start()
        done = commit(engine, snapshot, *given, **how)
        die(place if place == AFTER else "too late")
        return done

    return _commit


def _die_of_files(folder: Path, there: set[Path], place: str) -> None:
    while set(folder.rglob("*.parquet")) <= there:
        pass
    die(place)


def main() -> None:
    """Refresh the environment's home; the arguments say where it ends."""
    table, place = sys.argv[1:]
    if place == BUILT:
        build = dbt.build

        def dying_build(*given: Any) -> Any:
            build(*given)
            die(place)

        dbt.build = dying_build
    else:
        SparkDelta._commit = dying_commit(table, place)  # type: ignore[method-assign]  # noqa: SLF001 - as above
    with opened(load_settings()) as platform:
        through_silver(platform)
        advance_gold(platform)


if __name__ == "__main__":
    main()
