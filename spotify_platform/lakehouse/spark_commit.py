"""A commit by Spark that is known to be there, or not to be there.

Spark opens a table when it begins to write, not when this process read it, and leaves out a write whose transaction is
not above the table's, without a word. So each commit carries a mark, and its commit is looked for afterwards: where it is not
there, somebody else's is, and all begins again from what that one left.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from spotify_platform.errors import Conflict
from spotify_platform.lakehouse.delta_engine import DeltaEngine, snapshot_of
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.spark_trouble import is_of_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrameWriter


def commit(engine: DeltaEngine, snapshot: Snapshot, writer: "DataFrameWriter", url: str, said: Mapping[str, str]) -> Snapshot:
    """Commit what a writer has, and see that it was done.

    Args:
        engine: whose tables these are.
        snapshot: of the table, as it was when the rows were computed.
        writer: Spark's, with the rows, the mode and the transaction.
        url: where the table lies, as Hadoop spells it.
        said: what the commit says of itself.

    Raises:
        Conflict: somebody committed since, and nothing has happened.
    """
    path, mark = snapshot.table.path, uuid4().hex
    engine.writer.begin()
    if not engine.is_newest(snapshot):
        raise Conflict(f"{path}: somebody committed since version {snapshot.version}")
    trouble: Exception | None = None
    try:
        writer.option("userMetadata", json.dumps({**said, "by": mark})).save(url)
    except Exception as error:
        if not is_of_spark(error):
            raise
        trouble = error  # the commit may be there all the same: its answer was lost
    handle = engine.at_last(snapshot.table)
    new = handle.history(handle.version() - snapshot.version) if handle.version() > snapshot.version else []
    if any(mark in logged.get("userMetadata", "") for logged in new):
        return snapshot_of(snapshot.table, handle)
    if trouble is None or new:
        raise Conflict(f"{path}: another writer was first") from trouble
    raise trouble
