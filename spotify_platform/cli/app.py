"""The commands. Each is a shell over one function: arguments in, a table or JSON out."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from spotify_platform.cli import simulate, spark
from spotify_platform.settings import load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
app.add_typer(simulate.app, name="simulate")
app.add_typer(spark.app, name="spark")
_state = {"verbose": False}


@app.callback()
def options(*, verbose: Annotated[bool, typer.Option("--verbose", help="Show tracebacks.")] = False) -> None:
    """Your Spotify listening history as a lakehouse, on your own machine."""
    _state["verbose"] = verbose


def is_verbose() -> bool:
    """Whether tracebacks are wanted."""
    return _state["verbose"]


def console_error(message: str) -> None:
    """Say what went wrong, on standard error."""
    Console(stderr=True, highlight=False).print(message, style="bold red", markup=False)


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Zips, folders, files of JSON, CSV or Parquet, in any mix.")],
    user: Annotated[str | None, typer.Option(help="Whose history it is; default is the setting USER (me).")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Where the user's days begin, such as Europe/Berlin; kept in the user's profile.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken.")] = False,
) -> None:
    """Put exports into the landing zone and print a receipt."""
    from spotify_platform.cli.receipts import print_receipt  # noqa: PLC0415 - each command loads what it needs
    from spotify_platform.pipeline.importing import import_paths  # noqa: PLC0415

    settings = load_settings()
    receipt = import_paths(settings, paths, user or settings.user, dry_run=dry_run, time_zone=time_zone)
    print_receipt(Console(), receipt, dry_run=dry_run)


@app.command()
def refresh(
    *,
    full: Annotated[bool, typer.Option("--full", help="Look through the whole landing zone, not its recent days.")] = False,
) -> None:
    """Process all that has landed, through Gold, in this process."""
    from spotify_platform.cli.progress import refreshed  # noqa: PLC0415

    refreshed(load_settings(), Console(stderr=True), full=full)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="SQL over bronze.x, silver.y, gold.z, ops.w.")],
    format: Annotated[str, typer.Option(help="table, csv, json or parquet (to standard output).")] = "table",  # noqa: A002
) -> None:
    """Ask the tables with DuckDB; Gold as it is published."""
    from spotify_platform.cli.query import run_query  # noqa: PLC0415

    run_query(load_settings(), query, format, sys.stdout)


@app.command()
def export(
    table: Annotated[
        str | None, typer.Argument(help="layer.name, or the name alone where only one of gold, silver, bronze, ops has it.")
    ] = None,
    format: Annotated[str | None, typer.Option(help="csv (the default), json or parquet.")] = None,  # noqa: A002
    out: Annotated[
        Path | None, typer.Option(help="File, replaced when the new one is complete; default standard output.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only rows of this user_id.")] = None,
    *,
    all_: Annotated[
        bool,
        typer.Option("--all", help="Bronze, Silver and Gold whole as CSV, into the CSV zone; what has not changed stays."),
    ] = False,
) -> None:
    """Write a table as a file; Gold as it is published.

    Rows are sorted by the table's key; Bronze as it landed: batch, object, row; tables without a key by all columns, from
    the first on. CSV has a header; times are ISO 8601 UTC, nested values JSON text, null is empty (empty text is "").
    """
    from spotify_platform.cli.export import export_all, export_one  # noqa: PLC0415

    if all_:
        export_all(load_settings(), Console(), beside=(table, format, out, user))
    else:
        export_one(load_settings(), table, format or "csv", out, user)


@app.command()
def status(*, json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> None:
    """Accounting of every object, freshness, coverage and gaps, and the checks' results."""
    from spotify_platform.cli.status import print_status  # noqa: PLC0415

    print_status(load_settings(), Console(), as_json=json)


@app.command()
def explain(
    play_id: Annotated[str, typer.Argument(help="play_id, or the id of one of its records; its first digits are enough.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show the records that made a play, their objects and rows, the rules, the Delta versions."""
    from spotify_platform.cli.explain import print_explanation  # noqa: PLC0415

    print_explanation(load_settings(), Console(), play_id, as_json=json)


@app.command()
def rebuild(
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Build aside, compare with what is there, change nothing.")] = False,
) -> None:
    """Make Silver and Gold anew from Bronze."""
    from spotify_platform.cli.progress import rebuilt, verified  # noqa: PLC0415

    (verified if verify else rebuilt)(load_settings(), Console(stderr=True))


@app.command()
def maintain() -> None:
    """Put small files together and delete old ones. Dagster does it every night; without it, once in a while is enough."""
    from spotify_platform.cli.progress import maintained  # noqa: PLC0415

    maintained(load_settings(), Console(stderr=True))


@app.command()
def demo(
    plays: Annotated[int, typer.Option(min=100, help="About how many plays to simulate.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another listener.")] = 1,
) -> None:
    """Simulate a listener in a home of its own, and take the way from exports to top lists: no account, no network."""
    from spotify_platform.cli.demo import run_demo  # noqa: PLC0415

    run_demo(load_settings(), Console(), plays=plays, seed=seed)


@app.command()
def dev(port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the UI on 127.0.0.1.")] = 3000) -> None:
    """Start Dagster: its UI, the landing sensor, the hourly sweep. Stop with Ctrl+C."""
    from spotify_platform.cli.dev import run_dev  # noqa: PLC0415

    run_dev(load_settings(), port=port)
