"""Damage on purpose: a lake that does not add up."""

from collections.abc import Mapping

import ibis
from deltalake import write_deltalake

from spotify_platform.contracts.bronze import EXTENDED_HISTORY
from spotify_platform.contracts.model import Table
from spotify_platform.pipeline.platform import Platform


def lose_a_row(platform: Platform) -> None:
    """Claim, in the next batch, an object of seven rows none of which is there."""
    next_batch = platform.engine.open(EXTENDED_HISTORY.table).holds + 1
    lost = {"_object": "inbox/me/lost.json", "_rows_in": 7, "_batch": next_batch}
    double_a_row(platform, EXTENDED_HISTORY.table, "_part = 'object'", lost)


def double_a_row(platform: Platform, table: Table, where: str | None = None, changed: Mapping[str, object] | None = None) -> None:
    """Add one of a table's rows again, some columns changed, as no engine would: outside any batch."""
    engine = platform.engine.embedded
    own = engine.open(table)
    rows = engine.read(own, where).limit(1)
    values = {name: ibis.literal(value, rows[name].type()) for name, value in (changed or {}).items()}
    write_deltalake(own.handle, engine.fetch(rows.mutate(**values)), mode="append")
