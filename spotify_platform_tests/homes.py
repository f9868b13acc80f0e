"""Homes of platforms: made ready without dbt's four seconds, copied, and brought as far as Silver."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import steps
from spotify_platform.resources import PlatformResource
from spotify_platform.settings import Settings, load_settings


def warm(home: Path, warm_home: Path, **overrides: object) -> Settings:
    """Settings of a home that shares the cache of another one."""
    home.mkdir(exist_ok=True)
    if not (home / "cache").exists():
        (home / "cache").symlink_to(warm_home / "cache")
    return load_settings(**{"home": home, "settle_seconds": 0, "buckets": 4, **overrides})


def resource_of(settings: Settings) -> PlatformResource:
    """Dagster's resource with the same settings."""
    return PlatformResource(overrides=settings.model_dump(mode="json", exclude_unset=True))


@contextmanager
def begun_again(platform: Platform) -> Iterator[Platform]:
    """What the next process has over the same home, once the one of this platform has ended."""
    platform.engine.close()
    with opened(platform.settings) as again:
        yield again


def copied(settings: Settings, folder: Path) -> Settings:
    """Settings of a copy of a home, in this folder.

    What has landed is linked, not copied: another inode would be another version of an object, to be loaded again. So a copy
    may be given new objects, but must not write over one that is there.
    """
    home = folder / "copy"
    shutil.copytree(settings.home, home, symlinks=True, ignore=shutil.ignore_patterns("landing"))
    shutil.copytree(settings.home / "landing", home / "landing", copy_function=os.link)
    return settings.model_copy(update={"home": home})


def through_silver(platform: Platform) -> None:
    """Take the steps of a refresh before Gold, without its checks."""
    for step in steps().values():
        step(platform)
