"""What a Spark session is set to: for one machine, and what any session must have, wherever it runs."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.spark_trouble import require_server, starting
from spotify_platform.storage import Location

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Not Spark's own old way: others read that as times without a zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # As the other engine writes: a range of a sorted file is in few row groups.
    "spark.sql.parquet.compression.codec": "zstd",
    "parquet.block.size": str(16 << 20),
    # What is kept of a step remembers conditions on columns that it has no more, and a union with it then fails.
    "spark.sql.constraintPropagation.enabled": "false",
    # What is written `${env:HOME}` in a file's name is that name.
    "spark.sql.variable.substitute": "false",
    # Databricks alone knows it: what changed between two versions is read from the files that only one has.
    "spark.databricks.delta.formatCheck.enabled": "false",
}
"""What makes tables come out as the other engine makes them, and readable for any: set in every session, whoever started it."""
_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
_DRIVER = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    # Sums of each commit beside the log: others tidy it, and leave them there for good.
    "spark.databricks.delta.writeChecksumFile.enabled": "false",
    # Nothing but names is ever in it: tables say where they lie. Spark makes the folder, else where one happens to stand.
    "spark.sql.warehouse.dir": f"file:{tempfile.gettempdir()}/spark-warehouse",
}
_ONE_MACHINE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # A table's log is small.
    "spark.databricks.delta.snapshotPartitions": "1",
    # Pieces of a shuffle: of few rows Spark makes one again, of many each is still sorted in memory.
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum": "32",
    "spark.sql.shuffle.partitions": "4",
}
_FOLDER = {
    # Without Hadoop's sums of each file beside it. Another program's `_last_checkpoint` would not fit the sum of Spark's own:
    # Delta then tries to read it for three seconds, table by table.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.hadoop.fs.AbstractFileSystem.file.impl": "org.apache.hadoop.fs.local.RawLocalFs",
}
CLASSES = "classes.jsa"
"""Name of the archive of the JVM's classes, beside the jars; see `spark_classes`."""
JVM_OPTIONS = "spark.driver.extraJavaOptions"
_JVM = f"-Xss4m -Duser.timezone=UTC -Dlog4j2.configurationFile={(Path(__file__).parent / 'spark_log4j2.properties').as_uri()}"
# Half of the memory and a third of the start of what a JVM for servers takes, and half as quick once it is warm.
_SMALL_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxMetaspaceSize=400m -XX:ReservedCodeCacheSize=96m"
_LARGE_JVM = "-XX:+UseParallelGC"
_LARGE = 4096  # megabytes of heap


def driver_conf(master: str, memory: str, jars: Path, lake: Location, spill: Path) -> dict[str, str]:
    """Settings of a session whose driver is this process's own.

    Args:
        master: `local[2]`, `spark://host:port`, `yarn`, `k8s://…`.
        memory: heap of the driver, as Java spells it.
        jars: folder of the jars that `spark provision` fetched.
        lake: where tables are; the session is told how to get there.
        spill: folder of this machine for what does not fit into memory; Spark makes it.
    """
    driver = {"spark.master": master, "spark.driver.memory": memory, "spark.local.dir": str(spill)}
    is_here = master == "local" or master.startswith("local[")
    where = _on_this_machine(memory, jars) if is_here else _on_a_cluster(jars)
    return _of_driver(REQUIRED) | _DELTA | _DRIVER | where | driver | lake_conf(lake)


def refuse_required(asked: Iterable[str]) -> None:
    """See that nobody sets otherwise what must be as it is.

    Raises:
        WrongCall: somebody does; tables would not come out the same.
    """
    if fixed := sorted({*REQUIRED, *_of_driver(REQUIRED)}.intersection(asked)):
        raise WrongCall(f"SPOTIFY_PLATFORM_SPARK_CONF may not set {', '.join(fixed)}: tables would not come out the same.")


def _of_driver(conf: Mapping[str, str]) -> dict[str, str]:
    """As a driver is told what is Hadoop's when it starts; a session is told it as it is."""
    return {name if name.startswith("spark.") else f"spark.hadoop.{name}": value for name, value in conf.items()}


def _on_this_machine(memory: str, jars: Path) -> dict[str, str]:
    archive = jars / CLASSES
    shared = f"-XX:SharedArchiveFile={archive} -Xlog:cds=off -Xlog:cds+dynamic=off" if archive.is_file() else ""
    megabytes = int(memory[:-1]) * (1024 if memory.endswith("g") else 1)
    sized = _LARGE_JVM if megabytes >= _LARGE else _SMALL_JVM
    return _ONE_MACHINE | {"spark.driver.extraClassPath": f"{jars}/*", JVM_OPTIONS: " ".join(filter(None, (sized, _JVM, shared)))}


def _on_a_cluster(jars: Path) -> dict[str, str]:
    """Executors are other machines' processes: they are sent the jars."""
    conf = {"spark.jars": ",".join(map(str, sorted(jars.glob("*.jar")))), JVM_OPTIONS: _JVM}
    # What a step kept goes from the executors when the driver's memory is looked through, which a quiet one seldom does.
    return conf | {"spark.cleaner.periodicGC.interval": "2min"}


def lake_conf(lake: Location) -> dict[str, str]:
    """Settings for how files of a lake are read and written: S3A's, or a folder's."""
    if not lake.is_s3:
        return _FOLDER
    options = lake.s3_options()
    conf = {"spark.hadoop.fs.s3a.endpoint.region": options["aws_region"]}
    if lake.endpoint:
        conf |= {
            "spark.hadoop.fs.s3a.endpoint": lake.endpoint,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": str(not lake.endpoint.startswith("http://")).lower(),
        }
    return conf


def tell_environment(conf: Mapping[str, str]) -> None:
    """Put into the environment what Spark looks for there alone.

    Executors on this machine take this Python; dbt, which asks for the session of the process, finds the one of a server.
    """
    if conf.get("spark.master", "").startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if remote := conf.get("spark.remote"):
        os.environ["SPARK_REMOTE"] = remote


@contextmanager
def session_start(conf: Mapping[str, str]) -> Iterator[None]:
    """Around the call that starts a session with these settings. Raises `Outside` where it cannot be had."""
    tell_environment(conf)
    if remote := conf.get("spark.remote"):
        require_server(remote)
    with starting():
        yield


def session_of(conf: Mapping[str, str]) -> "SparkSession":
    """The session with these settings; the process's own, if it has one.

    Raises:
        Outside: it cannot be had; the message says why.
    """
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where Spark is the engine

    with session_start(conf):
        return SparkSession.builder.config(map=dict(conf)).getOrCreate()
