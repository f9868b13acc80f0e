"""Tables of the lake by name, for those who ask a metastore (Hive's, Unity Catalog) and know no paths."""

from collections.abc import Iterable

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.spark_delta import SparkDelta
from spotify_platform.lakehouse.spark_sql import column, quoted


def register(engine: SparkDelta, tables: Iterable[Table], schema: str) -> list[str]:
    """Make tables of the lake known as `<schema>.<layer>_<table>`, where they lie; the names of those that were ever made.

    Args:
        engine: Spark over the lake.
        tables: contracts of the tables there may be.
        schema: `schema`, or `catalog.schema`; it is made if it is not there.
    """
    home = ".".join(map(column, schema.split(".")))
    engine.session.sql(f"create schema if not exists {home}")
    names = []
    for table in tables:
        if engine.exists(table):
            name = f"{table.layer}_{table.name}"
            place = quoted(engine.url(table))
            engine.session.sql(f"create table if not exists {home}.{column(name)} using delta location {place}")
            names.append(f"{schema}.{name}")
    return names
