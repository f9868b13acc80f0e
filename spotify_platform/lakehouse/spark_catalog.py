"""Tables of the lake by name, for those who ask a metastore (Hive's, Unity Catalog) and know no paths."""

import re
from collections.abc import Iterable

from pyspark.sql.utils import is_remote

from spotify_platform.contracts.model import Table
from spotify_platform.errors import Outside, WrongCall
from spotify_platform.lakehouse.spark_delta import SparkDelta
from spotify_platform.lakehouse.spark_sql import column, quoted


def register(engine: SparkDelta, tables: Iterable[Table], schema: str) -> list[str]:
    """Make tables of the lake known as `<schema>.<layer>_<table>`, where they lie; the names of those that were ever made.

    Args:
        engine: Spark over the lake.
        tables: contracts of the tables there may be.
        schema: `schema`, or `catalog.schema`; it is made if it is not there.

    Raises:
        WrongCall: the session has no metastore: names would end with it.
        Outside: a name is that of a table that lies elsewhere.
    """
    is_lost = not is_remote() and engine.session.conf.get("spark.sql.catalogImplementation") == "in-memory"
    if is_lost and "." not in schema:  # another catalog may have one
        raise WrongCall("This session has no metastore, and names would end with it. See `deploy/spark` for those that have one.")
    home = ".".join(map(column, schema.split(".")))
    engine.session.sql(f"create schema if not exists {home}")
    names = []
    for table in tables:
        if engine.exists(table):
            name = f"{table.layer}_{table.name}"
            _name(engine, f"{home}.{column(name)}", engine.url(table))
            names.append(f"{schema}.{name}")
    return names


def is_same_place(one: str, other: str) -> bool:
    """Whether two URLs name one place: a catalog may say `s3://` where Hadoop says `s3a://`, and `file:///` is `file:/`."""
    return _plain(one) == _plain(other)


def _plain(url: str) -> str:
    return re.sub(r"^file:/+", "file:/", re.sub(r"^s3[an]:", "s3:", url)).rstrip("/")


def _name(engine: SparkDelta, name: str, place: str) -> None:
    engine.session.sql(f"create table if not exists {name} using delta location {quoted(place)}")
    [there] = engine.session.sql(f"describe detail {name}").select("location").collect()
    if not is_same_place(there[0], place):
        raise Outside(f"{name} is already the name of a table at {there[0]}. Drop it, or choose another schema.")
