"""`spotify-platform spark …`: what the engine spark needs on this machine."""

import typer
from rich.console import Console

from spotify_platform.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="What the engine spark needs on this machine.")


@app.callback()
def spark() -> None:
    """What the engine spark needs on this machine."""


@app.command()
def provision() -> None:
    """Fetch Spark's jars (Delta Lake, S3) by Maven, once; nothing is fetched afterwards."""
    from spotify_platform.lakehouse.spark_jars import provision as fetch  # noqa: PLC0415 - each command loads what it needs

    settings = load_settings()
    jars = fetch(settings.jars)
    Console().print(f"{len(jars)} jars in {settings.jars}, each as it should be.", highlight=False, soft_wrap=True)
