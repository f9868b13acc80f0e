"""Upkeep: many small commits leave many small files, and every replaced slice leaves its old one behind."""

from collections.abc import Callable
from functools import partial

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.lakehouse.cache import forget_others
from spotify_platform.lakehouse.compiled import TRANSFORMS, fingerprint
from spotify_platform.lakehouse.dbt import DBT, TARGETS
from spotify_platform.lakehouse.dbt_project import project_hash
from spotify_platform.lakehouse.engine import Tidied
from spotify_platform.lakehouse.publishing import published
from spotify_platform.lakehouse.tries import until_committed
from spotify_platform.pipeline.bronze import forget_attempts
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.statistics import every_table


def maintain(platform: Platform, *, told: Callable[[str], None] = lambda _what: None) -> dict[str, Tidied]:
    """Tidy every table there is, by its path; nothing that is read or pinned changes."""
    done = {}
    for table in every_table(platform):
        if platform.engine.exists(table):
            told(table.path)
            done[table.path] = until_committed(table.path, partial(_tidied, platform, table))
    forget_attempts(platform)
    forget_others(platform.settings.home, {f"{DBT}-{target}": project_hash() for target in TARGETS} | {TRANSFORMS: fingerprint()})
    return done


def _tidied(platform: Platform, table: Table) -> Tidied:
    engine = platform.engine
    pins = published(engine) if table.layer == "gold" and engine.exists(PUBLISHED) else None
    return engine.tidy(engine.open(table), pins.versions.get(table.path) if pins else None)
