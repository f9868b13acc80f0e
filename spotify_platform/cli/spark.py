"""`spotify-platform spark …`: what the engine spark needs on this machine, and what it tells a metastore."""

from typing import Annotated

import typer
from rich.console import Console

from spotify_platform.errors import WrongCall
from spotify_platform.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="What the engine spark needs, and what it tells a metastore.")


@app.callback()
def spark() -> None:
    """What the engine spark needs, and what it tells a metastore."""


@app.command()
def provision() -> None:
    """Fetch Spark's jars (Delta Lake, S3) by Maven, once, and make ready its classes; nothing is fetched afterwards."""
    from spotify_platform.lakehouse.spark_classes import archive_classes  # noqa: PLC0415 - each command loads what it needs
    from spotify_platform.lakehouse.spark_jars import provision as fetch  # noqa: PLC0415
    from spotify_platform.lakehouse.spark_trouble import require_spark  # noqa: PLC0415

    settings = load_settings()
    require_spark()
    jars = fetch(settings.jars)
    told = f"{len(jars)} jars in {settings.jars}, each as it should be. Now the JVM's classes, about a minute."
    Console().print(told, highlight=False, soft_wrap=True)
    archive = archive_classes(settings.jars)
    Console().print(f"{archive.name} beside them: with it Spark starts in about half the time.", highlight=False, soft_wrap=True)


@app.command()
def register(
    schema: Annotated[str, typer.Option(help="schema, or catalog.schema; made if it is not there")] = "spotify",
) -> None:
    """Make every table of the lake known to Spark's metastore, as SCHEMA.<layer>_<table>; again after new tables came."""
    from spotify_platform.pipeline.platform import opened  # noqa: PLC0415 - each command loads what it needs
    from spotify_platform.pipeline.statistics import every_table  # noqa: PLC0415

    settings = load_settings()
    if settings.engine != "spark":
        raise WrongCall("A metastore is told by Spark. Set SPOTIFY_PLATFORM_ENGINE=spark, then run it again.")
    with opened(settings) as platform:
        from spotify_platform.lakehouse.spark_catalog import register as make_known  # noqa: PLC0415 - it is known now to be there

        names = make_known(platform.engine, every_table(platform), schema)  # type: ignore[arg-type]  # by the setting
    Console().print("\n".join(names), highlight=False, soft_wrap=True)
