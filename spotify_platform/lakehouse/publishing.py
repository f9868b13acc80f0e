"""Publishing: Gold's tables are committed one by one, and one row in `ops/published` pins the versions that belong together.

Readers read those versions, so they never see half a build: between two commits the pins are still the old ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.lakehouse.commit import Append, commit
from spotify_platform.lakehouse.delta_tables import KEPT_HOURS
from spotify_platform.lakehouse.engine import Engine, Snapshot


@dataclass(frozen=True, slots=True)
class Pins:
    """A publication: the lake version it shows, the Delta version of each table by path, and when it was made (UTC)."""

    batch: int
    versions: Mapping[str, int]
    published_at: datetime

    @property
    def are_kept(self) -> bool:
        """Whether files of these versions are surely there: upkeep deletes older ones."""
        return datetime.now(UTC) - self.published_at < timedelta(hours=KEPT_HOURS - 1)


def pin(engine: Engine, own: Snapshot, tables: Sequence[Snapshot], top: int) -> Pins:
    """Add the row that makes these versions the published ones. Raises `Conflict`."""
    pins = [{"table": snapshot.table.path, "version": snapshot.version} for snapshot in tables]
    row: dict[str, Any] = {"batch": top, "published_at": datetime.now(UTC), "tables": pins}
    schema = PUBLISHED.types
    commit(engine, own, Append(engine.values([row], schema)), top)
    return Pins(top, {snapshot.table.path: snapshot.version for snapshot in tables}, row["published_at"])


def published(engine: Engine) -> Pins | None:
    """The newest publication; None before the first."""
    own = engine.open(PUBLISHED)
    if not own.holds:
        return None
    last = engine.look_up(own, ["batch", "tables", "published_at"], f"batch = {own.holds}")[0]
    return Pins(last["batch"], {pin["table"]: pin["version"] for pin in last["tables"]}, last["published_at"])
