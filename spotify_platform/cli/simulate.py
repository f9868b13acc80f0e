"""`spotify-platform simulate …`: listeners with known truth, as files to import."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from spotify_platform.errors import WrongCall
from spotify_platform.settings import load_settings

if TYPE_CHECKING:
    from spotify_platform.simulator.catalogue_answers import Shape
    from spotify_platform.simulator.documents import Source
    from spotify_platform.simulator.population import WrittenUser


class _Row(NamedTuple):
    """What is shown of a user; numbers as of _COLUMNS."""

    name: str
    time_zone: str
    numbers: tuple[int, ...]


_COLUMNS = ("plays", "extended", "account", "API items", "untold")
_SHOWN = 20
_TO_IMPORT = 3

app = typer.Typer(no_args_is_help=True, help="Simulate listeners whose truth is known: no account, no network.")

Out = Annotated[Path, typer.Argument(help="Folder to write; it must be empty or not exist.")]
Plays = Annotated[int, typer.Option(min=1, help="How many plays, all users together.")]
Seed = Annotated[int, typer.Option(help="Another seed, other listeners.")]
Years = Annotated[float, typer.Option(min=0.01, help="How far histories go back.")]
EveryMinutes = Annotated[int, typer.Option(min=1, help="Minutes between two polls of the API.")]
LastDays = Annotated[int, typer.Option(min=1, help="Days of polls before the end.")]


@app.command()
def history(  # noqa: PLR0913, PLR0917 - one option each
    out: Out,
    users: Annotated[int, typer.Option(min=1, help="How many listeners; each gets a folder user1, user2 …")] = 1,
    plays: Plays = 20_000,
    seed: Seed = 1,
    years: Years = 4.0,
    sources: Annotated[str, typer.Option(help="What to hand out, of: extended,account,api.")] = "extended,account,api",
    every_minutes: EveryMinutes = 30,
    last_days: LastDays = 30,
) -> None:
    """Write exports and answers of the API for some listeners, and truth.json beside them."""
    from spotify_platform.simulator.population import write_population  # noqa: PLC0415 - each command loads what it needs

    chosen = _sources(sources)
    _refuse_full(out)
    listeners = write_population(
        out,
        seed=seed,
        users=users,
        plays=plays,
        years=years,
        sources=chosen,
        every_minutes=every_minutes,
        last_days=last_days,
    )
    console, rows = Console(), []
    for user in listeners:
        # Millions of plays take minutes: say how far it is.
        _say(console, f"{user.name}: {user.truth.plays:,} plays in {user.folder}")
        rows.append(_row(user))
    _print(console, rows)
    for row in rows[:_TO_IMPORT]:
        _say(
            console,
            f"Now: spotify-platform import {shlex.quote(str(out / row.name))} --user {row.name} --time-zone {row.time_zone}",
        )


@app.command()
def polls(  # noqa: PLR0913, PLR0917 - one option each
    out: Out,
    plays: Plays = 5_000,
    seed: Seed = 1,
    years: Years = 1.0,
    every_minutes: EveryMinutes = 30,
    last_days: LastDays = 30,
    *,
    after: Annotated[
        bool, typer.Option("--after", help="Ask for what came after the latest known: most answers are empty.")
    ] = False,
) -> None:
    """Write answers of recently-played of one listener, as they would land, and truth.json beside them."""
    from functools import partial  # noqa: PLC0415

    from spotify_platform.simulator.history import simulate  # noqa: PLC0415
    from spotify_platform.simulator.polls import api_documents  # noqa: PLC0415
    from spotify_platform.simulator.population import Delivery, write_user  # noqa: PLC0415

    _refuse_full(out)
    listener = simulate(seed=seed, plays=plays, years=years)
    answers = partial(
        api_documents, listener, every_minutes=every_minutes, last_days=last_days, asks="after" if after else "latest"
    )
    console = Console()
    _print(console, [_row(write_user("me", listener, out, [Delivery("polls", "api", answers)]))])
    _say_copy(out / "polls", "inbox/me")


@app.command()
def catalogue(  # noqa: PLR0913, PLR0917 - one option each
    out: Out,
    users: Annotated[int, typer.Option(min=1, help="How many listeners, as of `simulate history`.")] = 1,
    plays: Plays = 20_000,
    seed: Seed = 1,
    years: Years = 4.0,
    days: Annotated[int, typer.Option(min=1, help="On how many days to ask; on the first for everything.")] = 5,
    every_days: Annotated[int, typer.Option(min=1, help="From one of these days to the next.")] = 7,
    tracks_a_day: Annotated[int, typer.Option(min=1, help="Tracks to ask for again on each later day.")] = 3_000,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC); default: the end.")] = None,
    shape: Annotated[str, typer.Option(help="auto (what the API of that day allows), single, list, bare or items.")] = "auto",
    *,
    polls: Annotated[bool, typer.Option("--polls", help="Of the one listener of `simulate polls`.")] = False,
    loose: Annotated[bool, typer.Option("--loose", help="Files whose names say no time.")] = False,
) -> None:
    """Write answers about tracks, albums and artists of the listeners whom the same seed, plays and years make elsewhere.

    They land as catalogue_api/<user>/…; the truth is in <user>/truth.json: what each entity was when, and which are one.
    """
    from spotify_platform.simulator.catalogue_answers import listener_answers  # noqa: PLC0415
    from spotify_platform.simulator.catalogue_truth import write_catalogue  # noqa: PLC0415
    from spotify_platform.simulator.changing import changing_catalogue  # noqa: PLC0415
    from spotify_platform.simulator.history import simulate  # noqa: PLC0415
    from spotify_platform.simulator.population import population  # noqa: PLC0415

    chosen = _shape(shape)
    _refuse_full(out)
    one = [("me", simulate(seed=seed, plays=plays, years=years))] if polls else None
    for name, listener in one or population(seed=seed, users=users, plays=plays, years=years):
        there = changing_catalogue(listener)
        answers = listener_answers(
            listener,
            there,
            days=days,
            every_days=every_days,
            tracks_a_day=tracks_a_day,
            until=until and until.replace(tzinfo=UTC),
            shape=chosen,
            user=name,
            loose=loose,
        )
        found = write_catalogue(there, list(answers), out / name / "catalogue" if loose else out, out / name / "truth.json")
        objects = ", ".join(f"{count:,} {kind}" for kind, count in found.objects.items())
        _say(Console(), f"{name}: {len(found.answers):,} answers with {objects.replace('_', ' ')}")
        if loose:
            _say_copy(out / name / "catalogue", f"inbox/{name}")
    if not loose:
        _say_copy(out / "catalogue_api", "")


def _shape(named: str) -> "Shape | None":
    from spotify_platform.simulator.catalogue_answers import SHAPES  # noqa: PLC0415

    if named != "auto" and named not in SHAPES:
        raise WrongCall(f"--shape is one of auto, {', '.join(SHAPES)}, not {named}.")
    return next((shape for shape in SHAPES if shape == named), None)


def _sources(named: str) -> "list[Source]":
    from spotify_platform.simulator.population import SOURCES  # noqa: PLC0415

    wanted = {name.strip() for name in named.split(",")}
    if not wanted <= set(SOURCES):
        raise WrongCall(f"--sources takes some of {','.join(SOURCES)}, with commas between, not {named}.")
    return [source for source in SOURCES if source in wanted]


def _refuse_full(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WrongCall(f"{out} is not empty. Name a folder that is, or one that does not exist yet.")


def _row(user: "WrittenUser") -> _Row:
    found = user.truth
    told_by_none = found.plays_by_sources.get("none", 0)
    return _Row(user.name, user.time_zone, (found.plays, found.extended_rows, found.account_rows, found.api_items, told_by_none))


def _print(console: Console, rows: list[_Row]) -> None:
    """One row a user (plays, rows of each source, plays that none tells of), and their sum; of many users, the first ones."""
    sums = [f"{sum(numbers):,}" for numbers in zip(*(row.numbers for row in rows), strict=True)]
    table = Table("user", "zone", title="Simulated", show_footer=True)
    for name, footer in zip(_COLUMNS, sums, strict=True):
        table.add_column(name, footer, justify="right")
    for row in rows[:_SHOWN]:
        table.add_row(row.name, row.time_zone, *(f"{number:,}" for number in row.numbers))
    if len(rows) > _SHOWN:
        table.add_row(f"and {len(rows) - _SHOWN:,} more")
    console.print(table)


def _say_copy(made: Path, below: str) -> None:
    """Say how a folder gets into the landing zone, below some other; '' is its root."""
    landing, source = load_settings().landing_location, shlex.quote(str(made))
    target = landing.join(below).rstrip("/")
    copy = f"mkdir -p {shlex.quote(target)} && cp -r {source} {shlex.quote(target)}"
    if landing.is_s3:
        # It copies what is in the folder, not the folder.
        copy = f"aws s3 cp --recursive {source} {shlex.quote(f'{target}/{made.name}')}"
    _say(Console(), f"Now: {copy} && spotify-platform refresh")
    _say(
        Console(),
        "It would mix with a history of your own: keep it apart by another SPOTIFY_PLATFORM_HOME.",
    )


def _say(console: Console, command: str) -> None:
    # Never wrapped: pasted in two lines, it would be another command.
    console.print(command, highlight=False, markup=False, soft_wrap=True)
