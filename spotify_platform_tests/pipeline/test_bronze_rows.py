"""The reader's count of an answer's records is its own: a record that the parser loses shows."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import ibis.expr.types as ir
import pytest

from spotify_platform.contracts.bronze import RECENTLY_PLAYED
from spotify_platform.contracts.model import Source
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Means
from spotify_platform.landing.arrivals import sweep
from spotify_platform.pipeline import bronze_rows as pieces
from spotify_platform.pipeline.bronze_rows import Stamp, bronze_rows
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.reading import Planned, Reader, read_objects
from spotify_platform.quality.reconciliation import check_bronze_rows
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import answer, drop, item

STAMP = Stamp(1, datetime(2024, 1, 1, tzinfo=UTC))


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
    engine = platform.engine.embedded
    framed = read_objects(Reader(platform.landing, RECENTLY_PLAYED, engine), [planned], set(), folder / "rows.ndjson")
    rows = engine.cache(bronze_rows(engine, RECENTLY_PLAYED, framed, [], STAMP))
    return check_bronze_rows(engine, RECENTLY_PLAYED.table.path, rows).passed


@pytest.mark.parametrize("most_bytes", [1, 1_500, 4_000])
def test_answers_are_parsed_in_pieces_which_does_not_show(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int
) -> None:
    """Lists of answers, single ones, one broken: the objects lie across the pieces."""
    landing = platform.settings.home / "landing"
    drop(landing, "inbox/me/a.json", [answer(item(n), item(n + 1)) for n in range(0, 20, 2)])
    drop(landing, "inbox/me/b.json", answer(item(30), {"played_at": "never"}, item(31)))
    drop(landing, "inbox/me/c.json", b'{"items": [{"played_at": "2024-05-05T10:00:40Z", "track": {')
    drop(landing, "inbox/me/d.json", [answer(), answer(item(50)), {"items": 3}])
    whole = everything(platform, tmp_path)
    monkeypatch.setattr(pieces, "SEGMENT_BYTES", most_bytes)
    assert everything(platform, tmp_path) == whole
    assert [len([row for row in whole if f"'_part': '{part}'" in row]) for part in ("row", "bad", "object")] == [23, 3, 4]


def everything(platform: Platform, folder: Path) -> list[str]:
    planned = [
        Planned(
            a.key, a.etag, a.size, hashlib.sha256((platform.settings.home / "landing" / a.key).read_bytes()).hexdigest(), "me"
        )
        for a in sweep(platform.landing)
    ]
    engine = platform.engine.embedded
    framed = read_objects(Reader(platform.landing, RECENTLY_PLAYED, engine), planned, set(), folder / "rows.ndjson")
    rows = engine.fetch(bronze_rows(engine, RECENTLY_PLAYED, framed, [], STAMP).drop("_loaded_at")).to_pylist()
    engine.release()
    return sorted(map(repr, rows))
