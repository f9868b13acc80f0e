"""Definitions over a platform in the test's folder."""

import dagster as dg
import pytest

from spotify_platform.definitions import build_defs
from spotify_platform.resources import PlatformResource
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import resource_of


@pytest.fixture
def platform_resource(make_settings: MakeSettings) -> PlatformResource:
    return resource_of(make_settings())


@pytest.fixture
def defs(platform_resource: PlatformResource) -> dg.Definitions:
    return build_defs(platform=platform_resource)
