"""Four years of three listeners, two of them in one bucket, as the pieces in which a lake may get them: out of order.

The catalogue comes in pieces too, with plays and alone: what an id or a pair of names means changes between them.
"""

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from spotify_platform.simulator import (
    Answer,
    History,
    account_rows,
    changing_catalogue,
    daily_answers,
    extended_rows,
    poll_documents,
    simulate,
)
from spotify_platform_tests.scenario import drop, extended

USERS = ("anna", "bert", "cleo")
NEWEST = 120  # plays that no extended export holds yet: the account data has their names, a poll their ids
LANDINGS = (
    ("anna/0", "bert/0"),
    ("cleo/0", "anna/1", "bert/poll", "anna/some tracks"),
    ("bert/catalogue",),
    ("cleo/polls", "bert/1", "cleo/1", "anna/account", "cleo/account", "anna/catalogue"),
    ("cleo/catalogue", "anna/later"),
    ("anna/late", "bert/later"),
)
"""What lands together. `anna/late` is of one year alone, whose next year and all time must follow."""
PROFILE = b'time_zone = "Pacific/Auckland"\nleave_out_incognito = true'
"""Of anna, who lives where New Year comes half a day before UTC's, and plays something then."""


def pieces() -> dict[str, Any]:
    """Each piece: a document, or answers of the catalogue, which are named by their times."""
    histories = {user: simulate(seed=number, plays=1_700, years=4.0) for number, user in enumerate(USERS)}
    found: dict[str, Any] = _exports(histories)
    found["anna/account"] = list(account_rows(histories["anna"]))
    found["cleo/account"] = list(account_rows(histories["cleo"]))
    # Polls too far apart leave gaps: cleo's exports fill hers, bert's export ends within his.
    polls = {user: [answer for _, answer in poll_documents(histories[user], last_days=500)] for user in ("bert", "cleo")}
    found["bert/poll"], found["cleo/polls"] = polls["bert"][-75::74], polls["cleo"][::70]
    for user, history in histories.items():
        found |= _catalogue(user, history)
    return found


def _exports(histories: dict[str, History]) -> dict[str, list[Any]]:
    order = random.Random(7)  # noqa: S311 - which piece lands when is no secret
    exports = {user: list(extended_rows(history))[:-NEWEST] for user, history in histories.items()}
    exports["anna"] += [extended(ts=f"{year}-12-31T11:30:00Z") for year in range(2020, 2025)]
    late = [row for row in exports["anna"] if "2023-03" <= row["ts"] < "2023-09"]
    exports["anna"] = [row for row in exports["anna"] if row not in late]
    for rows in exports.values():
        order.shuffle(rows)
    return {f"{user}/{n}": rows[n::2] for user, rows in exports.items() for n in (0, 1)} | {"anna/late": late}


def _catalogue(user: str, history: History) -> dict[str, list[Answer]]:
    """Some tracks a year before the history's end, all at its end (by then they are renamed), and all half a year later."""
    catalogue, end = changing_catalogue(history), datetime.fromtimestamp(history.over_at_ms // 1000, UTC)
    ids = catalogue.ids("tracks")
    rounds = {"some tracks": (ids[::3], -365), "catalogue": (ids, 0), "later": (ids, 183)}
    return {
        f"{user}/{name}": list(daily_answers(catalogue, asked, [end + timedelta(days=days)], user=user))
        for name, (asked, days) in rounds.items()
    }


def land(landing: Path, found: dict[str, Any], names: Iterable[str]) -> None:
    """Put some pieces into the landing zone."""
    for name in names:
        if isinstance(found[name][0], Answer):
            for answer in found[name]:
                drop(landing, answer.name, json.loads("".join(answer.text())))
        else:
            drop(landing, f"inbox/{name}.json", found[name])
