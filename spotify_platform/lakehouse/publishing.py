"""Publishing: Gold's tables are committed one by one, and one row in `ops/published` pins the versions that belong together.

Readers read those versions, so they never see half a build: between two commits the pins are still the old ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import ibis.expr.types as ir

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, commit
from spotify_platform.lakehouse.engine import NOTHING, Engine, Snapshot
from spotify_platform.lakehouse.slices import Slice

BUCKET = "user_bucket"


@dataclass(frozen=True, slots=True)
class Pins:
    """A publication: the lake version it shows and the Delta version of each table, by path."""

    batch: int
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of some slices of a table: all rows that these slices are to have."""

    rows: ir.Table
    slices: Sequence[Slice]


def publish_table(engine: Engine, own: Snapshot, parts: Sequence[Part], top: int, *, whole: bool) -> Snapshot:
    """Commit what is new of a Gold table at `top`, unless it holds that already.

    Each part is a commit, so that memory has a bound. Until the last of them the table holds `NOTHING`: a run that
    comes upon what a killed one left builds the table from the start, and readers have the version that is pinned.

    Args:
        engine: commits.
        own: the table.
        parts: of slices of their own each; a table that is nobody's own has one.
        top: the lake version.
        whole: whether the parts are the whole table.

    Raises:
        Conflict: another writer was first.
    """
    if own.holds >= top:
        return own
    if BUCKET not in own.table.column_names:
        return commit(engine, own, Overwrite(parts[0].rows), top)
    for number, part in enumerate(parts, start=1):
        change: Change = Replace(part.rows, part.slices)
        if whole:
            change = Append(part.rows) if number > 1 else Overwrite(part.rows)
        own = commit(engine, own, change, top if number == len(parts) else NOTHING)
    return own


def pin(engine: Engine, own: Snapshot, tables: Sequence[Snapshot], top: int) -> Pins:
    """Add the row that makes these versions the published ones. Raises `Conflict`."""
    pins = [{"table": snapshot.table.path, "version": snapshot.version} for snapshot in tables]
    row = {"batch": top, "published_at": datetime.now(UTC), "tables": pins}
    schema = {column.name: column.type for column in PUBLISHED.columns}
    commit(engine, own, Append(engine.values([row], schema)), top)
    return Pins(top, {snapshot.table.path: snapshot.version for snapshot in tables})


def published(engine: Engine) -> Pins | None:
    """The newest publication; None before the first."""
    own = engine.open(PUBLISHED)
    if not own.holds:
        return None
    last = engine.look_up(own, ["batch", "tables"], f"batch = {own.holds}")[0]
    return Pins(last["batch"], {pin["table"]: pin["version"] for pin in last["tables"]})
