"""Silver and published Gold from 5 M Bronze rows, against the same SQL run by plain DuckDB writing Parquet.

    python benchmarks/backfill.py [--users 50]

Both read the same Bronze files and compute the same expressions; the product also commits to Delta, by partition, with
the ledger, checks what it wrote, and audits and publishes Gold.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
from lakes import PLAYS_A_USER, fill

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.lakehouse.duckdb_sql import listed
from spotify_platform.pipeline import gold_build, gold_given
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.gold import advance_gold
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.silver import advance_play_records, advance_plays, all_plays, all_records
from spotify_platform.quality.outcome import stop_if_failed
from spotify_platform.settings import load_settings
from spotify_platform.transforms.fold import FACTS


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    users = parser.parse_args().users
    home = Path(tempfile.mkdtemp())
    with opened(load_settings(home=home, buckets=64, memory_limit="6GB")) as platform:
        fill(platform, users, only_bronze=True)
        product = [timed(lambda: through_silver(platform)), timed(lambda: advance_gold(platform))]
        marts = compiled_marts(platform, home)
        plain = [timed(lambda: silver_with_duckdb(platform, home / "plain")), timed(lambda: gold_with_duckdb(home, marts))]
    print(f"{users * PLAYS_A_USER:,} rows")
    for name, ours, theirs in zip(("Silver", "Gold", "both"), [*product, sum(product)], [*plain, sum(plain)], strict=True):
        print(f"{name:<8} product {ours:6.1f} s, plain DuckDB {theirs:6.1f} s, ratio {ours / theirs:.2f}")
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


def silver_with_duckdb(platform: Platform, folder: Path) -> None:
    """The same expressions, written as partitioned Parquet."""
    engine = platform.engine
    folder.mkdir()
    ledger = engine.open(LEDGER)
    bronze = {source.table.name: engine.open(source.table) for source in SOURCES}
    records = engine.sql(all_records(platform, bronze, ledger, ledger.holds))
    how = "(format parquet, compression zstd, partition_by (user_bucket, year))"
    engine.connection.execute(f"copy ({records}) to '{folder}/records' {how}")
    written = f"read_parquet('{folder}/records/*/*/*.parquet', hive_types = {{user_bucket: INT, year: INT}})"
    read = engine.query(f"select {listed(PLAY_RECORDS.column_names)} from {written}", schema_of(PLAY_RECORDS))
    plays = engine.sql(all_plays(platform, read, ledger, ledger.holds))
    engine.connection.execute(f"copy ({plays}) to '{folder}/plays' {how}")


def compiled_marts(platform: Platform, home: Path) -> dict[str, str]:
    """The marts' SQL as dbt sends it. Compiled over nothing: what it is made of comes later, under the same names."""
    area = gold_build.build_aside(platform, gold_given.Given.of_nobody(platform)).areas[0]
    folders = dbt._folders(platform.manifest)  # noqa: SLF001 - a benchmark looks inside
    with dbt._environment({"DBT_SCRATCH_DATABASE": str(area)}):  # noqa: SLF001
        found = dbt._invoke(["compile", *folders, "--no-write-json"], dbt._manifest(Path(folders[5])))  # noqa: SLF001
    dbt._close_connections()  # noqa: SLF001
    shutil.copy(area, home / "scratch.duckdb")
    code = {one.node.name: one.node.compiled_code for one in found.results if str(one.node.resource_type) == "model"}
    return {name: sql for name, sql in code.items() if not name.startswith("stg_")}


def gold_with_duckdb(home: Path, marts: dict[str, str]) -> None:
    """Every mart written as Parquet, from the plays that plain DuckDB wrote."""
    with duckdb.connect(str(home / "scratch.duckdb"), config={"threads": 2, "memory_limit": "6GB"}) as con:
        con.execute("set TimeZone = 'UTC'")
        plays = f"read_parquet('{home}/plain/plays/*/*/*.parquet', hive_partitioning = true)"
        con.execute(
            f"create or replace table silver.slices as select distinct user_bucket, y as year from {plays}, "
            "unnest([year(local_date)::int, 1970]) u(y)"
        )
        con.execute("drop view silver.plays_nearby; drop table silver.plays")
        for name in ("plays", "plays_nearby"):
            con.execute(f"create view silver.{name} as from {plays}")
        for name, sql in sorted(marts.items(), key=lambda mart: mart[0] != FACTS):  # the others are made from facts
            cut = ", partition_by (user_bucket, year)" if name != "dim_dates" else ""
            con.execute(
                f"copy ({sql}) to '{home}/plain/{name}{'' if cut else '.parquet'}' (format parquet, compression zstd{cut})"
            )
            if name == FACTS:
                con.execute(f"drop table gold.{name}")
                con.execute(f"create view gold.{name} as from read_parquet('{home}/plain/{name}/*/*/*.parquet')")


if __name__ == "__main__":
    main()
