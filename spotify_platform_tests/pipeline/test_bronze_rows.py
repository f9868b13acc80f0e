"""The reader's count of an answer's records is its own: a record that the parser loses shows."""

import hashlib
from dataclasses import replace
from pathlib import Path

import ibis.expr.types as ir
import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.model import Source
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Means
from spotify_platform.landing.arrivals import sweep
from spotify_platform.pipeline.bronze_rows import bronze_rows
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.reading import Planned, read_objects
from spotify_platform.quality.reconciliation import check_bronze_rows
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import answer, drop, item


class Forgetful(DuckDbDelta):
    """An engine whose parser loses the last record of every answer."""

    def landed(self, path: Path, source: Source, longest: int) -> ir.Table:
        found = super().landed(path, source, longest)
        return found.filter(found.place < 1)


@pytest.mark.parametrize("content", [answer(item(1), item(2)), [answer(item(1)), answer(item(2), item(3))]])
def test_a_lost_record_fails_the_check(content: object, make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings()
    drop(settings.home / "landing", "inbox/me/recently-played.json", content)
    with opened(settings) as platform:
        assert checked(platform, tmp_path)
        lake = settings.lake_location
        means = Means(settings.memory_limit, 1, spill=tmp_path / "spill", compiled=tmp_path / "compiled")
        forgetful = Forgetful(lake, means)
        try:
            assert not checked(replace(platform, engine=forgetful), tmp_path)
        finally:
            forgetful.close()


def checked(platform: Platform, folder: Path) -> bool:
    """Whether the rows of what has landed pass the check."""
    arrival = sweep(platform.landing)[0]
    sha256 = hashlib.sha256((platform.settings.home / "landing" / arrival.key).read_bytes()).hexdigest()
    planned = Planned(arrival.key, arrival.etag, arrival.size, sha256, "me")
    framed = read_objects(platform.landing, [planned], set(), folder / "rows.ndjson")
    rows = platform.engine.cache(bronze_rows(platform, RECENTLY_PLAYED, framed, [], 1))
    return check_bronze_rows(platform.engine, RECENTLY_PLAYED.table.path, rows).passed
