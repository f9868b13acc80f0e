"""Which tests are done by one worker, one after the other: those that share a JVM and lakes that are made once."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARE_LAKES = ("test_given_session", "test_parity", "test_plans", "test_readers", "test_spark_delta")


class BySharing(LoadScopeScheduling):
    """Each test by itself, to whichever worker is free, but for tests of the distributed engine."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test is done together with: by the name of its folder, its file, or by itself."""
    path = PurePosixPath(nodeid.partition("::")[0])
    if path.parent.name != "spark":
        return nodeid
    return "spark" if path.stem in SHARE_LAKES else path.stem


@pytest.hookimpl(optionalhook=True)  # known where pytest-xdist is
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharing:
    """Scheduler of a run with several workers."""
    return BySharing(config, log)
