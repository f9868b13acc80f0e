"""Publishing: Gold's tables are committed one by one, and one row in `ops/published` pins the versions that belong together.

Readers read those versions, so they never see half a build: between two commits the pins are still the old ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import ibis.expr.types as ir

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.lakehouse.commit import Append, Change, Overwrite, Replace, commit
from spotify_platform.lakehouse.engine import Engine, Snapshot
from spotify_platform.lakehouse.slices import Slice

BUCKET = "user_bucket"


@dataclass(frozen=True, slots=True)
class Pins:
    """A publication: the lake version it shows and the Delta version of each table, by path."""

    batch: int
    versions: Mapping[str, int]


def publish_table(engine: Engine, own: Snapshot, rows: Sequence[ir.Table], slices: Sequence[Slice] | None, top: int) -> Snapshot:
    """Commit one Gold table at `top`, unless it holds that already.

    Args:
        engine: commits.
        own: the table.
        rows: what is new of it, in parts that are in the order of the slices.
        slices: what is replaced; None means all of them.
        top: the lake version.

    Raises:
        Conflict: another writer was first.
    """
    if own.holds >= top:
        return own
    change: Change
    if slices is None:
        change = Overwrite(rows)
    elif BUCKET not in own.table.column_names:
        if own.holds and engine.is_same(rows[0], engine.read(own)):
            return own  # a table that is nobody's own changes rarely, and a commit would only make readers open it anew
        change = Overwrite(rows)
    elif own.holds:
        change = Replace(rows, slices)
    else:
        change = Append(rows)
    return commit(engine, own, change, top)


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
