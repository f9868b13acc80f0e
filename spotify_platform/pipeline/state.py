"""The state of a platform in plain values: accounting of every object, freshness, coverage, the checks' results."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import MATCH_REPORT, PLAYS
from spotify_platform.contracts.tables import CHECKED
from spotify_platform.lakehouse.publishing import published
from spotify_platform.landing.export_names import missing_parts
from spotify_platform.landing.keys import base_name, split
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.gold_build import gold_tables
from spotify_platform.pipeline.platform import Platform
from spotify_platform.transforms.status import gap_days, months_of_sources

COVERAGE = "listening_coverage"


def state(platform: Platform) -> dict[str, Any]:
    """What is in the lake.

    Keys: ledger, published (batch numbers), published_at, last_play_at, accounting, checks; and of each user coverage
    (months that a source tells of), gaps (days in which the API's feed left time uncovered), missing_parts (of exports).
    """
    engine, near = platform.engine, replace(platform, engine=platform.engine.embedded)
    told = near.engine.read(near.engine.open(ACCOUNTING))
    accounts = near.engine.fetch(told.order_by(["batch", "object"])).to_pylist()
    register = engine.read(engine.open(PUBLISHED))
    plays = engine.read(engine.open(PLAYS))
    published_at = engine.fetch(register.aggregate(at=register.published_at.max())).to_pylist()[0]["at"]
    last_play = engine.fetch(plays.aggregate(at=plays.ended_at.max())).to_pylist()[0]["at"]
    outcomes = [outcome for table in CHECKED for outcome in check(platform, table)]
    return {
        "ledger": engine.open(LEDGER).holds,
        "published": engine.open(PUBLISHED).holds,
        "published_at": published_at,
        "last_play_at": last_play,
        "coverage": _coverage(near),
        "gaps": list(_gaps(near)),
        "missing_parts": list(_missing_parts(accounts)),
        "accounting": accounts,
        "checks": [{"table": o.table, "check": o.name, "passed": o.passed, "found": o.found} for o in outcomes],
    }


def _coverage(platform: Platform) -> list[dict[str, Any]]:
    """Each source of each user: records, and spans of months that follow each other."""
    engine = platform.engine
    rows = engine.fetch(engine.derive(months_of_sources, engine.read(engine.open(MATCH_REPORT)))).to_pylist()
    return [
        {"user_id": user, "source": source, "records": sum(row["records"] for row in mine), "months": list(_months(mine))}
        for (user, source), found in groupby(rows, key=itemgetter("user_id", "source"))
        for mine in [list(found)]
    ]


def _months(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    numbered = [row["month_start"].year * 12 + row["month_start"].month - 1 for row in rows]
    for first, last in _spans(numbered):
        yield {"first": f"{first // 12}-{first % 12 + 1:02d}", "last": f"{last // 12}-{last % 12 + 1:02d}"}


def _gaps(platform: Platform) -> Iterator[dict[str, Any]]:
    """Days with a gap in the API's feed, as they were published; open where no export fills it."""
    engine = platform.engine
    pins = published(engine)
    table = next(t for t in gold_tables(platform) if t.name == COVERAGE)
    if pins is None or table.path not in pins.versions:
        return
    days = engine.read(engine.open(table, version=pins.versions[table.path]))
    rows = engine.fetch(engine.derive(gap_days, days)).to_pylist()
    for (user, is_open), found in groupby(rows, key=itemgetter("user_id", "has_open_gap")):
        for first, last in _spans([row["local_date"].toordinal() for row in found]):
            days_of = {"first_day": date.fromordinal(first), "last_day": date.fromordinal(last)}
            yield {"user_id": user, **days_of, "is_open": is_open}


def _spans(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other.

    Example:
        >>> list(_spans([1, 2, 3, 7, 9, 10]))
        [(1, 3), (7, 7), (9, 10)]
    """
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        yield found[0], found[-1]


def _missing_parts(accounts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Parts that the numbers in file names leave out, zip by zip; loose files of a user are taken together."""
    exported = [row for row in accounts if row["source"] in ("extended", "account")]
    named = sorted((row["user_id"], _archive(row["object"]), base_name(row["object"])) for row in exported)
    for (user, archive), found in groupby(named, key=itemgetter(0, 1)):
        for missing in missing_parts([name for _, _, name in found]):
            yield {"user_id": user, "archive": archive, "missing": missing}


def _archive(key: str) -> str:
    object_, member = split(key)
    return object_ if member else ""
