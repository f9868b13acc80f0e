"""Lakes of 1 M to 20 M plays from landed files through published Gold, by the distributed engine and by the embedded one.

    python benchmarks/spark.py [--users 10 50 200] [--skew 0.3] [--form parquet] [--engines duckdb spark] [--home FOLDER]

A user has 100,000 plays, in one file; with `--skew` one user has that share of all files. Spark is `local[2]` in 4 GB of heap.
Prints seconds a step, the most memory that all processes of a run held at once, and the most rows that came from executors into
Python at any time: more than 10,000, and the run fails. DuckDB, as an engine of its own and as the reader of landed objects, has
4 GB. `--conf` takes more settings of Spark. Jars: `spotify-platform spark provision`, or `SPOTIFY_PLATFORM_SPARK_JARS`.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from lakes import PLAYS_A_USER, plays_sql

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings

HEAP = "4g"
MOST_ROWS = 10_000


def main() -> None:
    """Measure all sizes by all engines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, nargs="+", default=[10, 50, 200])
    parser.add_argument("--skew", type=float, default=0.0, help="share of all plays that one user has")
    parser.add_argument("--form", choices=("parquet", "json"), default="parquet")
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--conf", type=json.loads, default={}, help="more settings of Spark, as a JSON object")
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "HOME", "LANDING"), help="a run of its own; prints JSON")
    chosen = parser.parse_args()
    if chosen.one:
        engine, home, landing = chosen.one
        print(json.dumps(measured(engine, Path(home), landing, chosen.conf)))
        return
    base = chosen.home or Path(tempfile.mkdtemp())
    for users in chosen.users:
        landing = base / f"landing-{users}-{chosen.skew}"
        land(landing, users, chosen.form, chosen.skew)
        for engine in chosen.engines:
            tell(engine, users * PLAYS_A_USER, apart(engine, base / f"{engine}-{users}-{chosen.skew}", landing, chosen.conf))
    if not chosen.home:
        shutil.rmtree(base)


def land(landing: Path, users: int, form: str, skew: float) -> None:
    """A file of 100,000 plays for each user, but that one has a share of all files."""
    if landing.exists():
        return
    with duckdb.connect(config={"memory_limit": "2GB", "threads": 2}) as con:
        for number in range(users):
            user = f"user{number if number >= users * skew else 0:03d}"
            folder = landing / f"inbox/{user}/2025/01/01/20250101T000000Z-{number:08x}"
            folder.mkdir(parents=True)
            form_of = "format json, array true, timestampformat '%Y-%m-%dT%H:%M:%SZ'" if form == "json" else "format parquet"
            con.execute(
                f"set TimeZone = 'UTC'; copy ({plays_sql(number)}) to '{folder}/Streaming_History_Audio.{form}' ({form_of})"
            )


def apart(engine: str, home: Path, landing: Path, conf: dict[str, str]) -> dict[str, Any]:
    """What a run in a process of its own tells, and the most bytes that it and its children held at once."""
    started = time.perf_counter()
    call = [sys.executable, __file__, "--one", engine, home, landing, "--conf", json.dumps(conf)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as run:
        peak = 0
        while run.poll() is None:
            peak = max(peak, sum(resident(run.pid)))
            time.sleep(0.5)
        if run.returncode:
            sys.exit(f"{engine} failed after {time.perf_counter() - started:.0f} s, with {peak / 1e9:.2f} GB at most")
        told: dict[str, Any] = json.loads((run.stdout.read() if run.stdout else "").strip().splitlines()[-1])
    return told | {"bytes": peak, "all": time.perf_counter() - started}


def resident(root: int) -> Iterator[int]:
    """Bytes in memory of a process and of all that come from it."""
    parents, sizes = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(stat.parent.name)], sizes[int(stat.parent.name)] = int(fields[1]), int(fields[21]) * 4096
    for pid, size in sizes.items():
        above = pid
        while above not in (0, root):
            above = parents.get(above, 0)
        if above == root:
            yield size


def measured(engine: str, home: Path, landing: str, conf: dict[str, str]) -> dict[str, Any]:
    """Seconds of each step of a refresh of all that has landed, and the most rows that came into Python."""
    settings = load_settings(
        home=home, landing=landing, engine=engine, settle_seconds=0, memory_limit="4GB", spark_memory=HEAP,
        spark_jars=load_settings().jars, spark_conf=conf,
    )  # fmt: skip
    came = [0]
    if engine == "spark":
        watch(came)
    seconds: dict[str, float] = {}
    last = ["opening", time.perf_counter()]

    def told(what: str) -> None:
        seconds[last[0]] = seconds.get(last[0], 0.0) + time.perf_counter() - last[1]
        last[:] = [what, time.perf_counter()]
        print(f"{what} after {sum(seconds.values()):.0f} s", file=sys.stderr)

    with opened(settings) as platform:
        refresh(platform, full=True, told=told)
        told("end")
    return {"steps": seconds, "rows": came[0]}


def watch(came: list[int]) -> None:
    """Have all ways from executors into Python tell how many rows took them; more than there may be are an error."""
    from pyspark.sql import DataFrame  # noqa: PLC0415 - where Spark is the engine
    from pyspark.sql.classic.dataframe import DataFrame as OwnDriver  # noqa: PLC0415

    def counting(found: Any) -> Any:
        count = found.num_rows if hasattr(found, "num_rows") else len(found)
        came[0] = max(came[0], count)
        if count > MOST_ROWS:
            raise RuntimeError(f"{count:,} rows came into Python")
        return found

    for frame in (DataFrame, OwnDriver):
        for way in ("collect", "toArrow", "toPandas", "take", "head"):
            asked = getattr(frame, way)
            setattr(frame, way, lambda self, *given, asked=asked, **how: counting(asked(self, *given, **how)))
        frame.toLocalIterator = None  # type: ignore[assignment,method-assign]


def tell(engine: str, plays: int, told: dict[str, Any]) -> None:
    """Print what was measured."""
    print(f"\n{plays:,} plays by {engine}: {told['all']:.0f} s, {told['bytes'] / 1e9:.2f} GB, {told['rows']:,} rows into Python")
    for name, seconds in told["steps"].items():
        if seconds >= 1:
            print(f"  {name:<32} {seconds:8.1f}")


if __name__ == "__main__":
    main()
