"""A whole history: as many plays as asked for, spread over days and sessions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from spotify_platform.simulator.catalogue import make_catalogue
from spotify_platform.simulator.draw import Draw, bounds_of
from spotify_platform.simulator.habits import DAY_WEIGHTS, HOUR_BOUNDS, country_of_day, session_of
from spotify_platform.simulator.listener import Listener
from spotify_platform.simulator.play import Play

_MOST_IN_SESSION = 25
_PAUSE_MS = 1_000


@dataclass(frozen=True, slots=True)
class History:
    """All plays of one listener, in the order of their ends; no two overlap."""

    seed: int
    time_zone: str
    plays: Sequence[Play]


def simulate(
    *, seed: int, plays: int, end: date = date(2025, 6, 30), years: float = 4.0, time_zone: str = "Europe/Berlin"
) -> History:
    """Simulate a listener.

    Args:
        seed: one seed, one history.
        plays: how many plays, exactly.
        end: the last day, local; nothing ends after it.
        years: how long before it the history begins. Where so many plays do not fit, it begins earlier.
        time_zone: IANA zone the listener lives in. (Its offsets come from the zone database of the machine.)

    Raises:
        ValueError: plays is negative, or years not positive.
        zoneinfo.ZoneInfoNotFoundError: there is no such zone.
    """
    if plays < 0 or years <= 0:
        raise ValueError(f"plays must be 0 or more and years above 0, not {plays} and {years}")
    draw = Draw(seed)
    listener = Listener(draw, make_catalogue(draw, artist_count=max(20, min(1_500, plays // 60))))
    calendar = _Calendar(draw, listener, ZoneInfo(time_zone), end)
    days = [end - timedelta(days=number) for number in range(max(1, int(years * 365)))]
    counts = _plays_a_day(draw, plays, days)
    found = [play for day, count in zip(days, counts, strict=True) for play in calendar.latest_first(day, count)]
    return History(seed, time_zone, found[::-1])


def _utc_ms(day: date, second: int, zone: ZoneInfo) -> int:
    """Milliseconds since 1970 when the clocks on the wall of the zone show this second of the day."""
    wall = datetime(day.year, day.month, day.day, second // 3600, second // 60 % 60, second % 60, tzinfo=zone)
    return int(wall.astimezone(UTC).timestamp()) * 1000


def _plays_a_day(draw: Draw, plays: int, days: Sequence[date]) -> list[int]:
    """Counts that add up to exactly `plays`: some days without, some with many."""
    weights = [0.0 if draw.chance(0.08) else DAY_WEIGHTS[day.weekday()] * draw.between(20, 120) for day in days]
    weights[0] += 1.0  # so that there is at least one day
    bounds = bounds_of(weights)
    marks = [0, *(int(plays * bound / bounds[-1]) for bound in bounds)]
    return [after - before for before, after in pairwise(marks)]


class _Calendar:
    """Fills days from the last one backwards: a crowded day then pushes into the past, and never past the end."""

    def __init__(self, draw: Draw, listener: Listener, zone: ZoneInfo, end: date) -> None:
        self._draw = draw
        self._listener = listener
        self._zone = zone
        self._free_until_ms = _utc_ms(end + timedelta(days=1), 0, zone)

    def latest_first(self, day: date, count: int) -> Iterator[Play]:
        """The plays of a day, the last one first, in sessions, each over before the next begins."""
        country = country_of_day(self._draw)
        for begin_ms, size in sorted(self._beginnings(day, count), reverse=True):
            context, steps = self._listener.steps(size)
            latest_ms = self._free_until_ms - _PAUSE_MS - sum(step.lasted_ms + step.gap_ms for step in steps)
            session = session_of(self._draw, day, country)
            plays = list(self._listener.plays(session, context, steps, min(begin_ms, latest_ms)))
            self._free_until_ms = plays[0].started_at_ms
            yield from reversed(plays)

    def _beginnings(self, day: date, count: int) -> Iterator[tuple[int, int]]:
        """When sessions of the day would begin (ms since 1970), and how many plays each has."""
        draw = self._draw
        while count:
            size = min(count, draw.between(1, _MOST_IN_SESSION))
            second = draw.weighted(range(24), HOUR_BOUNDS[day.weekday()]) * 3600 + draw.between(0, 3599)
            yield _utc_ms(day, second, self._zone) + draw.between(0, 999), size
            count -= size
