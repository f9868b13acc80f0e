"""A lake of simulated listeners restated by other rules: seconds from the changed rules to published Gold.

    python benchmarks/restate.py [--plays 1000000] [--users 10] [--home FOLDER]

The lake is made first (some minutes for a million plays), and kept in the folder for the next time.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings
from spotify_platform.simulator.population import write_population
from spotify_platform.transforms.rules import Rules

ROUNDS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp())
    settings = load_settings(home=home, settle_seconds=0, buckets=256)
    if not (home / "lake").exists():
        written = write_population(home / "written", seed=5, users=chosen.users, plays=chosen.plays, sources=["extended"])
        for user in written:
            import_paths(settings, [user.folder], user.name)
    with opened(settings) as platform:
        refresh(platform)
    for number in range(ROUNDS):
        with opened(settings) as platform:
            other = replace(platform, rules=Rules(counted_ms=31_000 + number * 1_000 + int(time.time()) % 1_000))
            started = time.perf_counter()
            refresh(other)
            print(f"restated in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
