"""Contracts of the tables of a lake: those that are written down, and Gold's, which dbt's own files tell."""

from spotify_platform.contracts.catalogue import TABLES
from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse import dbt
from spotify_platform.pipeline.platform import Platform


def gold_tables(platform: Platform) -> list[Table]:
    """What of Gold is published together."""
    return dbt.gold_tables(dbt.manifest_dir(platform.settings.home))


def statistics_tables(platform: Platform) -> list[Table]:
    """The statistics, which are made of that."""
    return dbt.gold_tables(dbt.manifest_dir(platform.settings.home), statistics=True)


def every_table(platform: Platform) -> list[Table]:
    """All tables there may be."""
    return [*TABLES, *gold_tables(platform), *statistics_tables(platform)]
