"""The distributed engine commits each batch once, whoever else commits: Spark itself would leave a stale write out, unsaid."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pytest
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrameWriter

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Conflict, Outside
from spotify_platform.lakehouse.engine import Engine, Means, Snapshot
from spotify_platform.lakehouse.engines import make_engine
from spotify_platform.lakehouse.slices import MOST_BUCKETS, predicate_of
from spotify_platform.lakehouse.spark_catalog import is_same_place
from spotify_platform.lakehouse.spark_scratch import SCRATCH, marked
from spotify_platform.lakehouse.spark_session import driver_conf
from spotify_platform.lakehouse.spark_sql import condition, quoted
from spotify_platform.lakehouse.writers import Writer
from spotify_platform.pipeline.parts import bucket_parts
from spotify_platform.storage import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from spotify_platform.lakehouse.spark_delta import SparkDelta

SCHEMA = LEDGER.types
TEXTS = ("it's", "back\\slash", 'say "so"', "a''b", "\\'")


def row(batch: int, key: str) -> dict[str, object]:
    known = {"batch": batch, "action": "load", "key": key, "etag": "1", "user_id": "me"}
    return {**dict.fromkeys(SCHEMA), **known, "planned_at": "2024-01-01T00:00:00+00:00"}


@pytest.fixture(scope="module")
def spark_engine(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkDelta]":
    from spotify_platform.lakehouse.spark_delta import SparkDelta  # noqa: PLC0415 - where Spark is

    folder = tmp_path_factory.mktemp("lake")
    means = Means("384MB", 1, spill=folder / "spill", compiled=folder / "compiled")
    made = SparkDelta(Location.of(folder / "lake"), means, lambda: spark)
    yield made
    made.close()


def add(engine: "SparkDelta", snapshot: Snapshot, *batches: int) -> Snapshot:
    rows = engine.values([row(batch, TEXTS[batch % len(TEXTS)]) for batch in batches], SCHEMA)
    return engine.append(snapshot, rows, batches[-1])


def batches(engine: "SparkDelta") -> list[int]:
    return sorted(engine.fetch(engine.read(engine.open(LEDGER)).select("batch"))["batch"].to_pylist())


def test_each_batch_is_there_once_whoever_commits(spark_engine: "SparkDelta") -> None:
    engine = spark_engine
    first = add(engine, engine.open(LEDGER), 1)
    assert (first.holds, batches(engine)) == (1, [1])
    stale = engine.open(LEDGER, version=first.version)
    add(engine, engine.open(LEDGER), 2)
    with pytest.raises(Conflict):
        add(engine, stale, 2)
    with pytest.raises(Conflict):
        add(engine, stale, 2, 3)
    assert batches(engine) == [1, 2]


def test_a_write_that_spark_leaves_out_is_a_conflict(spark_engine: "SparkDelta", monkeypatch: pytest.MonkeyPatch) -> None:
    engine = spark_engine
    held = add(engine, engine.open(LEDGER), engine.open(LEDGER).holds + 1)
    # As if another process committed after this one looked: the look shows nothing.
    other = engine.open(LEDGER, version=held.version)
    add(engine, engine.open(LEDGER), held.holds + 1)
    before = batches(engine)
    monkeypatch.setattr(type(engine), "is_newest", lambda _engine, _snapshot: True)
    with pytest.raises(Conflict):
        add(engine, other, held.holds + 1)
    assert batches(engine) == before
    # One that brings a batch more replaces what the other added by the same.
    add(engine, other, held.holds + 1, held.holds + 2)
    assert batches(engine) == [*before, held.holds + 2]


def test_a_commit_whose_answer_is_lost_is_there(spark_engine: "SparkDelta", monkeypatch: pytest.MonkeyPatch) -> None:
    engine = spark_engine
    before, save = batches(engine), DataFrameWriter.save

    def lost(writer: DataFrameWriter, *given: object) -> None:
        save(writer, *given)  # type: ignore[arg-type]
        raise Py4JError("the connection is gone")

    monkeypatch.setattr(DataFrameWriter, "save", lost)
    made = add(engine, engine.open(LEDGER), engine.open(LEDGER).holds + 1)
    assert batches(engine) == [*before, made.holds]


def test_a_commit_that_fails_since_another_was_first_is_a_conflict(
    spark_engine: "SparkDelta", monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = spark_engine
    mine, save = engine.open(LEDGER), DataFrameWriter.save

    def late(*_given: object) -> None:
        monkeypatch.setattr(DataFrameWriter, "save", save)
        add(engine, engine.open(LEDGER), mine.holds + 1)
        raise Py4JError("io.delta.exceptions.ConcurrentAppendException")

    monkeypatch.setattr(DataFrameWriter, "save", late)
    with pytest.raises(Conflict):
        add(engine, mine, mine.holds + 1)
    assert engine.open(LEDGER).holds == mine.holds + 1


def test_nothing_but_the_version_moves_on(spark_engine: "SparkDelta") -> None:
    before, holds = batches(spark_engine), spark_engine.open(LEDGER).holds
    moved = spark_engine.append(spark_engine.open(LEDGER), None, holds + 5)
    assert moved.holds == holds + 5
    assert batches(spark_engine) == before
    assert not spark_engine.changed_since(moved, holds)


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_what_they_are(spark_engine: "SparkDelta", text: str) -> None:
    doubled = text.replace("'", "''")
    where = condition(f"value = '{doubled}'")
    [found] = spark_engine.session.sql(f"select value from (select {quoted(text)} as value) where {where}").collect()
    assert tuple(found) == (text,)


def test_executors_take_this_python(spark: "SparkSession") -> None:
    def python(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"python": [sys.prefix]})

    [found] = spark.range(0, 1, 1, 1).mapInArrow(python, "python string").collect()
    assert found.python == sys.prefix


def test_no_table_comes_into_this_process(spark_engine: "SparkDelta") -> None:
    rows = spark_engine.query("select id from range(10001)", ibis.schema({"id": "int64"}))
    with pytest.raises(RuntimeError, match="10,000"):
        spark_engine.fetch(rows)


def test_all_buckets_of_the_largest_lake_are_one_part(spark_engine: "SparkDelta") -> None:
    rows = spark_engine.query(
        f"select cast(id % {MOST_BUCKETS} as int) as user_bucket from range({2 * MOST_BUCKETS})",
        ibis.schema({"user_bucket": "int32"}),
    )
    [part] = bucket_parts(spark_engine, rows)
    assert len(part) == MOST_BUCKETS
    where = condition(predicate_of(part[:-1]))
    assert spark_engine.session.sql("select id as user_bucket from range(5000)").where(where).count() == 4095


def test_small_files_are_put_together(spark_engine: "SparkDelta") -> None:
    engine = spark_engine
    first = engine.open(LEDGER).holds
    for batch in range(first + 1, first + 4):
        add(engine, engine.open(LEDGER), batch)
    before = batches(engine)
    tidied = engine.tidy(engine.open(LEDGER))
    assert tidied.files_before > tidied.files_after
    assert batches(engine) == before
    assert engine.open(LEDGER).holds == first + 3
    add(engine, engine.open(LEDGER), first + 4)
    assert batches(engine) == [*before, first + 4]


def test_nothing_lies_beside_a_table_that_its_log_does_not_name(spark_engine: "SparkDelta") -> None:
    """Sums that Hadoop and Delta keep of files would stay when other programs write these anew, and tell that they are broken."""
    snapshot = spark_engine.open(replace(LEDGER, name="alone"))
    for batch in range(1, 12):
        snapshot = add(spark_engine, snapshot, batch)
    folder = Path(spark_engine.lake.join(snapshot.table.path))
    log = {path.name for path in (folder / "_delta_log").iterdir()}
    assert set(folder.iterdir()) == {*map(Path, snapshot.handle.file_uris()), folder / "_delta_log"}
    assert {name.partition(".")[2] for name in log} == {"json", "checkpoint.parquet", ""}
    assert [name for name in log if "." not in name] == ["_last_checkpoint"]


def test_what_killed_runs_left_is_swept(spark_engine: "SparkDelta", tmp_path: Path) -> None:
    left = Path(spark_engine.lake.url) / SCRATCH / "of-another-run" / "gold" / "plays"
    left.mkdir(parents=True)
    (left / "part.parquet").write_bytes(b"x")
    with spark_engine.scratch(tmp_path) as scratch:
        scratch.put("silver.there", spark_engine.values([{"n": 1}], {"n": "int64"}))
        [mine] = (Path(spark_engine.lake.url) / SCRATCH).iterdir()
        assert "of-another-run" not in str(mine)
        assert list(mine.rglob("*.parquet"))


def test_what_a_killed_run_left_in_the_catalog_is_dropped_and_nothing_else(spark_engine: "SparkDelta", tmp_path: Path) -> None:
    engine = spark_engine
    engine._databases.drop()  # noqa: SLF001 - of other tests
    engine.session.sql(f"create database staging{marked(engine.lake)}")
    engine.session.sql("create table staging.left using parquet as select 1 as n")
    with engine.scratch(tmp_path / "one"):
        assert not [found for found in engine.session.sql("show tables in staging").collect() if not found.isTemporary]
    engine.release()
    engine._databases.drop()  # noqa: SLF001 - as at its end
    for mark in ("", marked(Location.of(f"{engine.lake.url}2"))):  # nobody's, another lake's
        engine.session.sql(f"create database gold{mark}")
        with pytest.raises(Outside, match="schema gold that is not"), engine.scratch(tmp_path / "two"):
            pass
        assert engine.session.catalog.databaseExists("gold")
        engine.session.sql("drop database gold cascade")
    engine._databases.drop()  # noqa: SLF001 - as above
    assert not engine.session.catalog.databaseExists("silver")


def test_a_session_begins_when_something_is_computed(spark: "SparkSession", tmp_path: Path) -> None:
    asked: list[int] = []

    def session() -> "SparkSession":
        asked.append(1)
        return spark

    engine = make_engine("spark", Location.of(tmp_path), Means("384MB", 1, tmp_path / "spill", tmp_path / "compiled"), session)
    snapshot = engine.open(LEDGER)
    assert engine.look_up(snapshot, ["key"]) == []
    assert not asked
    assert engine.count(engine.read(snapshot)) == 0
    assert asked == [1]
    engine.close()


def test_executors_of_a_cluster_are_sent_the_jars(spark_jars: Path, tmp_path: Path) -> None:
    here, cluster = (
        driver_conf(master, "1g", spark_jars, Location.of(tmp_path), tmp_path / "spill")
        for master in ("local[2]", "spark://host:7077")
    )
    assert "delta-spark" in cluster["spark.jars"]
    assert "spark.jars" not in here
    assert here["spark.driver.host"] == "127.0.0.1"
    assert "spark.driver.host" not in cluster


def test_a_place_is_the_same_however_it_is_spelled() -> None:
    assert is_same_place("s3://lake/silver/plays", "s3a://lake/silver/plays/")
    assert is_same_place("file:///home/me/lake", "file:/home/me/lake")
    assert not is_same_place("s3://lake2/silver/plays", "s3://lake/silver/plays")


def test_what_tells_of_no_batch_is_not_added_to_past_one(spark_engine: "SparkDelta") -> None:
    """A lesser writer's rows could not be told from these."""
    table = replace(LEDGER, name="unmarked", columns=tuple(one for one in LEDGER.columns if one.name != "batch"), found_by=())
    rows = spark_engine.values([], table.types)
    with pytest.raises(ValueError, match="which batch"):
        spark_engine.append(spark_engine.open(table), rows, 3)


def test_a_row_that_is_there_twice_is_missing_once(spark_engine: "SparkDelta") -> None:
    once, twice = (spark_engine.values([{"n": 1}] * times, {"n": "int64"}) for times in (1, 2))
    assert spark_engine.difference(twice, once) == (1, 0)


def test_what_overflows_is_an_error(spark_engine: "SparkDelta") -> None:
    with pytest.raises((PySparkException, Py4JError), match="OVERFLOW"):
        spark_engine.fetch(spark_engine.query("select cast(300 as tinyint) as n", ibis.schema({"n": "int8"})))


def test_what_looks_like_a_variable_is_text(spark_engine: "SparkDelta") -> None:
    texts = ["${env:HOME}", "${spark.master}", "${none}", "$1", "{{ x }}"]
    rows = spark_engine.values([{"text": text} for text in texts], {"text": "string"})
    assert spark_engine.fetch(rows)["text"].to_pylist() == texts


WRITES: dict[str, Callable[[Engine, Snapshot, Path], object]] = {
    "append": lambda engine, snapshot, _: engine.append(snapshot, None, 1),
    "tidy": lambda engine, snapshot, _: engine.tidy(snapshot),
    "scratch": lambda engine, _, area: engine.scratch(area).__enter__(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_each_step_that_writes_asks_for_leave(
    spark_engine: "SparkDelta", tmp_path: Path, write: Callable[[Engine, Snapshot, Path], object]
) -> None:
    """The session's engine writes its own lake; here another has begun to write one."""
    lake = Location.of(tmp_path / "lake")
    means = Means("384MB", 1, spill=tmp_path / "spill", compiled=tmp_path / "compiled")
    engine = make_engine("spark", lake, means, lambda: spark_engine.session)
    snapshot = engine.open(LEDGER)
    other = Writer(lake, "duckdb", alone=False)
    other.begin()
    with pytest.raises(Outside, match="'duckdb' is writing"):
        write(engine, snapshot, tmp_path / "area")
    other.end()
    engine.close()
    assert engine.is_newest(snapshot)
