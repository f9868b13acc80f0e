"""`spotify-platform status`: what is in the lake, how fresh it is, and whether its checks hold."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from spotify_platform.contracts.bronze_catalogue import CATALOGUE_SOURCES
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.errors import WrongCall
from spotify_platform.landing.keys import base_name
from spotify_platform.pipeline.answers import plain
from spotify_platform.pipeline.plan import changed_settings, new_arrivals
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.state import state
from spotify_platform.settings import Settings

_OF_CATALOGUE = "answers of the catalogue"
ANSWERS = {"api": "answers of the API", **dict.fromkeys((kind.source for kind in CATALOGUE_SOURCES), _OF_CATALOGUE)}
"""What is told of many objects at once, by source."""


def print_status(settings: Settings, console: Console, *, as_json: bool) -> None:
    """Print the state of the platform as tables, or as one JSON object."""
    with opened(settings) as platform:
        found = state(platform)
        waiting = len(new_arrivals(platform))
        settings_said = _settings(platform)
    if as_json:
        json.dump(
            found | {"waiting": waiting, "settings": settings_said}, sys.stdout, default=plain, indent=2, ensure_ascii=False
        )
        sys.stdout.write("\n")
        return
    console.print(f"Home {settings.home}   lake {settings.lake_location.url}", highlight=False)
    if waiting:
        console.print(f"Landed and not processed yet: {waiting:,}. Now: spotify-platform refresh", highlight=False)
    for line in settings_said:
        console.print(line, highlight=False, markup=False)
    if not found["accounting"]:
        if waiting:
            return
        console.print("Nothing has landed yet. Begin with: spotify-platform import PATH   or: spotify-platform demo")
        return
    console.print(_freshness(found), highlight=False)
    for line in _coverage(found):
        console.print(line, highlight=False, markup=False)
    for part in _accounting(_newest(found["accounting"])):
        console.print(part, soft_wrap=isinstance(part, Text))
    failed = [check for check in found["checks"] if not check["passed"]]
    for check in failed:
        console.print(f"{check['table']}: {check['check']} failed {check['found']}", style="bold red")
    if not failed:
        console.print(f"All {len(found['checks'])} checks of what changed since the last publication hold.", highlight=False)


def _settings(platform: Platform) -> list[str]:
    """Profiles that are wrong, or that plays were not made with yet."""
    try:
        changed = changed_settings(platform, platform.engine.open(LEDGER), set())
    except WrongCall as wrong:
        return [str(wrong)]
    return [f"The settings of {user} have changed. Now: spotify-platform refresh" for user in changed]


def _freshness(found: dict[str, Any]) -> str:
    said = f"Ledger at batch {found['ledger']}, Gold published at batch {found['published']}"
    if found["published_at"]:
        said += f" on {found['published_at']:%Y-%m-%d %H:%M} UTC"
    if found["last_play_at"]:
        said += f"; last play {found['last_play_at']:%Y-%m-%d %H:%M} UTC"
    if found["ledger"] != found["published"]:
        said += ". Something is waiting: spotify-platform refresh"
    return said


def _newest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of an object that was decided on again the last word, and nothing of files that are no listening history."""
    last = {row["object"]: row for row in sorted(rows, key=lambda row: row["batch"])}
    return [row for row in last.values() if row["status"] != "not_recognised" or row["object"].count("!") == 0]


def _folded(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A line an object; answers of the API, of which there are soon thousands, in one line a user and kind."""
    counts = ("rows_in", "rows_new", "rows_repeat", "rows_quarantined")
    answers: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["status"] in ("loaded", "repeat") and (kind := ANSWERS.get(row["source"])):
            answers.setdefault((row["user_id"], kind), []).append(row)
        else:
            yield row
    for (user, kind), mine in sorted(answers.items()):
        sums = {name: sum(row[name] for row in mine) for name in counts}
        said = f"{len(mine):,} {kind}" if len(mine) > 1 else mine[0]["object"]
        yield sums | {"object": said, "user_id": user, "status": "loaded"}


def _coverage(found: dict[str, Any]) -> Iterator[str]:
    """Which months are known from which source, where the feed had gaps, which parts of an export are missing."""
    several = len({row["user_id"] for row in found["coverage"]}) > 1
    for row in found["coverage"]:
        months = ", ".join(_span(span["first"], span["last"]) for span in row["months"])
        yield f"{_whose(row, several)}{row['source']}: {months} ({row['records']:,} records)"
    for row in found["gaps"]:
        days = _span(str(row["first_day"]), str(row["last_day"]))
        filled = "plays may be missing; an export of that time would fill it" if row["is_open"] else "filled by an export"
        yield f"{_whose(row, several)}gap in the API's feed {days}: {filled}"
    for row in found["missing_parts"]:
        where = f" ({base_name(row['archive'])})" if row["archive"] else ""
        yield f"{_whose(row, several)}seems to be missing{where}: {row['missing']}"


def _whose(row: dict[str, Any], several: bool) -> str:
    return f"{row['user_id']}: " if several else ""


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _accounting(rows: list[dict[str, Any]]) -> Iterator[Table | Text]:
    """One line an object, for a terminal of 80 columns: the file's name; --json has the whole key. Then the reasons."""
    users = {row["user_id"] for row in rows}
    table = Table(title="Accounting", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("object", overflow="fold")
    if len(users) > 1:
        table.add_column("user", overflow="fold")
    for column in ("rows", "new", "repeat", "bad"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for row in _folded(rows):
        counts = [f"{row[name]:,}" for name in ("rows_in", "rows_new", "rows_repeat", "rows_quarantined")]
        user = [row["user_id"]] if len(users) > 1 else []
        table.add_row(escape(base_name(row["object"])), *user, *counts, row["status"])
    yield table
    for row in rows:
        if row["reason"] and row["status"] != "repeat":
            yield Text(f"{base_name(row['object'])}: {row['status']}: {row['reason']}")
    if any(row["rows_quarantined"] for row in rows):
        yield Text('Bad rows: spotify-platform sql "select object, row, reason from bronze.quarantine"')
