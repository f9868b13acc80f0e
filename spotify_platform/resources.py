"""Dagster resources: adapters that hand out the plain objects of the platform. What belongs to Dagster stops here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from spotify_platform.errors import Outside
from spotify_platform.settings import Settings, load_settings

if TYPE_CHECKING:
    from dagster_aws.s3 import S3Resource
    from pyspark.sql import SparkSession

    from spotify_platform.pipeline.platform import Platform


def s3_resource(settings: Settings) -> "S3Resource":
    """dagster-aws' S3 resource for the landing zone; its package costs two seconds and is imported only for S3."""
    from dagster_aws.s3 import S3Resource  # noqa: PLC0415

    return S3Resource(endpoint_url=settings.s3_endpoint, region_name=region())


def check_bucket(settings: Settings) -> None:
    """See that the landing zone's bucket is there and may be read.

    Raises:
        Outside: it is not; the message says which and what to look at.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - comes with dagster-aws

    bucket = settings.landing_location.bucket
    try:
        s3_resource(settings).get_client().head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError) as error:
        raise Outside(f"The bucket {bucket} cannot be read: {error}. Look at AWS_* and SPOTIFY_PLATFORM_LANDING.") from None


def queue_client(settings: Settings) -> Any:
    """A client of the queue, at the same endpoint and region as the bucket."""
    import boto3  # noqa: PLC0415 - comes with dagster-aws

    return boto3.client("sqs", endpoint_url=settings.s3_endpoint, region_name=region())


def region() -> str:
    """AWS region of the environment."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def lazy_spark_session(settings: Settings) -> "SparkSession":
    """Spark's session by dagster-pyspark's lazy resource; its package is imported only where Spark is the engine."""
    from dagster_pyspark import LazyPySparkResource  # noqa: PLC0415

    from spotify_platform.lakehouse.spark_session import had  # noqa: PLC0415
    from spotify_platform.pipeline.platform import spark_conf  # noqa: PLC0415

    conf = spark_conf(settings)
    with had(conf):
        session: SparkSession = LazyPySparkResource(spark_config=conf).spark_session
    return session


class PlatformResource(dg.ConfigurableResource):
    """Opens the platform of the environment's settings; `overrides` are settings by name, for tests and second homes."""

    overrides: dict[str, Any] = Field(default_factory=dict)

    def settings(self) -> Settings:
        """The settings as they are now."""
        return load_settings(**self.overrides)

    @contextmanager
    def opened(self) -> Iterator["Platform"]:
        """A platform for one step."""
        from spotify_platform.pipeline.platform import opened  # noqa: PLC0415 - a run pays for engines, loading must not

        settings = self.settings()
        with opened(settings, session=partial(lazy_spark_session, settings)) as platform:
            yield platform
