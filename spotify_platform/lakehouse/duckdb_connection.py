"""DuckDB connections that can read the lake: extensions from their wheels, S3 secrets from the location."""

import importlib.util
from pathlib import Path
from typing import Any

import duckdb

from spotify_platform.lakehouse.duckdb_sql import quoted
from spotify_platform.storage import Location


def extension_path(name: str) -> Path:
    """A DuckDB extension as its wheel carries it; loading it from there needs no network and no home folder."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"duckdb-extension-{name} is not installed: pip install duckdb-extension-{name}=={duckdb.__version__}"
        )
    return Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def connect(lake: Location, **config: Any) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that can read the lake's Delta tables, in UTC."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False, **config})
    con.execute("set TimeZone = 'UTC'")
    con.execute("set preserve_insertion_order = false")  # tables have no order but the one asked for: spares memory
    con.execute(f"load {quoted(str(extension_path('delta')))}")
    if lake.is_s3:
        con.execute(f"load {quoted(str(extension_path('httpfs')))}")
        con.execute(f"create or replace temporary secret lake (type s3, {_secret(lake)})")
    return con


def _secret(lake: Location) -> str:
    options = lake.s3_options()
    secret = {
        "region": options["aws_region"],
        "key_id": options.get("aws_access_key_id"),
        "secret": options.get("aws_secret_access_key"),
        "session_token": options.get("aws_session_token"),
    }
    if lake.endpoint:
        scheme, _, host = lake.endpoint.partition("://")
        secret |= {"endpoint": host, "url_style": "path", "use_ssl": "false" if scheme == "http" else "true"}
    return ", ".join(f"{key} {quoted(value)}" for key, value in secret.items() if value)


def scan_sql(lake: Location, path: str, version: int) -> str:
    """A table of the lake at one Delta version, as a SQL relation."""
    return f"delta_scan({quoted(lake.join(path))}, version = {version})"
