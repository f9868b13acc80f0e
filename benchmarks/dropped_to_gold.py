"""Object dropped → Gold published under `dagster dev`, and where the seconds go.

    python benchmarks/dropped_to_gold.py [--times 5] [--plays 20000]

Starts Dagster on a home of its own, with a history of some size already published, drops one recently-played answer after
another, and reads from Dagster's own records when the sensor saw it, when the run was created and started, and from the
lake when Gold was published.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable
from lakes import poll

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.lakehouse.engine import APP_ID
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings, load_settings
from spotify_platform.simulator import simulate, write_extended_zip

PHASES = ("seen by the sensor", "run started", "published")


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--plays", type=int, default=20_000)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    settings = load_settings(home=home)
    write_extended_zip(simulate(seed=1, plays=chosen.plays), home / "my_spotify_data.zip")
    import_paths(settings, [home / "my_spotify_data.zip"], "me")
    with opened(settings) as platform:
        refresh(platform)
    rounds = measure(settings, chosen.times)
    print("| seconds | median | all |\n|---|---|---|")
    for number, name in enumerate(PHASES):
        values = [r[number] for r in rounds]
        print(f"| {name} | {statistics.median(values):.1f} | {', '.join(f'{v:.1f}' for v in values)} |")


def measure(settings: Settings, times: int) -> list[list[float]]:
    """For each drop: seconds until seen, until the run started, until published."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SPOTIFY_PLATFORM_HOME": str(settings.home)}
    command = [sys.executable, "-m", "spotify_platform.cli", "dev", "--port", str(port)]
    log = (settings.home / "dev.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: "Started daemon" in text(settings) or "SensorDaemon" in text(settings), 90)
        return [one(settings, day) for day in range(1, times + 1)]
    finally:
        os.killpg(server.pid, signal.SIGKILL)


def one(settings: Settings, day: int) -> list[float]:
    """Drop one answer and wait for it in Gold."""
    import dagster as dg  # noqa: PLC0415 - after the server has made its home

    before = state(settings)
    dropped = time.time()
    poll(settings.home / "landing", "me", day)
    wait_for(lambda: state(settings) > before, 120)
    published = time.time() - dropped
    os.environ["DAGSTER_HOME"] = str(settings.home / "dagster")
    with dg.DagsterInstance.get() as instance:
        record = instance.get_run_records(limit=1)[0]
        created = record.create_timestamp.replace(tzinfo=UTC).timestamp() - dropped
        wait_for(lambda: instance.get_run_records(limit=1)[0].end_time is not None, 60)
        started = (instance.get_run_records(limit=1)[0].start_time or 0) - dropped
    return [created, started, published]


def state(settings: Settings) -> int:
    """The published version."""
    return DeltaTable(settings.lake_location.join(PUBLISHED.path)).transaction_version(APP_ID) or 0


def text(settings: Settings) -> str:
    """What the server has written so far."""
    return (settings.home / "dev.log").read_text(errors="replace")


def wait_for(done: object, seconds: float) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s, {datetime.now(UTC)}")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
