"""What every step needs, opened once: settings, engine, landing zone, profiles, rules."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore

from spotify_platform.errors import WrongCall
from spotify_platform.lakehouse import dbt
from spotify_platform.lakehouse.cache import cache_of
from spotify_platform.lakehouse.compiled import TRANSFORMS
from spotify_platform.lakehouse.engine import Engine, Means
from spotify_platform.lakehouse.engines import make_engine
from spotify_platform.lakehouse.slices import bucket_of
from spotify_platform.lakehouse.spark_jars import are_there
from spotify_platform.lakehouse.spark_session import REQUIRED, driver_conf, refuse_required, session_of
from spotify_platform.profiles import Profiles
from spotify_platform.settings import Settings
from spotify_platform.transforms.rules import Rules

LAKE_FILE = "lake.json"
SPILL = "spark-"


@dataclass(frozen=True)
class Platform:
    """One platform in one process. Make it with `opened`, which also tidies up after it."""

    settings: Settings
    engine: Engine
    work: Path
    rules: Rules = field(default_factory=Rules)

    @cached_property
    def landing(self) -> ObjectStore:
        """The landing zone."""
        return self.settings.landing_location.store()

    @cached_property
    def lake(self) -> ObjectStore:
        """The lake's root, for the few things in it that are no tables."""
        return self.settings.lake_location.store()

    @cached_property
    def buckets(self) -> int:
        """User buckets of this lake: fixed by the process that made it, whatever the settings say now."""
        made: dict[str, Any] = {"buckets": self.settings.buckets}
        try:
            obstore.put(self.lake, LAKE_FILE, json.dumps(made).encode(), mode="create")
        except AlreadyExistsError:
            made = json.loads(bytes(obstore.get(self.lake, LAKE_FILE).bytes()))
        return int(made["buckets"])

    @cached_property
    def manifest(self) -> Path:
        """Folder with what dbt makes of its project; looked for once, since every file of the project tells whether it is new."""
        return dbt.manifest_dir(self.settings.home, self.engine.dbt_target)

    @cached_property
    def profiles(self) -> Profiles:
        """Users' own settings."""
        return Profiles(self.settings.profile_folder, self.settings.timezone)

    def users(self, names: Iterable[str]) -> ir.Table:
        """Users as a relation user_id, user_bucket."""
        rows = [{"user_id": name, "user_bucket": bucket_of(name, self.buckets)} for name in names]
        return self.engine.values(rows, {"user_id": "string", "user_bucket": "int32"})


def spark_session(settings: Settings) -> Any:
    """Spark's session with these settings."""
    return session_of(spark_conf(settings))


def spark_conf(settings: Settings) -> dict[str, str]:
    """What Spark's session is set to.

    Raises:
        WrongCall: there are no jars.
    """
    if settings.spark_remote:
        return {"spark.remote": settings.spark_remote, **REQUIRED, **settings.spark_conf}
    if settings.spark_master == "session":
        return REQUIRED | settings.spark_conf
    if not are_there(settings.jars):
        raise WrongCall(f"Spark's jars are not in {settings.jars}. Fetch them: spotify-platform spark provision")
    spill = settings.home / "tmp" / f"{SPILL}{os.getpid()}"
    conf = driver_conf(settings.spark_master, settings.spark_memory, settings.jars, settings.lake_location, spill)
    return conf | settings.spark_conf


@contextmanager
def opened(settings: Settings, *, compile_anew: bool = False, session: Callable[[], Any] | None = None) -> Iterator[Platform]:
    """A platform with a work folder of its own under the home, removed afterwards.

    Args:
        settings: where.
        compile_anew: take no transform from the cache, as one does who would rather not believe it.
        session: gives Spark's session, where Spark is the engine; by default one of the settings.

    Raises:
        WrongCall: a setting of Spark's would change what tables contain, or its packages are not here.
    """
    if settings.engine == "spark":
        refuse_required(settings.spark_conf)  # told at once, not when there is something to compute
    parent = settings.home / "tmp"
    parent.mkdir(parents=True, exist_ok=True)
    _sweep_leftovers(parent)
    work = Path(tempfile.mkdtemp(dir=parent))
    compiled = work / TRANSFORMS if compile_anew else cache_of(settings.home, TRANSFORMS)
    means = Means(settings.memory_limit, settings.threads, spill=work / "spill", compiled=compiled)
    engine = make_engine(settings.engine, settings.lake_location, means, session or partial(spark_session, settings))
    try:
        yield Platform(settings, engine, work)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)


def _sweep_leftovers(parent: Path) -> None:
    """Remove what killed processes left behind; no run lasts a day."""
    oldest = time.time() - 86_400
    for folder in parent.iterdir():
        if folder.name.startswith(SPILL) and not any(folder.iterdir()):
            folder.rmdir()  # Spark removes what is in it; one that starts at this moment makes it again
        elif folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
