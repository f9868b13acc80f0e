"""Settings of a platform whose landing zone and lake are in a bucket."""

from collections.abc import Callable

import pytest

from spotify_platform.settings import Settings, load_settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.s3_server import Bucket


@pytest.fixture
def overrides(bucket: Bucket, make_settings: MakeSettings) -> Callable[..., dict[str, str]]:
    """Settings by name for landing and lake in the bucket."""

    def make(**more: str) -> dict[str, str]:
        places = {"landing": f"s3://{bucket.name}/landing", "lake": f"s3://{bucket.name}/lake", "s3_endpoint": bucket.endpoint}
        return {"home": str(make_settings().home), "buckets": "4", "settle_seconds": "0", **places, **more}

    return make


@pytest.fixture
def settings(overrides: Callable[..., dict[str, str]]) -> Settings:
    return load_settings(**overrides())
