"""A run killed at any point: the next one loses nothing and doubles nothing.

Each run in a chain is killed a little further on, on what the one before left; then a run goes through, and all is held
against counts made in Python and, in the end, against a lake that nobody disturbed.
"""

import pytest

from spotify_platform.contracts.ops import LEDGER
from spotify_platform.lakehouse.publishing import published
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.exactly_once.children import Point, killed
from spotify_platform_tests.exactly_once.conftest import Undisturbed
from spotify_platform_tests.exactly_once.scenario import (
    BATCHES,
    SETTINGS,
    Wave,
    assert_counts,
    assert_sound,
    publications,
    state,
)

Chain = list[Point]
BRONZE = ("bronze/extended_history", "bronze/account_history", "bronze/recently_played")
DERIVED = ("bronze/quarantine", "silver/play_records", "ops/accounting", "silver/plays")
GOLD = ("gold/daily_user_stats", "gold/dim_dates", "gold/fct_plays", "gold/top_artists", "gold/top_tracks")
EVERY = ("ops/ledger", *BRONZE, *DERIVED, *GOLD, "ops/published")


def chain(table: str, *places: str) -> Chain:
    return [Point(table, place) for place in places]


def of_table(table: str) -> list[Chain]:
    """Before, inside and after the commit of a table, in two waves."""
    return [chain(table, "before", "inside"), chain(table, "all read", "written", "after")]


def of_second_batch(table: str) -> list[Chain]:
    """The first batch of the run is committed, the second is not."""
    return [[Point(table, "before", 2)], [Point(table, "all read", 2), Point(table, "after")]]


LAKES: dict[str, list[Chain]] = {
    # A table that is nobody's own is written once in a lake's life: dim_dates.
    "a lake's first run": [
        [Point("lake.json", "before"), Point("lake.json", "after"), *(Point(table, "created") for table in EVERY)],
        [Point("_state/last_sweep", "before"), Point("_state/last_sweep", "after")],
    ],
    "a first Gold": [chain("gold/dim_dates", "before", "inside", "all read", "written", "after")],
    "the ledger": of_table("ops/ledger") + of_second_batch("ops/ledger"),
    "extended": of_table(BRONZE[0]) + of_second_batch(BRONZE[0]),
    "account and API": of_table(BRONZE[1]) + of_table(BRONZE[2]),
    "marks of tries": [
        chain("_attempts/extended_history", "before", "after"),
        chain("_attempts/extended_history", "before delete", "deleted"),
    ],
    "quarantine and records": of_table(DERIVED[0]) + of_table(DERIVED[1]),
    "accounting and plays": of_table(DERIVED[2]) + of_table(DERIVED[3]),
    "Gold one": of_table(GOLD[0]) + of_table(GOLD[2]),
    "Gold two": of_table(GOLD[3]) + of_table(GOLD[4]),
    "publication": [
        chain("gold", "before the build", "built aside"),
        chain("ops/published", "before", "all read"),
        chain("ops/published", "written", "after"),
    ],
}


def test_the_points_cover_every_commit() -> None:
    points = {(point.table, point.place) for chains in LAKES.values() for chain_ in chains for point in chain_}
    for table in EVERY:
        inside = {"inside"} if table != "ops/published" else set()  # one row has no inside
        assert {place for t, place in points if t == table} >= {"before", "all read", "written", "after", "created"} | inside
    assert len(points) >= 90


@pytest.mark.parametrize("name", LAKES)
def test_a_killed_run_is_made_good_by_the_next(name: str, make_settings: MakeSettings, undisturbed: Undisturbed) -> None:
    chains = LAKES[name]
    settings = make_settings(**SETTINGS)
    for number, points in enumerate(chains):
        Wave(number).land(settings.home / "landing")
        for point in points:
            files = killed(settings, point)
            if point.place in {"before", "written"}:
                assert (files > 0) == (point.place == "written"), point
        recovered(settings, waves=number + 1)
    with opened(settings) as platform:
        assert_sound(platform)
        assert state(platform) == undisturbed(len(chains))


def recovered(settings: Settings, waves: int) -> None:
    """One run that goes through, and what there must be after it."""
    with opened(settings) as platform:
        refresh(platform)
        assert_counts(platform, waves)
        pins = published(platform.engine)
        assert pins is not None
        assert pins.batch == platform.engine.open(LEDGER).holds
        # However the waves were cut into batches: each was planned once, and a publication never twice.
        assert waves <= pins.batch <= waves * (BATCHES + 1)
        assert len(set(publications(platform))) == len(publications(platform)) >= waves
