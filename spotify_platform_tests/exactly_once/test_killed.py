"""A run killed at any point: the next one loses nothing and doubles nothing.

Each run in a chain is killed a little further on, on what the one before left; then a run goes through, and all is held
against counts made in Python and, in the end, against a lake that nobody disturbed.
"""

import pytest

from spotify_platform.contracts.bronze import SOURCES
from spotify_platform.contracts.catalogue import CHECKED
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver_catalogue import CATALOGUE
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
ENTITIES = tuple(table.path for table in CATALOGUE)
DERIVED = tuple(table.path for table in CHECKED if table is not LEDGER and table.path not in BRONZE)
GOLD = tuple(sorted(f"gold/{model.stem}" for model in (project_dir() / "models" / "marts").glob("*.sql")))
LATER = tuple(table for table in GOLD[1:] if table != "gold/dim_dates")
EVERY = ("ops/ledger", *BRONZE, *DERIVED, *GOLD, "ops/published")


PLACES = ("before", "inside", "all read", "written", "after")


def chain(table: str, *places: str) -> Chain:
    """Places of one table; all of them if none is named."""
    return [Point(table, place) for place in places or PLACES]


# For each lake the chains of its waves. A wave without points passes undisturbed.
LAKES: dict[str, list[Chain]] = {
    "first": [
        [
            *(Point(table, "created") for table in ("ops/ledger", *BRONZE, "ops/published", *DERIVED[:2])),
            *chain("lake.json", "before", "after"),
            *(Point(table, "created") for table in (*DERIVED[2:], *GOLD)),
            *chain("gold/dim_dates"),  # nobody's own: it is written once in a lake's life
        ],
        [
            *chain("_attempts/extended_history", "before", "after", "deleted"),
            *chain("_attempts/account_history", "before delete"),
            *chain("_state/last_sweep", "before", "after"),
        ],
    ],
    "ledger and Bronze": [
        [*chain("ops/ledger"), *chain(BRONZE[0], "before", "inside")],
        [Point("ops/ledger", "all read", 2), *chain(BRONZE[0], "all read", "written", "after")],
        [*chain(BRONZE[1]), *chain(BRONZE[2], "before", "inside")],
        [Point(BRONZE[0], "before", 2), *chain(BRONZE[2], "all read", "written", "after")],
        [*chain(BRONZE[3]), *chain(BRONZE[4])],
        [*chain(BRONZE[5]), *chain(BRONZE[6])],
    ],
    "quarantine, Silver and accounting": [
        [*chain(DERIVED[1], "inside", "written"), *chain(DERIVED[3], "all read", "written")],
        [*chain(DERIVED[0]), *chain(DERIVED[1])],
        [*chain(DERIVED[2]), *chain(DERIVED[3])],
    ],
    "what is known from where": [
        [],
        [*chain("silver/api_answers"), *chain("silver/match_report")],
    ],
    **{
        f"the catalogue from {tables[0]}": [[], [point for table in tables for point in chain(table)]]
        for tables in (ENTITIES[:5], ENTITIES[5:9], ENTITIES[9:])
    },
    # Before a table of Gold is after the one before it.
    "Gold": [
        [],
        [
            *chain("gold", "before the build", "built aside"),
            *chain(GOLD[0]),
            *(point for table in LATER[:6] for point in chain(table, *PLACES[1:])),
        ],
    ],
    "Gold and its publication": [
        [],
        [
            *(point for table in LATER[6:] for point in chain(table, *PLACES[1:])),
            *chain("ops/published", "before", "all read", "written", "after"),
        ],
    ],
}


def test_the_points_cover_every_commit() -> None:
    points = {(point.table, point.place) for chains in LAKES.values() for chain_ in chains for point in chain_}
    for table in EVERY:
        places = {"created", *PLACES} - ({"inside"} if table == "ops/published" else set())  # one row has no inside
        places -= {"before"} if table in LATER else set()
        assert {place for t, place in points if t == table} == places
    assert len(points) >= 105


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
