"""What all tests share: a platform in a folder of its own, and which tests are slow."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spotify_platform.lakehouse.engine import Embedded, Engine, Means
from spotify_platform.lakehouse.engines import make_engine
from spotify_platform.lakehouse.spark_classes import archive_classes
from spotify_platform.lakehouse.spark_jars import provision
from spotify_platform.lakehouse.spark_session import driver_conf, session_of
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.settings import Settings
from spotify_platform.storage import Location
from spotify_platform_tests.homes import warm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MakeSettings = Callable[..., Settings]
FOR_FEW_ROWS = {
    # Compiling a query takes Spark longer than some hundred rows do: a quarter of a refresh.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # Logs of tables that Spark remembers for an hour: those of one lake. Each test has a lake of its own.
    "spark.databricks.delta.delta.log.cacheSize": "60",
    # What has run is told by nobody here.
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
}
"""Settings of Spark for lakes of some hundred rows, of which one session sees many."""


pytest_plugins = ["spotify_platform_tests.parts", "spotify_platform_tests.s3_server", "spotify_platform_tests.sharing"]

HERE = Path(__file__).parent
# Folders and files of tests that take long together: killed processes, servers, lakes with all that is made of them.
SLOW = (
    "assets/test_exports.py",
    "assets/test_runs.py",
    "assets/test_sensor.py",
    "assets/test_statistics.py",
    "cli/test_cli.py",
    "exactly_once",
    "gold/test_changes_together.py",
    "gold/test_music_apart.py",
    "gold/test_slices.py",
    "gold/test_statistics.py",
    "gold/test_usage_apart.py",
    "lakehouse/test_compiled.py",
    "pages",
    "pipeline",
    "protocol",
    "s3",
    "spark",
    "test_packaging.py",
)


def is_slow(path: Path) -> bool:
    """Whether a test is slow, by where it lies."""
    return any(path.relative_to(HERE).is_relative_to(slow) for slow in SLOW)


def pytest_collection_finish() -> None:
    """Let Python look through what was collected no more: it lives to the end, and looking took a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is slow."""
    if is_slow(item.path):
        item.add_marker("slow")


@pytest.fixture
def real_history(request: pytest.FixtureRequest) -> Path:
    """Folder of the real export that was named on the command line."""
    folder: Path = request.config.getoption("--real-history")
    assert folder.is_dir(), f"{folder} is not a folder"
    return folder


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over an empty lake: all that pure transforms and checks need."""
    lake = Location.of(tmp_path_factory.mktemp("lake"))
    means = Means("384MB", 2, spill=tmp_path_factory.mktemp("spill"), compiled=tmp_path_factory.mktemp("compiled"))
    if request.config.getoption("--engine") == "spark":
        made = make_engine("spark", lake, means, lambda: request.getfixturevalue("spark"))
    else:
        made = make_engine("duckdb", lake, means, list)
    yield made
    made.close()


@pytest.fixture
def embedded(engine: Engine) -> Embedded:
    """What reads landed objects, with any engine."""
    return engine.embedded


@pytest.fixture(scope="session")
def spark_jars() -> Path:
    """Spark's jars, fetched once and kept beside the clone's own folders."""
    folder = HERE.parent / ".spark"
    provision(folder)
    archive_classes(folder)
    return folder


@pytest.fixture(scope="session")
def spark(spark_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SparkSession]":
    """A Spark session on this machine; a process has one."""
    spill = tmp_path_factory.mktemp("spill")
    session = session_of(driver_conf("local[2]", "1g", spark_jars, Location.of(spill), spill) | FOR_FEW_ROWS)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def warm_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose dbt project is parsed; other homes share its cache, which saves four seconds each."""
    from spotify_platform.lakehouse.dbt import manifest_dir  # noqa: PLC0415 - dbt costs a second

    home = tmp_path_factory.mktemp("warm")
    manifest_dir(home, "duckdb")
    return home


@pytest.fixture(scope="session")
def chosen_engine(request: pytest.FixtureRequest) -> dict[str, object]:
    """Settings of the engine that was named on the command line."""
    if request.config.getoption("--engine") == "duckdb":
        return {}
    request.getfixturevalue("spark")  # the session that all platforms of this process take
    return {"engine": "spark", "spark_jars": request.getfixturevalue("spark_jars"), "spark_conf": FOR_FEW_ROWS}


@pytest.fixture
def make_settings(tmp_path: Path, warm_home: Path, chosen_engine: dict[str, object]) -> MakeSettings:
    """Settings of a home in the test's folder."""

    def make(name: str = "home", **overrides: object) -> Settings:
        return warm(tmp_path / name, warm_home, **chosen_engine | overrides)

    return make


@pytest.fixture(scope="session")
def make_shared(tmp_path_factory: pytest.TempPathFactory, warm_home: Path, chosen_engine: dict[str, object]) -> MakeSettings:
    """Settings of homes that several tests read, or copy."""

    def make(name: str, **overrides: object) -> Settings:
        return warm(tmp_path_factory.mktemp(name), warm_home, **chosen_engine | overrides)

    return make


@pytest.fixture
def platform(make_settings: MakeSettings) -> Iterator[Platform]:
    """An empty platform."""
    with opened(make_settings()) as found:
        yield found


@pytest.fixture
def platform_here(make_settings: MakeSettings) -> Iterator[Platform]:
    """An empty platform whose engine reads in this process, whichever was named: for tests that change how it does."""
    with opened(make_settings(engine="duckdb")) as found:
        yield found
