"""What goes wrong with Spark is told in a line, by exit code 3; what was wrong in a setting, by 2."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from py4j.protocol import Py4JError
from pyspark.errors import PySparkRuntimeError

from spotify_platform.errors import Outside, WrongCall
from spotify_platform.lakehouse import spark_trouble
from spotify_platform.lakehouse.spark_session import REQUIRED
from spotify_platform.lakehouse.spark_trouble import cause_of, require_server, require_spark, starting
from spotify_platform.pipeline.platform import opened
from spotify_platform.settings import load_settings

OF_JVM = """An error occurred while calling o1.save.
: org.apache.spark.SparkException: Job aborted.
\tat org.apache.spark.Some.where(Some.scala:1)
Caused by: java.io.IOException: No space left on device.
\tat java.base/java.io.Other(Other.java:2)
"""


def test_the_deepest_cause_is_told() -> None:
    assert cause_of(Py4JError(OF_JVM)) == "java.io.IOException: No space left on device"
    assert cause_of(Py4JError(OF_JVM.partition("Caused")[0])) == "org.apache.spark.SparkException: Job aborted"
    assert cause_of(PySparkRuntimeError("one\ntwo")) == "one"
    assert cause_of(Py4JError("")) == "Py4JError"


def test_what_stops_a_start_says_where_to_look() -> None:
    with pytest.raises(Outside, match=r"could not be started: no port\. Look at JAVA_HOME"), starting():
        raise PySparkRuntimeError("no port.")
    with pytest.raises(ValueError, match="mine"), starting():
        raise ValueError("mine")


def test_ctrl_c_stays_whose_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with starting():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"sc://127.0.0.1:{listening.getsockname()[1]}/;user_id=me"
        require_server(address)
    with pytest.raises(
        Outside, match=r"No Spark Connect server answers at sc://127\.0\.0\.1:\d+/;user_id=me: .*refused.*Start it"
    ):
        require_server(address)


def test_packages_that_are_not_here_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_spark()
    monkeypatch.setattr(spark_trouble.importlib.util, "find_spec", {}.get)
    with pytest.raises(WrongCall, match=r"needs more packages: pip install .*\[spark\]"):
        require_spark()


@pytest.mark.parametrize("name", [*sorted(REQUIRED), "spark.hadoop.parquet.block.size"])
def test_what_tables_contain_is_nobodys_to_set(name: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, engine="spark", spark_conf={name: "x"})
    with pytest.raises(WrongCall, match=f"may not set {name}: tables"), opened(settings):
        pass


def test_a_call_without_java_is_told_in_two_lines(tmp_path: Path, spark_jars: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "JAVA_HOME": str(tmp_path / "none"),
        "SPOTIFY_PLATFORM_HOME": str(tmp_path),
        "SPOTIFY_PLATFORM_ENGINE": "spark",
        "SPOTIFY_PLATFORM_SPARK_JARS": str(spark_jars),
    }
    landed = tmp_path / "landing" / "inbox" / "me" / "plays.json"
    landed.parent.mkdir(parents=True)
    landed.write_text('[{"ts": "2024-05-05T10:00:00Z", "ms_played": 1000}]', encoding="utf-8")
    call = [sys.executable, "-m", "spotify_platform.cli", "refresh"]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "Spark could not be started: [JAVA_GATEWAY_EXITED]" in " ".join(done.stderr.split())
