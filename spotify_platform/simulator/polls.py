"""Answers of recently-played: what each poll sees of the plays, with late arrivals, and with hours nobody asked."""

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Literal

from spotify_platform.simulator.api_objects import URL, item_of
from spotify_platform.simulator.clock import DAY_MS, utc_ms
from spotify_platform.simulator.documents import Document, Row
from spotify_platform.simulator.draw import Draw, derived_seed
from spotify_platform.simulator.history import History

API_REMEMBERS = 50
EVERY_MINUTES = 30
LAST_DAYS = 30
_HOUR_MS = 3_600_000
Asks = Literal["latest", "after"]
Sight = tuple[int, int]  # played_at in milliseconds since 1970, index of the play


@dataclass(frozen=True, slots=True)
class _Asking:
    """When it is asked, milliseconds since 1970, and how."""

    first_ms: int
    last_ms: int
    step_ms: int
    asks: Asks


def api_documents(  # noqa: PLR0913 - each says one thing about the polls
    history: History,
    *,
    every_minutes: int = EVERY_MINUTES,
    last_days: int = LAST_DAYS,
    until: datetime | None = None,
    asks: Asks = "latest",
    outages: bool = True,
) -> Iterator[Document]:
    """Answers of recently-played, asked at regular times.

    Args:
        history: whose.
        every_minutes: between two polls.
        last_days: how long the polls go on. The first sees plays from before.
        until: when they end; default is when all is told.
        asks: "latest" asks for the fifty latest, and an answer that brings nothing new is left out, as the platform does.
            "after" asks for what was played after the latest known: most answers are empty, and what becomes visible late
            is never seen.
        outages: whether nobody asks for some hours or days, every few weeks.
    """
    asking = _asking(history, every_minutes, last_days, until, asks)
    if asking is None:
        return
    pauses = _pauses(history, asking) if outages else iter(())
    row_of = _Items(history)
    for now_ms, found in _answers(history, asking, pauses):
        at = datetime.fromtimestamp(now_ms // 1000, UTC)
        plays = [index for _, index in found]
        mark = sha256(f"{history.seed} {now_ms} {plays}".encode()).hexdigest()[:8]
        name = f"{at:%Y/%m/%d}/{at:%Y%m%dT%H%M%SZ}-{mark}.json"
        yield Document(name, "api", plays, row_of.asked_on(at.date()), _around(found))


def poll_documents(
    history: History, *, every_minutes: int = EVERY_MINUTES, last_days: int = LAST_DAYS
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Answers as objects, with the time of each (UTC); arguments as of `api_documents`."""
    for document in api_documents(history, every_minutes=every_minutes, last_days=last_days):
        at = datetime.strptime(document.name[11:27], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        yield at, {"items": [row for row, _ in document.rows], **(document.around or {})}


class _Items:
    """Makes items, and keeps those of a day: the next answer holds mostly the same."""

    def __init__(self, history: History) -> None:
        self._plays = history.plays
        self._renamed_at_ms = history.renamed_at_ms
        self._day = date.min
        self._made: dict[int, Row] = {}

    def asked_on(self, day: date) -> Callable[[int], Row]:
        """What makes the items of a UTC day's answers."""

        def row_of(index: int) -> Row:
            if day != self._day:
                self._day, self._made = day, {}
            if index not in self._made:
                midnight_ms = utc_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))
                self._made[index] = item_of(self._plays[index], day, is_renamed=midnight_ms >= self._renamed_at_ms)
            return self._made[index]

        return row_of


def _asking(history: History, every_minutes: int, last_days: int, until: datetime | None, asks: Asks) -> _Asking | None:
    played = [(play.played_at_ms, play.visible_at_ms) for play in history.plays if play.played_at_ms is not None]
    if not played:
        return None
    step_ms = every_minutes * 60_000
    # What becomes visible only days later is not waited for.
    last_ms = utc_ms(until) if until else max(at_ms for at_ms, _ in played) + step_ms
    return _Asking(max(min(seen_ms for _, seen_ms in played), last_ms - last_days * DAY_MS), last_ms, step_ms, asks)


def _answers(history: History, asking: _Asking, pauses: Iterator[tuple[int, int]]) -> Iterator[tuple[int, list[Sight]]]:
    """Time of each answer and what it holds, the newest first."""
    coming = _by_visibility(history)
    seen: list[Sight] = []
    known_ms = 0
    place = 0
    pause = next(pauses, None)
    for now_ms in range(asking.first_ms, asking.last_ms + 1, asking.step_ms):
        if pause and now_ms >= pause[1]:
            pause = next(pauses, None)
        if pause and pause[0] <= now_ms < pause[1]:
            continue
        fresh = []
        # A time in a file's name has no milliseconds: what is seen was there before that second.
        while place < len(coming) and coming[place][0] < now_ms // 1000 * 1000:
            fresh.append(coming[place][1])
            insort(seen, fresh[-1])
            place += 1
        del seen[:-API_REMEMBERS]
        if asking.asks == "after":
            yield now_ms, [sight for sight in seen if sight[0] > known_ms][::-1]
            known_ms = seen[-1][0] if seen else 0
        elif fresh and max(fresh) >= seen[0]:
            yield now_ms, seen[::-1]


def _by_visibility(history: History) -> list[tuple[int, Sight]]:
    return sorted(
        (play.visible_at_ms, (play.played_at_ms, index))
        for index, play in enumerate(history.plays)
        if play.played_at_ms is not None
    )


def _pauses(history: History, asking: _Asking) -> Iterator[tuple[int, int]]:
    """Spans, milliseconds since 1970, in which nobody asks."""
    draw = Draw(derived_seed(history.seed, "pauses"))
    now_ms = asking.first_ms
    while now_ms < asking.last_ms:
        begin_ms = now_ms + draw.between(10 * 24, 60 * 24) * _HOUR_MS
        now_ms = begin_ms + draw.between(6, 6 * 24) * _HOUR_MS
        yield begin_ms, now_ms


def _around(found: Sequence[Sight]) -> Row:
    href = f"{URL}/me/player/recently-played"
    if not found:
        return {"next": None, "cursors": None, "limit": API_REMEMBERS, "href": f"{href}?limit={API_REMEMBERS}"}
    after, before = found[0][0], found[-1][0]
    return {
        "next": f"{href}?before={before}&limit={API_REMEMBERS}" if len(found) == API_REMEMBERS else None,
        "cursors": {"after": str(after), "before": str(before)},
        "limit": API_REMEMBERS,
        "href": f"{href}?limit={API_REMEMBERS}",
    }
