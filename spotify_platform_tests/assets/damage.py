"""Damage on purpose: a lake that does not add up."""

import ibis

from spotify_platform.contracts.bronze import EXTENDED_HISTORY
from spotify_platform.lakehouse.commit import Append, commit
from spotify_platform.pipeline.platform import Platform


def lose_a_row(platform: Platform) -> None:
    """Claim, in the next batch, an object of seven rows none of which is there."""
    own = platform.engine.open(EXTENDED_HISTORY.table)
    rows = platform.engine.read(own)
    lost = {"_object": ibis.literal("inbox/me/lost.json"), "_rows_in": ibis.literal(7), "_batch": rows["_batch"] + 1}
    commit(platform.engine, own, Append(rows.filter(rows["_part"] == "object").mutate(**lost)), own.holds)
