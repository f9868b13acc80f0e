"""Simulated listeners of three sources: plays lost and doubled against the truth, seconds to resolve a year, to restate all.

    python benchmarks/one_history.py [--plays 100000] [--users 6]

Everything a user gets over time is landed: two exports of each kind, requested apart, and polls with omissions, skewed
clocks and late arrivals. Then a year of 50,000 records of one user is resolved alone, and all plays are restated by other
rules, through published Gold.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import fields, replace
from pathlib import Path

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.silver import all_plays
from spotify_platform.settings import Settings, load_settings
from spotify_platform.simulator import simulate
from spotify_platform.simulator.account import account_documents
from spotify_platform.simulator.extended import extended_documents
from spotify_platform.simulator.history import History
from spotify_platform.simulator.polls import api_documents
from spotify_platform.simulator.population import deliveries, population
from spotify_platform.simulator.verdict import Told, Verdict, verdict
from spotify_platform.transforms.rules import Rules


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=6)
    parser.add_argument("--seed", type=int, default=11)
    chosen = parser.parse_args()
    against_the_truth(chosen.plays, chosen.users, chosen.seed)
    a_year()


def settings_of(name: str) -> Settings:
    """Of a home of its own."""
    home = Path(tempfile.mkdtemp(prefix=name))
    return load_settings(home=home, settle_seconds=0, buckets=64, memory_limit="2GB")


def against_the_truth(plays: int, users: int, seed: int) -> None:
    """Land all, refresh, judge; then restate all."""
    settings = settings_of("truth")
    histories = dict(population(seed=seed, users=users, plays=plays))
    told = {user: land(settings, user, history) for user, history in histories.items()}
    with opened(settings) as platform:
        started = time.perf_counter()
        refresh(platform)
        print(f"landed -> Gold {time.perf_counter() - started:.1f} s")
        verdicts = [judged(platform, user, history, told[user]) for user, history in histories.items()]
        for field in fields(Verdict):
            print(f"{field.name:<28} {sum(getattr(one, field.name) for one in verdicts):,}")
        started = time.perf_counter()
        refresh(replace(platform, rules=Rules(counted_ms=31_000)))
        print(f"restated by other rules {time.perf_counter() - started:.1f} s")


def land(settings: Settings, user: str, history: History) -> Told:
    """Every document as a loose file."""
    told = Told()
    for delivery in deliveries(history, every_minutes=240, last_days=500):
        for document in delivery.documents():
            path = settings.home / "landing" / "inbox" / user / delivery.name.removesuffix(".zip") / document.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(told.add(document))
    return told


def judged(platform: Platform, user: str, history: History, told: Told) -> Verdict:
    """What was made of one user."""
    engine = platform.engine
    mine = f"user_id = '{user}'"
    records = engine.read(engine.open(PLAY_RECORDS), mine).select("record_id", "origins")
    plays = engine.read(engine.open(PLAYS), mine).select("play_id", "record_ids", "match")
    return verdict(history, told, engine.fetch(records).to_pylist(), engine.fetch(plays).to_pylist())


def a_year() -> None:
    """Records of three sources that all tell of one year, resolved from memory."""
    settings = settings_of("year")
    history = simulate(seed=3, plays=22_000, years=1.0)
    folder = settings.home / "landing" / "inbox" / "me"
    polls = api_documents(history, every_minutes=240, last_days=400)
    for document in (*extended_documents(history), *account_documents(history), *polls):
        path = folder / document.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(document.text()), encoding="utf-8")
    with opened(settings) as platform:
        refresh(platform)
        engine, ledger = platform.engine, platform.engine.open(LEDGER)
        records = engine.cache(engine.read(engine.open(PLAY_RECORDS)))
        seconds = []
        for _ in range(5):
            started = time.perf_counter()
            engine.cache(all_plays(platform, records, ledger, ledger.holds))
            seconds.append(time.perf_counter() - started)
        print(f"a year of {engine.count(records):,} records resolved in {statistics.median(seconds):.2f} s (median of five)")


if __name__ == "__main__":
    main()
