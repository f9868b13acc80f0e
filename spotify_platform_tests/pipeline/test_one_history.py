"""One history out of many sources: of what three sources tell, each true play is there once, or is said to be doubtful."""

from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import steps
from spotify_platform.simulator.history import History
from spotify_platform.simulator.population import deliveries, population
from spotify_platform.simulator.verdict import Told, verdict
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.scenario import drop
from spotify_platform_tests.tables import rows_of


def landed(platform: Platform, user: str, history: History) -> Told:
    """Everything that a user got, as loose files."""
    told = Told()
    for delivery in deliveries(history, every_minutes=240, last_days=200):
        folder = f"inbox/{user}/{delivery.name.removesuffix('.zip')}"
        for document in delivery.documents():
            drop(platform.settings.home / "landing", f"{folder}/{document.name}", told.add(document))
    return told


def test_no_play_is_lost_and_none_is_doubled(make_settings: MakeSettings) -> None:
    with opened(make_settings(memory_limit="1GB")) as platform:
        histories = dict(population(seed=11, users=2, plays=6_000, years=2.0))
        told = {user: landed(platform, user, history) for user, history in histories.items()}
        for step in steps(full=True).values():
            step(platform)
        for user, history in histories.items():
            records = rows_of(platform, PLAY_RECORDS, f"user_id = '{user}'")
            plays = rows_of(platform, PLAYS, f"user_id = '{user}'")
            found = verdict(history, told[user], records, plays)
            assert (found.lost, found.doubled) == (0, 0)
            assert found.told == len(history.plays)
            assert 0 < found.ambiguous < 0.02 * found.told
            assert {len(play["sources"]) for play in plays} == {1, 2, 3}  # type: ignore[arg-type]
