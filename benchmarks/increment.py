"""Fifty new plays of one user into lakes of 1 M and 20 M plays: the work must not depend on what else the lake holds.

    python benchmarks/increment.py [--small 10] [--large 200] [--home FOLDER]

Prints seconds a step (median of five), apart from process start and from dbt's fixed cost, which is measured beside it
as a build over nothing; what dbt does with the plays themselves counts as work.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from lakes import fill, poll

from spotify_platform.lakehouse.slices import bucket_of
from spotify_platform.pipeline import gold_build, gold_given
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import load_settings

ROUNDS = 7


def measure(home: Path, users: int) -> dict[str, float]:
    """Median seconds of each step of a refresh that brings fifty plays."""
    settings = load_settings(home=home, buckets=256, settle_seconds=0, memory_limit="4GB")
    if not (home / "lake").exists():
        started = time.perf_counter()
        with opened(settings) as platform:
            fill(platform, users)
        print(f"made a lake of {users * 100_000:,} plays in {time.perf_counter() - started:.0f} s")
    rounds = []
    user = alone(settings.buckets, users)
    known = len(list((home / "landing").rglob("*.json"))) if (home / "landing").exists() else 0
    for day in range(known + 1, known + ROUNDS + 1):
        poll(home / "landing", user, day)
        rounds.append(_one(settings))
    steps = {name: statistics.median(r.get(name, 0.0) for r in rounds[2:]) for name in rounds[-1]}
    return steps | {"total": statistics.median(sum(r.values()) for r in rounds[2:])}


def alone(buckets: int, users: int) -> str:
    """The first user with a bucket to themselves: the unit of work is a bucket, and a shared one costs what its users cost."""
    count = Counter(bucket_of(f"user{n:03d}", buckets) for n in range(users))
    return next(f"user{n:03d}" for n in range(users) if count[bucket_of(f"user{n:03d}", buckets)] == 1)


def _one(settings: object) -> dict[str, float]:
    seconds: dict[str, float] = {}
    last = ["opening", time.perf_counter()]

    def told(what: str) -> None:
        now = time.perf_counter()
        seconds[last[0]] = now - last[1]
        last[:] = [what, now]

    with opened(settings) as platform:
        platform.engine.fetch(platform.engine.values([{"one": 1}], {"one": "int64"}))  # the connection is of the start
        refresh(platform, told=told)
        told("end")
        seconds["dbt over nothing"] = _dbt_over_nothing(platform)
    seconds["gold"] -= seconds["dbt over nothing"]
    return seconds


def _dbt_over_nothing(platform: Platform) -> float:
    """What dbt costs whatever is in it: the same build without a play."""
    nothing = gold_given.Given.of_nobody(platform)
    started = time.perf_counter()
    gold_build.build_aside(platform, nothing)
    return time.perf_counter() - started


def main() -> None:
    """Measure both lakes and print the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=10)
    parser.add_argument("--large", type=int, default=200)
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    base = chosen.home or Path(tempfile.mkdtemp())
    small, large = (measure(base / str(users), users) for users in (chosen.small, chosen.large))
    for name in small:
        print(f"{name:<28} {small[name]:8.3f} {large[name]:8.3f}")
    work = [found["total"] - found["dbt over nothing"] - found["opening"] for found in (small, large)]
    print(f"{'work without opening and dbt':<28} {work[0]:8.3f} {work[1]:8.3f}   ratio {work[1] / work[0]:.2f}")
    if not chosen.home:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
