"""A run killed at any point: the next one loses nothing and doubles nothing.

Each run in a chain is killed a little further on, on what the one before left; then a run goes through, and all is held
against counts made in Python and, in the end, against a lake that nobody disturbed.

At whatever place of a commit a run ends, the lake is as before that commit or as after it, but for files that nobody reads.
So in every table a run ends with its files written and no commit made, all tables before it committed; and in one table of
each way to commit, runs end at every place.
"""

import pytest

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.contracts.silver_catalogue import TRACKS
from spotify_platform.contracts.tables import CHECKED, TABLES
from spotify_platform.lakehouse.dbt_project import project_dir
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
BRONZE = tuple(source.table.path for source in SOURCES)
SILVER = tuple(table.path for table in CHECKED if table is not LEDGER and table.path not in BRONZE)
GOLD = tuple(sorted(f"gold/{model.stem}" for model in (project_dir() / "models" / "marts").glob("*.sql")))
DATES = "gold/dim_dates"  # nobody's own: it is written once in a lake's life
EVERY = (*(table.path for table in TABLES), *GOLD)

PLACES = ("before", "inside", "all read", "written", "after")
OF_EACH_WAY = (
    LEDGER.path,  # batches, and what is in them decided on
    BRONZE[0],  # rows added, a batch at a time
    PLAY_RECORDS.path,  # slices merged
    PLAYS.path,  # slices made anew
    TRACKS.path,  # buckets that came out otherwise
    "gold/fct_plays",  # slices put, in parts
    "gold/dim_tracks",  # the whole table put
    PUBLISHED.path,  # the row that pins versions
)


def chain(table: str, *places: str) -> Chain:
    """Places of one table or mark."""
    return [Point(table, place) for place in places]


def ends(*tables: str) -> Chain:
    """Where runs end in these tables, one after another."""
    return [point for table in tables for point in chain(table, *places_of(table))]


def places_of(table: str) -> tuple[str, ...]:
    """Where runs end in a commit to a table."""
    if table == PUBLISHED.path:
        return tuple(place for place in PLACES if place != "inside")  # one row has no inside
    return PLACES if table in OF_EACH_WAY else ("written",)


# For each lake the chains of its waves. A wave without points passes undisturbed.
LAKES: dict[str, list[Chain]] = {
    "new": [
        [
            *(Point(table, "created") for table in (LEDGER.path, BRONZE[0], PLAY_RECORDS.path)),
            *chain("lake.json", "before", "after"),
            Point("gold/fct_plays", "created"),
            *ends(DATES),
        ],
        [
            *chain("_attempts/extended_history", "before", "after", "deleted"),
            *chain("_attempts/account_history", "before delete"),
            *chain("_state/last_sweep", "before", "after"),
        ],
    ],
    "ledger and Bronze": [
        [*ends(LEDGER.path), Point(LEDGER.path, "all read", 2), *chain(BRONZE[0], "before", "inside")],
        [Point(BRONZE[0], "before", 2), *chain(BRONZE[0], "all read", "written", "after"), *ends(*BRONZE[1:])],
    ],
    "Silver and accounting": [
        # The first time they are put whole, later slice by slice.
        [*chain(PLAY_RECORDS.path, "inside", "written"), *chain(PLAYS.path, "all read", "written")],
        ends(*SILVER),
    ],
    "Gold and its publication": [
        [],
        [
            *chain("gold", "before the build", "built aside"),
            *ends(*(table for table in GOLD if table != DATES), PUBLISHED.path),
        ],
    ],
}


def test_the_points_cover_every_commit() -> None:
    points = {(point.table, point.place) for chains in LAKES.values() for chain_ in chains for point in chain_}
    assert {table for table, place in points if place == "written"} == set(EVERY)
    missing = {(table, place) for table in OF_EACH_WAY for place in PLACES} - points
    assert missing == {(PUBLISHED.path, "inside")}
    assert {table.partition("/")[0] for table, place in points if place == "created"} == {"ops", "bronze", "silver", "gold"}


@pytest.mark.parametrize("name", LAKES)
def test_a_killed_run_is_made_good_by_the_next(name: str, make_settings: MakeSettings, undisturbed: Undisturbed) -> None:
    chains = LAKES[name]
    settings = make_settings(**SETTINGS)
    for number, points in enumerate(chains):
        Wave(number).land(settings.home / "landing")
        for point in points:
            files = killed(settings, point)
            if point.place in {"before", "written"}:  # nothing in hand yet, or all of it
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
