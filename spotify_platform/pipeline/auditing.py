"""dbt's tests as the audit of Gold: what they refuse is built, and stays where it was built."""

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from spotify_platform.errors import DataFailedCheck
from spotify_platform.lakehouse import dbt
from spotify_platform.pipeline.platform import Platform

SCRATCH = "scratch.duckdb"  # dbt bakes the stem into its manifest as the database's name


class GoldNotPublished(DataFailedCheck):
    """The audit failed; what is published is unchanged. `results` are dbt's."""

    def __init__(self, message: str, results: Sequence[dbt.DbtResult]) -> None:
        super().__init__(message)
        self.results = results


def fresh_area(platform: Platform, *names: str) -> Path:
    """Where a new database file may be, in a folder that is empty."""
    area = platform.work.joinpath("gold", *names)
    shutil.rmtree(area, ignore_errors=True)
    area.mkdir(parents=True)
    return area / SCRATCH


def audited(platform: Platform, area: Path, models: Collection[str], *, left: str = "Gold is as it was") -> list[dbt.DbtResult]:
    """Build models in a database file, and run their tests.

    Args:
        platform: where.
        area: the database file, with all that the models read.
        models: their names.
        left: what a failure leaves, for its message.

    Raises:
        GoldNotPublished: a test of severity error failed.
    """
    settings = platform.settings
    results = dbt.build(area, settings.home, models, memory_limit=settings.memory_limit, threads=settings.threads)
    failed = [result for result in results if result.status in ("error", "fail")]
    if failed:
        names = "; ".join(f"{result.name}: {result.message}" for result in failed)
        raise GoldNotPublished(f"{left}, because its audit failed. {names}", results)
    return results
