"""Lakes that the tests of the distributed engine hold against each other; each is made once."""

import shutil
from pathlib import Path

import pytest

from spotify_platform.pipeline.importing import import_paths
from spotify_platform.settings import Settings
from spotify_platform.simulator.population import write_population
from spotify_platform_tests.conftest import FOR_FEW_ROWS, MakeSettings
from spotify_platform_tests.gold.winter import DOCUMENTS
from spotify_platform_tests.homes import copied
from spotify_platform_tests.hostile import play
from spotify_platform_tests.hostile_tables import as_csv, as_parquet
from spotify_platform_tests.scenario import drop
from spotify_platform_tests.spark.lakes import landed, processed
from spotify_platform_tests.spark.plans import Made, Plans


@pytest.fixture(scope="session")
def simulated(request: pytest.FixtureRequest, make_shared: MakeSettings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of the embedded engine: simulated listeners with all their quirks, and tables. Not to be written any more."""
    settings = make_shared("simulated", engine="duckdb")
    folder = tmp_path_factory.mktemp("told")
    for user in write_population(folder / "out", seed=5, users=2, plays=request.config.getoption("--parity-plays"), years=1.0):
        import_paths(settings, [user.folder], user.name, time_zone=user.time_zone)
    for number, write in enumerate((as_csv, as_parquet), start=1):
        told = [play(second, platform=write.__name__) for second in range(20)] + [play(30 + number, ts="never")]
        drop(settings.home / "landing", f"inbox/user{number}/plays.{write.__name__.removeprefix('as_')}", write(told))
    processed(settings)
    return settings


@pytest.fixture(scope="session")
def winter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing zone with a winter and its catalogue."""
    folder = tmp_path_factory.mktemp("winter")
    for key, document in DOCUMENTS.items():
        drop(folder, key, document)
    return folder


@pytest.fixture(scope="session")
def winter_by_duckdb(winter: Path, make_shared: MakeSettings) -> Settings:
    """A lake of the embedded engine with the winter alone."""
    settings = make_shared("winter", engine="duckdb")
    landed(settings, winter)
    processed(settings)
    return settings


@pytest.fixture(scope="session")
def on_spark(spark: object, spark_jars: Path) -> dict[str, object]:  # noqa: ARG001 - platforms take the session of the process
    """Settings of the engine."""
    return {"engine": "spark", "spark_jars": spark_jars, "spark_conf": FOR_FEW_ROWS}


@pytest.fixture(scope="session")
def by_spark(simulated: Settings, make_shared: MakeSettings, on_spark: dict[str, object]) -> Made:
    """A lake of Spark over the same landing zone, and how Spark worked it out."""
    settings = make_shared("spark", **on_spark)
    shutil.copytree(simulated.home / "profile", settings.home / "profile")
    landed(settings, simulated.home / "landing")
    return made(settings)


@pytest.fixture(scope="session")
def by_turns(simulated: Settings, winter: Path, on_spark: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The lake of the embedded engine, to which Spark brought a winter; and how."""
    settings = copied(simulated, tmp_path_factory.mktemp("turns")).model_copy(update=on_spark)
    landed(settings, winter)
    return made(settings)


def made(settings: Settings) -> Made:
    plans = Plans()
    with plans.recorded():
        processed(settings)
    return Made(settings, plans)
