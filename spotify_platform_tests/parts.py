"""Parts that a machine may lack, and which tests are left out without them.

A test says which part it needs by using the part's fixture (`usefixtures` will do). Where the part is missing, its tests
are deselected and named at the end; with CI set that is an error, unless `--without PART` says that it is meant.
"""

import importlib.util
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, the fixture by which tests ask for it, what it is for, whether it is here, how to get it."""

    name: str
    fixture: str
    purpose: str
    is_here: Callable[[pytest.Config], bool]
    how: str

    def line(self, tests: int) -> str:
        """What is left out without it, and how to get it."""
        return f"{self.name} is missing ({self.purpose}, {tests} {'test' if tests == 1 else 'tests'}): {self.how}"


def program(*names: str) -> str | None:
    """Path of the first of these programs that is installed."""
    return next((path for name in names if (path := shutil.which(name))), None)


def chromium_program() -> str | None:
    """Path of a Chromium, however this system calls it."""
    return program("chromium", "chromium-browser", "google-chrome")


PARTS = (
    Part(
        "spark",
        "spark_jars",
        "the engine for many machines",
        lambda _: all(map(program, ("java", "mvn"))),
        "apt-get install openjdk-17-jre-headless maven",
    ),
    Part("chromium", "chromium", "pages in a browser", lambda _: chromium_program() is not None, "apt-get install chromium"),
    Part(
        "ministack",
        "ministack",
        "S3 and SQS",
        lambda _: importlib.util.find_spec("ministack") is not None,
        "pip install -e '.[dev]'",
    ),
    Part(
        "real_history",
        "real_history",
        "a real export of known totals",
        lambda config: config.getoption("--real-history") is not None,
        "give --real-history=FOLDER",
    ),
)
CHOICES = tuple(part.name for part in PARTS)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("duckdb", "spark"), default="duckdb", help="what computes in the tests")
    parser.addoption("--parity-plays", type=int, default=300, help="plays of each listener whom both engines are told of")
    parser.addoption("--real-history", type=Path, metavar="FOLDER", help="folder with a real export of known totals")
    parser.addoption("--without", action="append", default=[], choices=CHOICES, help="leave the tests of a part out, in CI too")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(config), "left-out")


class LeftOut:
    """What this run leaves out. Workers of a distributed run collect the tests, and tell what they found at their end."""

    def __init__(self, config: pytest.Config) -> None:
        declined = config.getoption("--without")
        self._missing = [part for part in PARTS if part.name in declined or not part.is_here(config)]
        self._declined = frozenset(declined)
        self._tests: dict[str, int] = {}

    @pytest.hookimpl(trylast=True)  # after -k and -m: a part that no chosen test needs is not missed
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self._tests, left = divided(items, [part.fixture for part in self._missing])
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if item not in left]
        if hasattr(config, "workeroutput"):
            config.workeroutput["left_out"] = self._tests
            if self._refused():
                items.clear()  # the controller says why; here an error would only look like a crash
        else:
            self._stop_if_refused()

    @pytest.hookimpl(optionalhook=True)  # known where pytest-xdist is
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has come to its end."""
        self._tests = getattr(node, "workeroutput", {}).get("left_out", self._tests)
        self._stop_if_refused()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for part in self._missing:
            if tests := self._tests.get(part.fixture):
                reason = f"--without={part.name} ({tests} tests)" if part.name in self._declined else part.line(tests)
                terminalreporter.write_line(f"Left out: {reason}")

    def _refused(self) -> list[str]:
        """Missing parts that a run on CI must not miss."""
        if not os.environ.get("CI"):
            return []
        wanted = [part for part in self._missing if part.name not in self._declined]
        return [part.line(self._tests[part.fixture]) for part in wanted if part.fixture in self._tests]

    def _stop_if_refused(self) -> None:
        if refused := self._refused():
            raise pytest.UsageError("CI is set, and tests would be left out. " + "; ".join(refused))


def divided(items: Iterable[pytest.Item], missing: Sequence[str]) -> tuple[dict[str, int], list[pytest.Item]]:
    """How many tests each missing part takes away, and those tests."""
    counts: Counter[str] = Counter()
    left = []
    for item in items:
        needs = [name for name in missing if name in getattr(item, "fixturenames", ())]
        counts.update(needs)
        left += [item] if needs else []
    return dict(counts), left
