"""How far the landing zone is known: when all of it was last looked through, and the newest day of each of its roots.

A look between two sweeps lists from those days on, so that it costs what is new and not what was ever landed.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import obstore

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.landing.keys import dated
from spotify_platform.pipeline.platform import Platform

SWEEP_EVERY = timedelta(days=1)
SWEEP_MARK = "_state/last_sweep"
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The last sweep: when, the ledger's last batch then, and for each root (`api/anna`) the day of its newest key."""

    at: datetime = LONG_AGO
    batch: int = 0
    days: dict[str, date] = field(default_factory=dict)

    @property
    def is_due(self) -> bool:
        """Whether it is time for another."""
        now = datetime.now(UTC)
        return not now - SWEEP_EVERY <= self.at <= now  # a clock that was ahead must not put it off


def last_sweep(platform: Platform) -> Sweep:
    """The last sweep as it was noted; one that is due where there is no note that can be read."""
    try:
        noted = json.loads(bytes(obstore.get(platform.lake, SWEEP_MARK).bytes()))
        days = {root: date.fromisoformat(day) for root, day in noted["days"].items()}
        return Sweep(datetime.fromisoformat(noted["at"]), noted["batch"], days)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return Sweep()


def newest_days(platform: Platform, ledger: Snapshot, swept: Sweep) -> dict[str, date]:
    """For each root of the landing zone the day of the newest key the ledger knows."""
    days, today = dict(swept.days), datetime.now(UTC).date()
    for row in platform.engine.look_up(ledger, ["key"], f"batch > {swept.batch}"):
        if found := dated(row["key"]):
            root, day = found
            days[root] = max(day, days.get(root, day))
    return {root: min(day, today) for root, day in days.items()}


def note_sweep(platform: Platform, swept: Sweep) -> None:
    """Write down that all has been looked through, after what was found is in the ledger."""
    ledger = platform.engine.open(LEDGER)
    days = newest_days(platform, ledger, swept)
    noted = {
        "at": datetime.now(UTC).isoformat(),
        "batch": ledger.holds,
        "days": {root: day.isoformat() for root, day in days.items()},
    }
    obstore.put(platform.lake, SWEEP_MARK, json.dumps(noted).encode())
