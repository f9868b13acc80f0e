"""Dagster resources: adapters that hand out the plain objects of the platform. What belongs to Dagster stops here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from spotify_platform.errors import DataFailedCheck, Outside, WrongCall
from spotify_platform.settings import Settings, load_settings
from spotify_platform.storage import region

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


def lazy_spark_session(settings: Settings) -> "SparkSession":
    """Spark's session by dagster-pyspark's lazy resource; its package is imported only where Spark is the engine."""
    from dagster_pyspark import LazyPySparkResource  # noqa: PLC0415

    from spotify_platform.lakehouse.spark_session import session_start  # noqa: PLC0415
    from spotify_platform.pipeline.platform import spark_conf  # noqa: PLC0415

    conf = spark_conf(settings)
    with session_start(conf):
        session: SparkSession = LazyPySparkResource(spark_config=conf).spark_session
    return session


@contextmanager
def refused() -> Iterator[None]:
    """Tell a run that a setting or the data are wrong: trying again does not help, and no traceback either."""
    try:
        yield
    except (WrongCall, DataFailedCheck) as wrong:
        raise dg.Failure(str(wrong), allow_retries=False) from None


class PlatformResource(dg.ConfigurableResource):
    """Opens the platform of the environment's settings; `overrides` are settings by name, for tests and second homes."""

    overrides: dict[str, Any] = Field(default_factory=dict)

    def settings(self) -> Settings:
        """The settings as they are now."""
        return load_settings(**self.overrides)

    @contextmanager
    def opened(self) -> Iterator["Platform"]:
        """A platform; its errors are what they are."""
        from spotify_platform.pipeline.platform import opened  # noqa: PLC0415 - a run pays for engines, loading must not

        settings = self.settings()
        with opened(settings, session=partial(lazy_spark_session, settings)) as platform:
            yield platform

    @contextmanager
    def in_run(self) -> Iterator["Platform"]:
        """A platform for one step of a run."""
        with refused(), self.opened() as platform:
            yield platform
