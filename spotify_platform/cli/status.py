"""`spotify-platform status`: what is in the lake, how fresh it is, and whether its checks hold."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from spotify_platform.cli.query import plain
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.state import state
from spotify_platform.settings import Settings


def print_status(settings: Settings, console: Console, *, as_json: bool) -> None:
    """Print the state of the platform as tables, or as one JSON object."""
    with opened(settings) as platform:
        found = state(platform)
    if as_json:
        json.dump(found, sys.stdout, default=plain, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    console.print(f"Home {settings.home}   lake {settings.lake_location.url}", highlight=False)
    if not found["accounting"]:
        console.print("Nothing has landed yet. Begin with: spotify-platform import PATH   or: spotify-platform demo")
        return
    console.print(_freshness(found), highlight=False)
    console.print(_accounting(found["accounting"]))
    failed = [check for check in found["checks"] if not check["passed"]]
    for check in failed:
        console.print(f"{check['table']}: {check['check']} failed {check['found']}", style="bold red")
    if not failed:
        console.print(f"All {len(found['checks'])} checks of what changed since the last publication hold.", highlight=False)


def _freshness(found: dict[str, Any]) -> str:
    said = f"Ledger at batch {found['ledger']}, Gold published at batch {found['published']}"
    if found["published_at"]:
        said += f" on {found['published_at']:%Y-%m-%d %H:%M} UTC"
    if found["last_play_at"]:
        said += f"; last play {found['last_play_at']:%Y-%m-%d %H:%M} UTC"
    if found["ledger"] != found["published"]:
        said += ". Something is waiting: spotify-platform refresh"
    return said


def _accounting(rows: list[dict[str, Any]]) -> Table:
    table = Table("object", "source", "user", "rows", "new", "repeat", "quarantined", "status", "reason", title="Accounting")
    for row in rows:
        counts = [f"{row[name]:,}" for name in ("rows_in", "rows_new", "rows_repeat", "rows_quarantined")]
        table.add_row(row["object"], row["source"] or "", row["user_id"], *counts, row["status"], row["reason"] or "")
    return table
