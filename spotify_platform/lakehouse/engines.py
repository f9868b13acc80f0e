"""The only place that names an engine."""

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Engine, Means
from spotify_platform.storage import Location


def make_engine(name: str, lake: Location, means: Means) -> Engine:
    """The engine of a name, for one process."""
    engines = {"duckdb": DuckDbDelta}
    return engines[name](lake, means)
