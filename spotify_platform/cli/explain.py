"""`spotify-platform explain`: why a play is what it is, for a person or as JSON."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from spotify_platform.landing.keys import base_name
from spotify_platform.pipeline.answers import plain
from spotify_platform.pipeline.explaining import explain
from spotify_platform.pipeline.platform import opened
from spotify_platform.settings import Settings

_SHOWN_ROWS = 5


def print_explanation(settings: Settings, console: Console, play_id: str, *, as_json: bool) -> None:
    """Print what a play rests on.

    Raises:
        WrongCall: there is no such play, or there are several.
    """
    with opened(settings) as platform:
        found = explain(platform, play_id)
    if as_json:
        json.dump(found, sys.stdout, default=plain, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    for line in _lines(found):
        console.print(Text(line), soft_wrap=True)


def _lines(found: Mapping[str, Any]) -> list[str]:
    play = found["play"]
    counts = _counts(play)
    there = f"{play['local_date']} {play['local_hour']:02d} h in {play['time_zone']}"
    lines = [
        _title(play),
        f"Ended {_at(play)} UTC, {there}; {_heard(play)}; {counts}.",
        f"Play {play['play_id']} of {play['user_id']}: {play['match']}, told by {', '.join(play['sources'])}.",
    ]
    if play["is_excluded"]:
        lines.append("Left out of Gold: it was a private session, and the profile says leave_out_incognito.")
    if play["skipped_is_derived"]:
        lines.append(f"Skipped: {str(play['skipped']).lower()}, because it ended with {play['reason_end']}; no source says it.")
    for number, record in enumerate(found["records"], 1):
        lines += ["", *_record(number, record, found["rules"])]
    for rival in found["rivals"]:
        seconds = rival["apart_ms"] / 1000
        said = f"May be play {rival['play_id']} of {', '.join(rival['sources'])}, {seconds:+,.1f} s apart."
        lines += ["", f"{said} R6: {found['rules']['R6']}."]
    versions = ", ".join(f"{path} {version}" for path, version in found["versions"].items() if path != "lake")
    return [*lines, "", f"Lake version {found['versions']['lake']}; Delta versions: {versions}"]


def _counts(play: Mapping[str, Any]) -> str:
    """Whether it counts, and why (not)."""
    if play["is_excluded"]:
        return "not in Gold"
    if play["is_counted"]:
        return "counts" if play["ms_played"] is not None else "counts, since the API tells of what was heard for 30 s"
    if play["content_type"] != "track":
        return "does not count: it is no music"
    if play["match"] == "ambiguous" and play["ms_played"] is None:
        return "does not count: an export may tell of it too"
    return "does not count: it was not heard for 30 s"


def _record(number: int, record: Mapping[str, Any], rules: Mapping[str, str]) -> list[str]:
    why = "kept" if record["is_kept"] else f"{record['rule']}: {rules[record['rule']]} ({record['apart_ms'] / 1000:+,.1f} s)"
    lines = [f"{number}. {record['source']} {_at(record)}, {_heard(record)}: {why}", f"   record {record['record_id']}"]
    rows = record["rows"]
    if record["repeated_by"]:
        lines.append(f"   in {len(rows)} rows; {record['repeated_by']}: {rules[record['repeated_by']]}")
    lines += [f"   {base_name(r['object'])} row {r['row']}, batch {r['batch']}: {r['object']}" for r in rows[:_SHOWN_ROWS]]
    if len(rows) > _SHOWN_ROWS:
        lines.append(f"   and {len(rows) - _SHOWN_ROWS} more: --json has them all")
    return lines


def _title(play: Mapping[str, Any]) -> str:
    names = [play[name] for name in ("track_name", "artist_name", "album_name", "show_name") if play[name]]
    return " - ".join(names) or "Nothing is known of what it was"


def _at(row: Mapping[str, Any]) -> str:
    return f"{row['ended_at']:%Y-%m-%d %H:%M:%S.%f}".removesuffix("000").removesuffix(".000")


def _heard(row: Mapping[str, Any]) -> str:
    if row["ms_played"] is not None:
        return f"heard {row['ms_played'] / 1000:,.1f} s"
    if (estimate := row.get("ms_played_estimate")) is not None:
        return f"heard {estimate / 1000:,.1f} s at most"
    return "nobody says how long"
