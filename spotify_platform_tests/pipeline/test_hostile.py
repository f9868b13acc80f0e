"""Broken and hostile files, all of them in one lake: each row accounted for, nothing private let through, no failure."""

import re
from collections.abc import Iterator

import pytest

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.quality.reconciliation import check_bronze_rows
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.homes import through_silver
from spotify_platform_tests.hostile import CATALOGUE, PRIVATE, Hostile
from spotify_platform_tests.tables import rows_of

TABLES = [*(source.table for source in SOURCES), QUARANTINE, LEDGER, ACCOUNTING, PLAY_RECORDS, PLAYS]


def user_of(file: Hostile) -> str:
    return f"u-{CATALOGUE.index(file):03d}"


@pytest.fixture(scope="module")
def lake(make_shared: MakeSettings) -> Iterator[Platform]:
    """Every file of the catalogue, each in the inbox of a user of its own, brought through Silver."""
    settings = make_shared("hostile", buckets=64)
    for file in CATALOGUE:
        path = settings.home / "landing" / "inbox" / user_of(file) / file.file_name
        path.parent.mkdir(parents=True)
        path.write_bytes(file.build())
    with opened(settings) as platform:
        through_silver(platform)
        yield platform


@pytest.fixture(scope="module")
def accounts(lake: Platform) -> dict[str, list[dict[str, object]]]:
    """Accounting by user."""
    rows = rows_of(lake, ACCOUNTING)
    return {user_of(file): [row for row in rows if row["user_id"] == user_of(file)] for file in CATALOGUE}


def test_catalogue_is_large_enough() -> None:
    assert len(CATALOGUE) >= 60


@pytest.mark.parametrize("file", CATALOGUE, ids=lambda file: file.name)
def test_file_is_accounted_for(file: Hostile, accounts: dict[str, list[dict[str, object]]]) -> None:
    mine = accounts[user_of(file)]
    assert mine, "an object without a line in the accounting"
    statuses = {row["status"] for row in mine}
    bad = sum(row["rows_quarantined"] for row in mine)
    good = sum(row["rows_new"] + row["rows_repeat"] for row in mine if row["status"] == "loaded")
    if file.expected.whole:
        assert statuses == {file.expected.whole}
        assert all(row["reason"] for row in mine)
    for expected, found in ((file.expected.good, good), (file.expected.bad, bad), (file.expected.total, good + bad)):
        assert expected is None or expected == found


def test_rows_are_all_there_in_every_bronze_table(lake: Platform) -> None:
    """The reader's count of each object is the number of its good and bad rows."""
    for source in SOURCES:
        rows = lake.engine.read(lake.engine.open(source.table))
        assert check_bronze_rows(lake.engine, source.table.path, rows).passed


def test_every_quarantined_row_has_a_reason_and_no_text(lake: Platform) -> None:
    rows = rows_of(lake, QUARANTINE)
    assert rows
    assert all(row["reason"] and row["text_sha256"] for row in rows)
    of_json = [row for row in rows if not re.search(r"[.](csv|tsv|parquet)$", row["object"], re.IGNORECASE)]
    assert all(row["length"] is not None and row["offset"] is not None for row in of_json)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path)
def test_private_values_reach_no_table(table: Table, lake: Platform) -> None:
    assert PRIVATE not in repr(rows_of(lake, table))
