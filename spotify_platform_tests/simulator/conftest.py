"""One history that is large enough for every quirk, and a folder of all that is handed out about it."""

import pytest

from spotify_platform.simulator import History, simulate


@pytest.fixture(scope="session")
def history() -> History:
    """30,000 plays of eight years."""
    return simulate(seed=4, plays=30_000, years=8.0)


@pytest.fixture(scope="session")
def small() -> History:
    """8,000 plays of eight years: for what is written again and again."""
    return simulate(seed=4, plays=8_000, years=8.0)
