"""Days filled with sessions, from the last one backwards; and the nights on which clocks and calendars are tricky."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from spotify_platform.simulator.choices import Chooser, Step
from spotify_platform.simulator.draw import Draw
from spotify_platform.simulator.habits import HOUR_BOUNDS, country_of_day, session_of
from spotify_platform.simulator.listener import Listener, Span
from spotify_platform.simulator.play import COUNTED_MS, Play

_MOST_IN_SESSION = 25
# Up to 42 rows of a real history share one second.
_MOST_OFFLINE = 42
_PAUSE_MS = 1_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A play that is to end at a time, and what recently-played is to say of it (None: as of any other); ms since 1970."""

    ends_at_ms: int
    played_at_ms: int | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A session to be: when it would begin, how many plays it has, and where one of them is to end."""

    begins_ms: int
    size: int
    is_offline: bool
    mark: Mark | None


class Calendar:
    """Fills days from the last one backwards: a crowded day then pushes into the past, and never past the end."""

    def __init__(self, draw: Draw, chooser: Chooser, zone: ZoneInfo, end: date) -> None:
        self._draw = draw
        self._chooser = chooser
        self._listener = Listener(draw)
        self._zone = zone
        self._horizon_ms = self._free_until_ms = _utc_ms(end + timedelta(days=1), 0, zone)

    def latest_first(self, day: date, count: int) -> Iterator[Play]:
        """The plays of a day, the last one first, in sessions, each over before the next begins."""
        country = country_of_day(self._draw, self._zone.key)
        plans = sorted(self._plans(day, count), key=lambda plan: plan.begins_ms, reverse=True)
        for plan in plans:
            context, steps = self._chooser.steps(plan.size, is_offline=plan.is_offline)
            session = session_of(self._draw, day, country, context, is_offline=plan.is_offline)
            latest_ms = self._free_until_ms - _PAUSE_MS - sum(step.heard_ms + step.paused_ms + step.gap_ms for step in steps)
            begins_ms = min(_begin_of(plan, steps), latest_ms)
            span = Span(begins_ms, self._free_until_ms, self._horizon_ms)
            plays = self._listener.plays(session, steps, span)
            self._free_until_ms = plays[0].started_at_ms
            yield from (_marked(play, plan.mark) for play in reversed(plays))

    def _plans(self, day: date, count: int) -> Iterator[_Plan]:
        draw = self._draw
        for mark in marks_of(draw, day, self._zone) if count else ():
            # Few, so that two of one night fit between each other.
            size = min(count, draw.between(1, 4))
            yield _Plan(mark.ends_at_ms, size, is_offline=False, mark=mark)
            count -= size
            if not count:
                return
        while count:
            # A day of nothing but music is often one on the move.
            is_offline = draw.chance(0.1 if count >= _MOST_OFFLINE else 0.035)
            size = min(count, draw.between(1, _MOST_OFFLINE if is_offline else _MOST_IN_SESSION))
            second = draw.weighted(range(24), HOUR_BOUNDS[day.weekday()]) * 3600 + draw.between(0, 3599)
            yield _Plan(_utc_ms(day, second, self._zone) + draw.between(0, 999), size, is_offline, None)
            count -= size


def marks_of(draw: Draw, day: date, zone: ZoneInfo) -> list[Mark]:
    """Plays that a local day is to hold: around New Year of UTC, and in both hours that a night in autumn shows twice."""
    return [*_new_year(draw, day, zone), *_both_folds(draw, day, zone)]


def _new_year(draw: Draw, day: date, zone: ZoneInfo) -> list[Mark]:
    """A play whose end by the export and by the API lie in two years of UTC."""
    begin_ms, end_ms = (_utc_ms(day + timedelta(days=n), 0, zone) for n in (0, 1))
    years = {datetime.fromtimestamp(ms // 1000, UTC).year for ms in (begin_ms, end_ms)}
    midnight_ms = int(datetime(max(years), 1, 1, tzinfo=UTC).timestamp()) * 1000
    if not begin_ms <= midnight_ms < end_ms:
        return []
    before_ms, after_ms = midnight_ms - draw.between(1, 1_900), midnight_ms + draw.between(0, 1_900)
    return [Mark(before_ms, after_ms) if max(years) % 2 else Mark(after_ms, before_ms)]


def _both_folds(draw: Draw, day: date, zone: ZoneInfo) -> list[Mark]:
    """Two plays an hour apart that end at the same time on the wall."""
    begin_ms, end_ms = (_utc_ms(day + timedelta(days=n), 0, zone) for n in (0, 1))
    if end_ms - begin_ms != 25 * _HOUR_MS:
        return []
    offsets = [(ms, datetime.fromtimestamp(ms // 1000, zone).utcoffset()) for ms in range(begin_ms, end_ms, _HOUR_MS)]
    back_ms = next(ms for ms, offset in offsets if offset != offsets[0][1])
    first_ms = back_ms - draw.between(600_000, 2_400_000)
    return [Mark(first_ms, None), Mark(first_ms + _HOUR_MS, None)]


def _begin_of(plan: _Plan, steps: list[Step]) -> int:
    """When the session begins, so that its first play that counts ends at the mark."""
    if plan.mark is None:
        return plan.begins_ms
    elapsed_ms = 0
    for step in steps:
        elapsed_ms += step.heard_ms + step.paused_ms
        if step.heard_ms >= COUNTED_MS:
            break
        elapsed_ms += step.gap_ms
    return plan.mark.ends_at_ms - elapsed_ms


def _marked(play: Play, mark: Mark | None) -> Play:
    if mark and mark.played_at_ms and play.ended_at_ms == mark.ends_at_ms and play.api_could_tell:
        return replace(play, played_at_ms=mark.played_at_ms)
    return play


def _utc_ms(day: date, second: int, zone: ZoneInfo) -> int:
    """Milliseconds since 1970 when the clocks on the wall of the zone show this second of the day."""
    wall = datetime(day.year, day.month, day.day, second // 3600, second // 60 % 60, second % 60, tzinfo=zone)
    return int(wall.astimezone(UTC).timestamp()) * 1000
