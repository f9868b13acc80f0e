"""The only place that names an engine."""

from pathlib import Path

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.storage import Location


def make_engine(name: str, lake: Location, *, memory_limit: str, threads: int, spill: Path) -> Engine:
    """The engine of a name, for one process; `spill` is a folder for what does not fit into memory."""
    engines = {"duckdb": DuckDbDelta}
    return engines[name](lake, memory_limit=memory_limit, threads=threads, spill=spill)
