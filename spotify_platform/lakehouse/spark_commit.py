"""A commit by Spark that is known to be there, or not to be there.

Spark opens a table when it begins to write, not when this process read it, and leaves out a write whose transaction is
not above the table's, without a word. So each commit carries a mark, and its commit is looked for afterwards: where it is not
there, somebody else's is, and all begins again from what that one left.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from spotify_platform.errors import Conflict
from spotify_platform.lakehouse.delta_log import DeltaLog, snapshot_of
from spotify_platform.lakehouse.engine import Snapshot

if TYPE_CHECKING:
    from pyspark.sql import DataFrameWriter

TROUBLES = (PySparkException, Py4JError)
"""What Spark raises. With a driver of its own, errors of Delta and of storage come as the JVM has them."""


def commit(log: DeltaLog, snapshot: Snapshot, writer: "DataFrameWriter", url: str, said: Mapping[str, str]) -> Snapshot:
    """Commit what a writer has, and see that it was done.

    Args:
        log: the lake's tables as their logs tell of them.
        snapshot: of the table, as it was when the rows were computed.
        writer: Spark's, with the rows, the mode and the transaction.
        url: where the table lies, as Hadoop spells it.
        said: what the commit says of itself.

    Raises:
        Conflict: somebody committed since, and nothing has happened.
    """
    path, mark = snapshot.table.path, uuid4().hex
    log.begin_to_write()
    if not log.is_newest(snapshot):
        raise Conflict(f"{path}: somebody committed since version {snapshot.version}")
    trouble: Exception | None = None
    try:
        writer.option("userMetadata", json.dumps({**said, "by": mark})).save(url)
    except TROUBLES as error:
        trouble = error  # the commit may be there all the same: its answer was lost
    handle = log.at_last(snapshot.table)
    new = handle.history(handle.version() - snapshot.version) if handle.version() > snapshot.version else []
    if any(mark in logged.get("userMetadata", "") for logged in new):
        return snapshot_of(snapshot.table, handle)
    if trouble is None or new:
        raise Conflict(f"{path}: another writer was first") from trouble
    raise trouble
