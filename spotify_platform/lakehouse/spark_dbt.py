"""dbt-spark in a session that is the platform's, which stays as it is set."""

from dataclasses import dataclass

import dbt.adapters.spark
from dbt.adapters.spark.connections import SparkCredentials

from spotify_platform.lakehouse.spark_session import REQUIRED

_ANSI = "spark.sql.ansi.enabled"


@dataclass
class SessionCredentials(SparkCredentials):  # type: ignore[misc]
    """A target of `profiles.yml` that leaves ANSI on.

    dbt-spark turns it off before each statement, whatever a profile says, and it would be off for all that comes after.
    """

    def __post_init__(self) -> None:
        """Take back what the base class sets."""
        super().__post_init__()
        self.server_side_parameters[_ANSI] = REQUIRED[_ANSI]


def leave_session_as_it_is() -> None:
    """Have dbt of this process read its targets for Spark so."""
    dbt.adapters.spark.Plugin.credentials = SessionCredentials
