"""Spark that is not in this process: behind Spark Connect, and over tables in S3. Each refresh is a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from spotify_platform.lakehouse.spark_session import JVM_OPTIONS, driver_conf
from spotify_platform.settings import Settings
from spotify_platform.storage import Location
from spotify_platform_tests.conftest import FOR_FEW_ROWS, MakeSettings
from spotify_platform_tests.gold.winter import DOCUMENTS
from spotify_platform_tests.s3_server import Bucket
from spotify_platform_tests.spark.lakes import differing, environment, landed, processed

pytestmark = pytest.mark.usefixtures("spark_jars")

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def refreshed(settings: Settings) -> None:
    """Refresh, as the command does."""
    command = [sys.executable, "-m", "spotify_platform.cli", "refresh"]
    done = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.fixture
def connect_server(spark_jars: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a Spark Connect server on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = driver_conf("local[2]", "1g", spark_jars, Location.of(tmp_path), tmp_path / "spill") | FOR_FEW_ROWS
    conf |= {
        # Its logs say that it has started, and nobody else does.
        JVM_OPTIONS: " ".join(option for option in conf[JVM_OPTIONS].split() if "log4j2" not in option),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(tmp_path / "warehouse"),
    }
    said = [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    home = Path(pyspark.__file__).parent
    server = subprocess.Popen(
        [home / "bin" / "spark-submit", "--class", SERVER, *said, "spark-internal"],
        env={**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
    )
    assert server.stderr is not None
    try:
        said_so = any("Spark Connect server started" in line for line in server.stderr)
        assert said_so, "the server ended before it had started"
        threading.Thread(target=server.stderr.read, daemon=True).start()  # a full pipe would stop it
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server.stderr.close()


def test_a_refresh_through_spark_connect(
    winter: Path, winter_by_duckdb: Settings, make_settings: MakeSettings, connect_server: str
) -> None:
    settings = make_settings(engine="spark", spark_remote=connect_server)
    landed(settings, winter)
    refreshed(settings)
    assert differing(winter_by_duckdb, settings) == {}


def test_a_cluster_of_executors_of_their_own(
    winter: Path,
    winter_by_duckdb: Settings,
    make_settings: MakeSettings,
    on_spark: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A master, a worker and its executor, each a process: they are sent jars and settings as those of other machines are."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # none of them is anybody else's business
    small = {"spark.sql.shuffle.partitions": "2", "spark.databricks.delta.snapshotPartitions": "1"}
    settings = make_settings(**on_spark | {"spark_master": "local-cluster[1,2,1024]", "spark_conf": FOR_FEW_ROWS | small})
    landed(settings, winter)
    refreshed(settings)
    assert differing(winter_by_duckdb, settings) == {}


def test_a_lake_in_s3(winter: Path, make_settings: MakeSettings, on_spark: dict[str, object], bucket: Bucket) -> None:
    for key in DOCUMENTS:
        bucket.put(key, (winter / key).read_text())
    place = {"landing": f"s3://{bucket.name}/landing", "s3_endpoint": bucket.endpoint}
    by_spark = make_settings("spark", **on_spark, **place, lake=f"s3://{bucket.name}/spark")
    refreshed(by_spark)
    by_duckdb = make_settings("duckdb", engine="duckdb", **place, lake=f"s3://{bucket.name}/duckdb")
    processed(by_duckdb)
    assert differing(by_duckdb, by_spark) == {}
