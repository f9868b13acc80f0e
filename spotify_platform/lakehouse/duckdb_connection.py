"""DuckDB connections that can read the lake: extensions from their wheels, S3 secrets from the location."""

import importlib.util
from functools import cached_property
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


def connect(lake: Location, secret: "LakeSecret | None" = None, **config: Any) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that can read the lake's Delta tables, in UTC.

    Args:
        lake: where they are.
        secret: what lets it in, where whoever asks will tell it again; by default what holds now.
        config: settings of DuckDB.
    """
    con = duckdb.connect(config={"autoinstall_known_extensions": False, **config})
    con.execute("set TimeZone = 'UTC'")
    con.execute("set preserve_insertion_order = false")  # tables have no order but the one asked for: spares memory
    con.execute(f"load {quoted(str(extension_path('delta')))}")
    if lake.is_s3:
        con.execute(f"load {quoted(str(extension_path('httpfs')))}")
        (secret or LakeSecret(lake)).tell(con)
    return con


class LakeSecret:
    """What lets DuckDB into a lake in S3: the keys of the environment, else those of the machine's role, which end after a while.

    The other readers of S3 look for a role themselves.
    """

    def __init__(self, lake: Location) -> None:
        self._lake = lake
        self._told: str | None = None

    def tell(self, con: duckdb.DuckDBPyConnection) -> None:
        """Tell a connection what holds now, if that is not what this one told before."""
        if self._lake.is_s3 and (secret := self._secret()) != self._told:
            con.execute(f"create or replace temporary secret lake (type s3, {secret})")
            self._told = secret

    def _secret(self) -> str:
        options = self._lake.s3_options()
        secret = {"region": options["aws_region"], **(_keys(options) or self._keys_of_role())}
        if endpoint := self._lake.endpoint:
            scheme, _, host = endpoint.partition("://")
            secret |= {"endpoint": host, "url_style": "path", "use_ssl": "false" if scheme == "http" else "true"}
        return ", ".join(f"{key} {quoted(value)}" for key, value in secret.items() if value)

    def _keys_of_role(self) -> dict[str, str | None]:
        if self._role is None:
            return {}
        keys = self._role.get_frozen_credentials()  # asked for anew where they end soon
        return {"key_id": keys.access_key, "secret": keys.secret_key, "session_token": keys.token}

    @cached_property
    def _role(self) -> Any:
        from botocore.session import Session  # noqa: PLC0415 - half a second, and few need it

        return Session().get_credentials()


def _keys(options: dict[str, str]) -> dict[str, str | None]:
    if "aws_access_key_id" not in options:
        return {}
    names = {"key_id": "aws_access_key_id", "secret": "aws_secret_access_key", "session_token": "aws_session_token"}
    return {name: options.get(option) for name, option in names.items()}


def scan_sql(lake: Location, path: str, version: int) -> str:
    """A table of the lake at one Delta version, as a SQL relation."""
    return f"delta_scan({quoted(lake.join(path))}, version = {version})"
