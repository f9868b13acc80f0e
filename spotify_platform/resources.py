"""Dagster resources: adapters that hand out the plain objects of the platform. What belongs to Dagster stops here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from spotify_platform.settings import Settings, load_settings

if TYPE_CHECKING:
    from spotify_platform.pipeline.platform import Platform


class PlatformResource(dg.ConfigurableResource):
    """Opens the platform of the environment's settings; `overrides` are settings by name, for tests and second homes."""

    overrides: dict[str, str] = Field(default_factory=dict)

    def settings(self) -> Settings:
        """The settings as they are now."""
        return load_settings(**self.overrides)

    @contextmanager
    def opened(self) -> Iterator["Platform"]:
        """A platform for one step."""
        from spotify_platform.pipeline.platform import opened  # noqa: PLC0415 - a run pays for engines, loading must not

        with opened(self.settings()) as platform:
            yield platform
