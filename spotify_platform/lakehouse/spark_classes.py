"""Spark's classes as the JVM keeps them: loaded, checked and laid out once, so that each later start takes half the time.

The archive fits the JVM and the jars that it was made with; with any other the JVM leaves it aside and starts as it always does.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import Outside
from spotify_platform.lakehouse.engine import Means
from spotify_platform.lakehouse.spark_session import CLASSES, JVM_OPTIONS, driver_conf, session_of
from spotify_platform.storage import Location


def archive_classes(jars: Path) -> Path:
    """Make the archive beside the jars, unless it is there.

    Raises:
        Outside: no JVM could be started, or it left no archive.
    """
    archive = jars / CLASSES
    if archive.is_file():
        return archive
    with tempfile.TemporaryDirectory(dir=jars) as aside:
        made = Path(aside) / CLASSES
        command = [sys.executable, "-m", __name__, str(jars), str(made)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this Python, this module
        if done.returncode or not made.is_file():
            said = " ".join(done.stderr.strip().split("\n")[-1:])
            raise Outside(f"Spark could not be started with {jars}: {said[:300]} Is Java 17 installed? Then run it again.")
        made.replace(archive)
    return archive


def _work(jars: Path, archive: Path, folder: Path) -> None:
    """Do a little of all that a refresh does, in a JVM that writes down its classes when it ends."""
    from spotify_platform.lakehouse.spark_delta import SparkDelta  # noqa: PLC0415 - pyspark is there for those who use it

    conf = driver_conf("local[1]", "1g", jars, Location.of(folder), folder)
    conf[JVM_OPTIONS] += f" -XX:ArchiveClassesAtExit={archive}"
    session = session_of(conf)
    means = Means("384MB", 1, spill=folder / "spill", compiled=folder / "compiled")
    engine = SparkDelta(Location.of(folder), means, lambda: session)
    row = dict.fromkeys(LEDGER.types) | {"batch": 1, "action": "load", "key": "k", "planned_at": "2024-01-01T00:00:00+00:00"}
    written = engine.append(engine.open(LEDGER), engine.values([row], LEDGER.types), 1)
    kept = engine.cache(engine.read(written, "batch = 1"))
    counted = kept.group_by("key").aggregate(n=kept.count())
    engine.fetch(kept.join(counted, "key").mutate(nth=kept.batch.sum().over(group_by="key", order_by="batch")))
    engine.replace(written, kept, [{"batch": 1}], 2)
    with engine.scratch(folder) as scratch:
        scratch.put("silver.kept", kept)
        scratch.lend("silver.lent", written)
    engine.close()
    gateway: Any = session.sparkContext._gateway  # noqa: SLF001 - its process tells when the JVM has ended
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    os.environ.pop("SPARK_REMOTE", None)
    with tempfile.TemporaryDirectory() as name:
        _work(Path(sys.argv[1]), Path(sys.argv[2]), Path(name))
