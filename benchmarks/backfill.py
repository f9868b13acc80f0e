"""Silver from 5 M Bronze rows, against the same SQL run by plain DuckDB writing Parquet.

    python benchmarks/backfill.py [--users 50]

Both read the same Bronze files and compute the same expressions; the product also commits to Delta, by partition, with
the ledger, and checks what it wrote.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from lakes import PLAYS_A_USER, fill

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.silver import advance_play_records, advance_plays, all_plays, all_records
from spotify_platform.quality.outcome import stop_if_failed
from spotify_platform.settings import load_settings


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    users = parser.parse_args().users
    home = Path(tempfile.mkdtemp())
    with opened(load_settings(home=home, buckets=64, memory_limit="6GB")) as platform:
        fill(platform, users, only_bronze=True)
        product = timed(lambda: through_silver(platform))
        plain = timed(lambda: with_duckdb(platform, home / "plain"))
    print(f"{users * PLAYS_A_USER:,} rows: product {product:.1f} s, plain DuckDB {plain:.1f} s, ratio {product / plain:.2f}")
    shutil.rmtree(home)


def timed(work: object) -> float:
    """Seconds it takes."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def through_silver(platform: Platform) -> None:
    """What a refresh does from Bronze to Silver, checks included."""
    for table, step in ((PLAY_RECORDS, advance_play_records), (PLAYS, advance_plays)):
        step(platform)
        stop_if_failed(check(platform, table))


def with_duckdb(platform: Platform, folder: Path) -> None:
    """The same expressions, written as partitioned Parquet."""
    engine = platform.engine
    folder.mkdir()
    ledger = engine.open(LEDGER)
    bronze = {source.table.name: engine.open(source.table) for source in SOURCES}
    records = engine.sql(all_records(platform, bronze, ledger, ledger.holds))
    how = "(format parquet, compression zstd, partition_by (user_bucket, year))"
    engine.connection.execute(f"copy ({records}) to '{folder}/records' {how}")
    engine.connection.execute(
        f"create or replace temp view plain_records as select * from read_parquet('{folder}/records/*/*/*.parquet', "
        "hive_partitioning = true, hive_types = {user_bucket: INT, year: INT})"
    )
    plays = engine.sql(all_plays(platform, engine.ibis.table("plain_records"), ledger, ledger.holds))
    engine.connection.execute(f"copy ({plays}) to '{folder}/plays' {how}")


if __name__ == "__main__":
    main()
