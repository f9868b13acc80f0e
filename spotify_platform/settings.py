"""Every knob: its default, its unit, its meaning. Read once from `SPOTIFY_PLATFORM_*` and `.env`; wrong values fail at start."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict, SettingsError

from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse.slices import MOST_BUCKETS
from spotify_platform.profiles import USER_ID, is_time_zone, no_time_zone
from spotify_platform.storage import Location

PREFIX = "SPOTIFY_PLATFORM_"
LEAST_HEAP = 512
"""Megabytes without which Spark does not start."""
_MASTERS = r"local(\[(\*|[1-9]\d*)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|spark://.+|yarn|k8s://.+|session"
# Names that other programs may set already for parts of the platform that are not here yet.
RESERVED = frozenset({"api_url", "accounts_url", "client_id", "client_secret"})


class Settings(BaseSettings):
    """Settings of one platform. Every field is the environment variable `SPOTIFY_PLATFORM_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    home: Path = Field(
        Path("~/.spotify-platform"),
        description="Folder that holds landing, lake and Dagster's home unless they are set apart",
    )
    landing: str = Field("", description="Landing zone: a folder or s3://bucket/prefix; empty means HOME/landing")
    lake: str = Field("", description="Lake: a folder or s3://bucket/prefix; empty means HOME/lake")
    profiles: Path | None = Field(None, description="Folder of users' profiles; empty means HOME/profile")
    exports: str = Field("", description="CSV zone: a folder or s3://bucket/prefix; empty means HOME/exports")
    exports_daily: bool = Field(default=False, description="Dagster writes the CSV zone every night")
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What computes: duckdb (one machine) or spark")
    spark_master: str = Field(
        "local[2]",
        description="Where Spark works: local[N], spark://HOST:PORT, yarn, k8s://ADDRESS, session (the one that is there)",
    )
    spark_remote: str | None = Field(None, description="A Spark Connect server, sc://HOST:PORT, in place of a master")
    spark_memory: str = Field("1g", description="Heap of Spark's driver, such as 2g; at least 512m")
    spark_jars: Path | None = Field(None, description="Folder of Spark's jars; empty means HOME/spark")
    spark_conf: dict[str, str] = Field({}, description="Any more settings of Spark, as a JSON object")
    s3_endpoint: str | None = Field(None, description="Address of an S3-compatible server; empty means AWS")
    queue_url: str | None = Field(None, description="SQS queue that is told of new objects; empty means listing")
    user: str = Field("me", pattern=rf"^{USER_ID}$", description="user_id of objects that name none")
    timezone: str = Field("UTC", description="IANA zone in which local dates and hours are told")
    buckets: int = Field(64, ge=1, le=MOST_BUCKETS, description="User buckets of a lake; fixed when the lake is created")
    batch_bytes: int = Field(1_000_000_000, ge=1, description="Most bytes of landed files in one batch, as JSON")
    batch_objects: int = Field(5_000, ge=1, description="Most objects in one batch")
    settle_seconds: float = Field(1.0, ge=0, description="Seconds between the two looks at a file dropped by hand")
    memory_limit: str = Field(
        "384MB", pattern=r"^\d+(MB|GB|MiB|GiB)$", description="DuckDB's memory; beyond it, it spills to HOME/tmp"
    )
    threads: int = Field(2, ge=1, description="Threads of DuckDB and dbt")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if not is_time_zone(zone):
            raise ValueError(no_time_zone(zone))
        return zone

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("spark_memory")
    @classmethod
    def _heap(cls, size: str) -> str:
        found = re.fullmatch(r"(\d+)([gm])b?", size.lower())
        if not found or int(found[1]) * (1024 if found[2] == "g" else 1) < LEAST_HEAP:
            raise ValueError(f"{size} is no heap for Spark. Write 2g or 1500m; it starts with {LEAST_HEAP}m or more")
        return f"{found[1]}{found[2]}"

    @field_validator("spark_master")
    @classmethod
    def _known_master(cls, master: str) -> str:
        if not re.fullmatch(_MASTERS, master):
            raise ValueError(f"{master} is none of local[N], spark://HOST:PORT, yarn, k8s://ADDRESS, session")
        return master

    @field_validator("spark_remote")
    @classmethod
    def _of_connect(cls, address: str | None) -> str | None:
        if address and not address.startswith("sc://"):
            raise ValueError(f"{address} is no address of Spark Connect. Write sc://HOST:PORT")
        return address

    @field_validator("spark_conf", mode="before")
    @classmethod
    def _as_text(cls, conf: object) -> object:
        if not isinstance(conf, dict):
            return conf
        return {name: str(value).lower() if isinstance(value, bool | int | float) else value for name, value in conf.items()}

    @field_validator("s3_endpoint", "queue_url", "spark_remote")
    @classmethod
    def _none_if_empty(cls, address: str | None) -> str | None:
        return address or None  # as `.env.example` writes it; boto3 takes an empty address for a wrong one

    @property
    def profile_folder(self) -> Path:
        """Folder of users' profiles."""
        return self.profiles or self.home / "profile"

    @property
    def jars(self) -> Path:
        """Folder of Spark's jars."""
        return self.spark_jars or self.home / "spark"

    @property
    def landing_location(self) -> Location:
        """The landing zone's root."""
        return Location.of(self.landing or self.home / "landing", self.s3_endpoint)

    @property
    def lake_location(self) -> Location:
        """The lake's root."""
        return Location.of(self.lake or self.home / "lake", self.s3_endpoint)

    @property
    def exports_location(self) -> Location:
        """The root of the CSV zone."""
        return Location.of(self.exports or self.home / "exports", self.s3_endpoint)


def load_settings(**overrides: object) -> Settings:
    """Settings from overrides, environment and `.env`, in that order.

    Raises:
        WrongCall: a value is not allowed, or a variable is no setting; the message names each and what it may be.
    """
    _refuse_unknown(overrides)
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise WrongCall(f"The settings are wrong. {wrong}.") from None
    except SettingsError:  # the only setting that is not a plain text
        how = f"""{PREFIX}SPARK_CONF='{{"spark.sql.shuffle.partitions": "64"}}'"""
        raise WrongCall(f"The settings are wrong. {PREFIX}SPARK_CONF is no JSON object. Write it so: {how}") from None


def _refuse_unknown(overrides: Iterable[str]) -> None:
    """A name that is misspelt would leave its setting at the default, and nobody would notice."""
    prefix = PREFIX.lower()
    read = [*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars]
    given = {*overrides, *(name.removeprefix(prefix) for name in read if name.startswith(prefix))}
    for name in sorted(given - RESERVED - set(Settings.model_fields)):
        near = get_close_matches(name, Settings.model_fields, 1, 0.0)[0]
        raise WrongCall(
            f"{PREFIX}{name.upper()}, in the environment or in .env, is no setting. Did you mean {PREFIX}{near.upper()}?"
        )
