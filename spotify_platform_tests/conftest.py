"""What all tests share: a platform in a folder of its own, and options of the suite."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.settings import Settings, load_settings

MakeSettings = Callable[..., Settings]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-history", type=Path, help="folder with a real export of known totals; its tests are left out without it"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of a real history are chosen by the option, not skipped."""
    if config.getoption("--real-history") is None:
        chosen = [item for item in items if "real_history" not in getattr(item, "fixturenames", ())]
        left = [item for item in items if item not in chosen]
        if left:
            config.hook.pytest_deselected(items=left)
        items[:] = chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out, and how to get it."""
    if config.getoption("--real-history") is None:
        terminalreporter.write_line("Left out: the real history (give --real-history=FOLDER).")


@pytest.fixture
def real_history(request: pytest.FixtureRequest) -> Path:
    """Folder of the real export that was named on the command line."""
    folder: Path = request.config.getoption("--real-history")
    assert folder.is_dir(), f"{folder} is not a folder"
    return folder


@pytest.fixture(scope="session")
def dbt_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose dbt project is parsed; other homes link to it, which saves four seconds each."""
    from spotify_platform.lakehouse.dbt import manifest_dir  # noqa: PLC0415 - dbt costs a second

    home = tmp_path_factory.mktemp("dbt")
    manifest_dir(home)
    return home


@pytest.fixture
def make_settings(tmp_path: Path, dbt_home: Path) -> MakeSettings:
    """Settings of a home in the test's folder."""

    def make(name: str = "home", **overrides: object) -> Settings:
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        if not (home / "dbt").exists():
            (home / "dbt").symlink_to(dbt_home / "dbt")
        return load_settings(**{"home": home, "settle_seconds": 0, "buckets": 4, **overrides})

    return make


@pytest.fixture
def platform(make_settings: MakeSettings) -> Iterator[Platform]:
    """An empty platform."""
    with opened(make_settings()) as found:
        yield found
