"""What a table of the lake holds, as plain values."""

from typing import Any

from spotify_platform.contracts.model import Table
from spotify_platform.pipeline.platform import Platform


def rows_of(platform: Platform, table: Table, where: str | None = None, *, version: int | None = None) -> list[dict[str, Any]]:
    """Rows of a table now, or at a version, in no order.

    The embedded engine reads them, whichever wrote them: others of the lake's readers see the same, and Spark refuses to
    bring a table into this process.
    """
    engine = platform.engine.embedded
    found: list[dict[str, Any]] = engine.fetch(engine.read(engine.open(table, version=version), where)).to_pylist()
    return found
