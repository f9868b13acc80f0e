"""The state of a platform in plain values: accounting of every object, freshness, the checks' results."""

from typing import Any

from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAYS
from spotify_platform.pipeline.checks import check
from spotify_platform.pipeline.platform import Platform


def state(platform: Platform) -> dict[str, Any]:
    """Keys: ledger, published (batch numbers), published_at, last_play_at, accounting, checks."""
    engine = platform.engine
    accounts = engine.read(engine.open(ACCOUNTING)).order_by(["batch", "object"])
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
        "accounting": engine.fetch(accounts).to_pylist(),
        "checks": [{"table": o.table, "check": o.name, "passed": o.passed, "found": o.found} for o in outcomes],
    }
