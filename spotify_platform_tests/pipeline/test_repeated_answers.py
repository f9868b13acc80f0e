"""An answer that was given before, byte for byte, tells the same again at its own time: of tracks, and of how they sound."""

from itertools import permutations
from typing import Any

import pytest

from spotify_platform.contracts.bronze_catalogue import AUDIO_FEATURES as FEATURES_TOLD
from spotify_platform.contracts.bronze_catalogue import TRACKS
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver_told import AUDIO_FEATURES, OBSERVATIONS, TRACKS_HISTORY
from spotify_platform.lakehouse.duckdb_reading import SnapshotReading
from spotify_platform.pipeline import catalogue
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import steps
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import audio_features, drop, track
from spotify_platform_tests.tables import rows_of

MADE = (OBSERVATIONS, TRACKS_HISTORY, AUDIO_FEATURES)
DAYS = (1, 2, 3)


def land(platform: Platform, day: int, document: Any) -> None:
    drop(
        platform.settings.home / "landing",
        f"catalogue_api/me/2025/03/{day:02d}/202503{day:02d}T100000Z-{day:08x}.json",
        document,
    )


def advance(platform: Platform) -> None:
    """What is made of answers alone."""
    todo = steps()
    for table in (LEDGER, *catalogue.TOLD_BY, FEATURES_TOLD.table, *MADE):
        todo[table.path](platform)


def found(platform: Platform) -> dict[str, list[dict[str, Any]]]:
    """The tables, but for the batches in which something came."""
    rows = {}
    for table in MADE:
        names = [name for name in table.column_names if name not in {"_batch", "_days"}]
        rows[table.path] = sorted(({name: row[name] for name in names} for row in rows_of(platform, table)), key=str)
    return rows


@pytest.mark.parametrize(
    "told", [lambda n: track(popularity=n), lambda n: audio_features(energy=n / 10)], ids=["tracks", "sound"]
)
def test_what_is_told_again_counts_at_its_own_time_whatever_came_first(make_settings: MakeSettings, told: Any) -> None:
    answers = {1: told(1), 2: told(2), 3: told(1)}
    made = []
    for number, order in enumerate(permutations(DAYS)):
        with opened(make_settings(f"order{number}")) as platform:
            for day in order:
                land(platform, day, answers[day])
                advance(platform)
            made.append(found(platform))
    assert all(rows == made[0] for rows in made)
    [last] = made[0]["silver/audio_features"] or [row for row in made[0]["silver/tracks_history"] if row["is_current"]]
    assert (last.get("told_at") or last["valid_from"]).day == 3


@pytest.mark.parametrize("most", [catalogue.MOST_IN_ONE_PREDICATE, 1], ids=["by their batches", "too many batches to name"])
def test_of_what_is_repeated_the_batches_are_read_that_brought_it(
    platform_here: Platform, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A content's hash is in no order: looked for by it, one repeated answer reads all of Bronze."""
    platform = platform_here
    monkeypatch.setattr(catalogue, "MOST_IN_ONE_PREDICATE", most)
    for day in range(1, 9):
        land(platform, day, track(day))
        advance(platform)
    for day in (1, 2):
        land(platform, day + 10, track(day))
    asked: list[str] = []
    pruned = SnapshotReading.pruned

    def noted(reading: SnapshotReading, snapshot: Any, where: str) -> str | None:
        files = pruned(reading, snapshot, where)
        if snapshot.table == TRACKS.table and "_part = 'row'" in where:
            asked.append(str(files).count(".parquet"))
        return files

    monkeypatch.setattr(SnapshotReading, "pruned", noted)
    advance(platform)
    assert asked == [2 if most > 1 else 8]
    repeated = [row for row in found(platform)["silver/observations"] if row["entity"] == "track" and row["day_count"] == 2]
    assert len(repeated) == 2
