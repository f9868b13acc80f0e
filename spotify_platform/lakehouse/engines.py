"""Engines by name."""

from collections.abc import Callable
from typing import Any

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Engine, Means
from spotify_platform.lakehouse.spark_trouble import require_spark
from spotify_platform.storage import Location


def make_engine(name: str, lake: Location, means: Means, session: Callable[[], Any]) -> Engine:
    """The engine of a name, for one process; `session` gives Spark's, once something is to be computed there.

    Raises:
        WrongCall: the packages of the engine are not here.
    """
    if name == "duckdb":
        return DuckDbDelta(lake, means)
    require_spark()
    from spotify_platform.lakehouse.spark_delta import SparkDelta  # noqa: PLC0415 - pyspark is there for those who use it

    return SparkDelta(lake, means, session)
