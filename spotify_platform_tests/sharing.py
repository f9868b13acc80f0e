"""Which tests are done by one worker, one after the other: those that share a JVM, or lakes that are made once."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARE_LAKES = {
    "assets": ("test_definitions",),
    "gold": ("test_marts", "test_marts_dimensions", "test_marts_tops", "test_marts_usage", "test_models", "test_name_key"),
    "spark": ("test_given_session", "test_parity", "test_plans", "test_readers", "test_spark_delta"),
}
"""Files by folder whose tests are done together."""


class BySharing(LoadScopeScheduling):
    """Each test by itself, to whichever worker is free, but for those that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test is done together with: by the name of its folder, its file, or by itself."""
    path = PurePosixPath(nodeid.partition("::")[0])
    if path.stem in SHARE_LAKES.get(path.parent.name, ()):
        return path.parent.name
    return path.stem if path.parent.name == "spark" else nodeid  # there a file shares a JVM


@pytest.hookimpl(optionalhook=True)  # known where pytest-xdist is
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharing:
    """Scheduler of a run with several workers."""
    return BySharing(config, log)
